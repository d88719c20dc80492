import TestSupport
import Testing
import ZonkeyKernels

@Suite struct KernelShifts {
  /// Groups of kernel and channels, and the ends of sequences.
  static let cases: [(groups: [(Int32, Int32)], offsets: [Int32])] = [
    ([(3, 8), (5, 8), (7, 8), (9, 8)], [0, 1, 1, 5, 30]), ([(3, 64)], [0, 21, 22]),
    ([(1, 3), (4, 11)], [0, 7]), ([(3, 5)], [0, 0]),
    ([(3, 8), (5, 8), (7, 8), (9, 8)], [0, 3, 310]),
  ]

  @Test(arguments: cases.indices) func areThePlainSums(index: Int) {
    let (groups, offsets) = Self.cases[index]
    let (kernels, channels) = (groups.map(\.0), groups.map(\.1))
    let inputs = Int(groups.reduce(0) { $0 + $1.0 * $1.1 })
    let (outputs, rows) = (Int(channels.reduce(0, +)), Int(offsets.last ?? 0))
    var numbers = SeededNumbers(8)
    let (x, dout) = (numbers.floats(rows * inputs), numbers.floats(rows * outputs))
    let (start, dstart) = (numbers.floats(rows * outputs), numbers.floats(rows * inputs))
    var (expected, dexpected) = (doubles(start), doubles(dstart))
    for s in 0..<offsets.count - 1 {
      let range = Int(offsets[s])..<Int(offsets[s + 1])
      for row in range {
        var (column, target) = (0, 0)
        for (kernel, count) in zip(kernels.map(Int.init), channels.map(Int.init)) {
          for o in 0..<kernel where range.contains(row + o - kernel / 2) {
            for c in 0..<count {
              let from = (row + o - kernel / 2) * inputs + column + o * count + c
              let to = row * outputs + target + c
              expected[to] += Double(x[from])
              dexpected[from] += Double(dout[to])
            }
          }
          column += kernel * count
          target += count
        }
      }
    }
    var (out, dx) = (start, dstart)
    zk_shifted_sum_forward(x, offsets, offsets.count - 1, kernels, channels, groups.count, &out)
    zk_shifted_sum_backward(dout, offsets, offsets.count - 1, kernels, channels, groups.count, &dx)
    expectClose(out, expected)
    expectClose(dx, dexpected)
  }

  /// Whole windows give the sums of the products that an offset gives, and the same to the bit
  /// whatever else is in the call.
  @Test(arguments: cases.indices, [1, 4, 16, 40]) func areTheConvolution(index: Int, width: Int) {
    let (groups, offsets) = Self.cases[index]
    let (kernels, channels) = (groups.map(\.0), groups.map(\.1))
    let (outputs, rows) = (Int(channels.reduce(0, +)), Int(offsets.last ?? 0))
    let taps = Int(groups.reduce(0) { $0 + $1.0 * $1.1 })
    var numbers = SeededNumbers(9)
    let (x, weight, bias) = (
      numbers.floats(rows * width), numbers.floats(taps * width), numbers.floats(outputs)
    )
    // What each row gives to each offset, then their sums.
    var products = [Double](repeating: 0, count: rows * taps)
    for row in 0..<rows {
      for tap in 0..<taps {
        products[row * taps + tap] = (0..<width).reduce(0.0) {
          $0 + Double(x[row * width + $1]) * Double(weight[tap * width + $1])
        }
      }
    }
    var expected = (0..<rows).flatMap { _ in doubles(bias) }
    for s in 0..<offsets.count - 1 {
      let range = Int(offsets[s])..<Int(offsets[s + 1])
      for row in range {
        var (tap, target) = (0, 0)
        for (kernel, count) in groups.map({ (Int($0.0), Int($0.1)) }) {
          for o in 0..<kernel {
            for c in 0..<count where range.contains(row + o - kernel / 2) {
              expected[row * outputs + target + c] +=
                products[(row + o - kernel / 2) * taps + tap + o * count + c]
            }
          }
          tap += kernel * count
          target += count
        }
      }
    }
    var packed = [Float](
      repeating: 9, count: zk_pack_convolution(weight, width, kernels, channels, groups.count, nil))
    _ = zk_pack_convolution(weight, width, kernels, channels, groups.count, &packed)
    func convolution(_ x: [Float], _ offsets: [Int32]) -> [Float] {
      var out = [Float](repeating: 9, count: x.count / width * outputs)
      zk_convolution(
        x, offsets, offsets.count - 1, packed, bias, width, kernels, channels, groups.count, &out)
      return out
    }
    let out = convolution(x, offsets)
    expectClose(out, expected)
    let last = Int(offsets[offsets.count - 2])
    #expect(
      convolution(Array(x[(last * width)...]), [0, Int32(rows - last)])
        == Array(out[(last * outputs)...]))
  }
}
