import TestSupport
import Testing
import ZonkeyKernels

import ZonkeyPlatform

/// Kernels must not let what happens to lie in fresh memory into their results.
@Suite struct KernelScratchTests {
  /// Leaves freed blocks of all sizes behind that are full of NaN, which the allocator hands out
  /// again, of the large ones also in pieces.
  private func poisonHeap() {
    var blocks: [UnsafeMutableRawPointer] = []
    let sizes = [
      stride(from: 64, to: 1 << 14, by: 64), stride(from: 1 << 14, to: 1 << 16, by: 1 << 10),
    ]
    for size in sizes.joined() {
      guard let block = aligned_alloc(64, size) else { continue }
      memset(block, 0xFF, size)
      blocks.append(block)
    }
    blocks.forEach { free($0) }
  }

  @Test(arguments: [4, 8, 16, 64], [1, 6, 8, 13]) func localAttention(headWidth: Int, half: Int) {
    let (width, heads, rows) = (2 * headWidth, 2, 70)
    var numbers = SeededNumbers(UInt64(headWidth * 100 + half))
    let projected = numbers.floats(rows * 4 * width)
    let positions = numbers.floats((2 * half + 1) * headWidth)
    let dout = numbers.floats(rows * width)
    var out = [Float](repeating: 0, count: rows * width)
    var gradient = [Float](repeating: 0, count: projected.count)
    for _ in 0..<3 {
      poisonHeap()
      zk_local_attention_forward(
        projected, [0, 3, 70], 2, width, heads, half, positions, &out)
      poisonHeap()
      zk_local_attention_backward(
        projected, [0, 3, 70], 2, width, heads, half, positions, dout, &gradient)
    }
    #expect(out.allSatisfy { $0.isFinite })
    #expect(gradient.allSatisfy { $0.isFinite })
  }

  @Test(arguments: [4, 16, 64], [1, 5, 21]) func attention(headWidth: Int, length: Int) {
    let (width, heads, rows) = (2 * headWidth, 2, 3 * length)
    var numbers = SeededNumbers(UInt64(headWidth * 100 + length))
    let projected = numbers.floats(rows * 4 * width)
    let logs = [Float](repeating: -0.5, count: rows)
    let dout = numbers.floats(rows * width)
    var out = [Float](repeating: 0, count: rows * width)
    var gradient = [Float](repeating: 0, count: projected.count)
    var (dlogs, dlogsOfKeys) = (logs, logs)
    let offsets = [0, length, 2 * length, rows].map { Int32($0) }
    for _ in 0..<3 {
      poisonHeap()
      projected.withUnsafeBufferPointer { x in
        gradient.withUnsafeMutableBufferPointer { d in
          guard let base = x.baseAddress, let target = d.baseAddress else { return }
          logs.withUnsafeBufferPointer { logs in
            offsets.withUnsafeBufferPointer { offsets in
              var a = zk_attention()
              (a.q, a.k, a.v, a.gate) = (base, base + width, base + 2 * width, base + 3 * width)
              (a.q_stride, a.k_stride, a.v_stride, a.gate_stride) = (
                4 * width, 4 * width, 4 * width, 4 * width
              )
              (a.log_q, a.log_k) = (logs.baseAddress, logs.baseAddress)
              (a.q_offsets, a.k_offsets) = (offsets.baseAddress, offsets.baseAddress)
              (a.segments, a.width, a.heads) = (3, width, heads)
              zk_attention_forward(&a, &out)
              poisonHeap()
              zk_attention_backward(
                &a, dout, target, target + width, target + 2 * width, target + 3 * width, &dlogs,
                &dlogsOfKeys)
            }
          }
        }
      }
    }
    #expect(out.allSatisfy { $0.isFinite })
    #expect(gradient.allSatisfy { $0.isFinite })
    #expect((dlogs + dlogsOfKeys).allSatisfy { $0.isFinite })
  }

  @Test(arguments: [4, 16, 64], [0, 7, 20]) func stepAttention(headWidth: Int, step: Int) {
    let (width, heads, segments, alive) = (2 * headWidth, 2, 11, 9)
    var numbers = SeededNumbers(UInt64(headWidth * 100 + step))
    let projected = numbers.floats((step + 1) * segments * 3 * width)
    let firstRow = (0...step).map { Int32($0 * segments) }
    let dout = numbers.floats(alive * width)
    var out = [Float](repeating: 0, count: alive * width)
    var gradient = [Float](repeating: 0, count: projected.count)
    var kept = [Float](repeating: .nan, count: zk_step_kept(step + 1, segments, width, heads))
    for _ in 0..<3 {
      for earlier in 0...step {
        poisonHeap()
        zk_step_attention_forward(
          projected, firstRow, step + 1, earlier, alive, width, heads, &kept, &out)
      }
      poisonHeap()
      zk_step_attention_backward(
        projected, firstRow, step, alive, width, heads, dout, &gradient)
    }
    #expect(out.allSatisfy { $0.isFinite })
    #expect(gradient.allSatisfy { $0.isFinite })
  }
}
