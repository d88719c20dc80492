import TestSupport
import Foundation
import Testing
import ZonkeyKernels

/// One problem for the packed attention, with its plain double form.
struct AttentionProblem {
  var queryOffsets: [Int32], keyOffsets: [Int32]
  var width: Int, heads: Int
  var q: [Float], k: [Float], v: [Float], gate: [Float]?
  var logQ: [Float]?, logK: [Float]?
  /// The queries' places in their segments, where these are not 0, 1, 2 ...
  var places: [Int32]?
  var dout: [Float]

  init(
    queries: [Int], keys: [Int], E: Int, heads: Int, logs: Bool, gated: Bool,
    placed: Bool = false, base: Int = 0, seed: UInt64
  ) {
    var numbers = SeededNumbers(seed)
    width = E * heads
    self.heads = heads
    queryOffsets = queries.reduce(into: [Int32(base)]) { $0.append($0[$0.count - 1] + Int32($1)) }
    keyOffsets = keys.reduce(into: [Int32(base)]) { $0.append($0[$0.count - 1] + Int32($1)) }
    let (rows, keyRows) = (Int(queryOffsets[queries.count]), Int(keyOffsets[keys.count]))
    q = numbers.floats(rows * width, scale: 2)
    k = numbers.floats(keyRows * width, scale: 2)
    v = numbers.floats(keyRows * width)
    gate = gated ? numbers.floats(rows * width, scale: 2) : nil
    dout = numbers.floats((rows - base) * width)
    if logs {
      var logQ = numbers.floats(rows).map { $0 - 1 }
      var logK = numbers.floats(keyRows).map { $0 - 1 }
      for i in 0..<rows where numbers.uniform() < 0.15 { logQ[i] = -.infinity }
      for j in 0..<keyRows where numbers.uniform() < 0.2 { logK[j] = -.infinity }
      (self.logQ, self.logK) = (logQ, logK)
    }
    if placed { places = (0..<rows).map { _ in Int32(numbers.uniform() * 40) } }
  }

  func plain(
    q: [Double]? = nil, k: [Double]? = nil, v: [Double]? = nil, gate: [Double]? = nil,
    logQ: [Double]? = nil, logK: [Double]? = nil
  ) -> [Double] {
    let (q, k, v) = (q ?? doubles(self.q), k ?? doubles(self.k), v ?? doubles(self.v))
    let gate = gate ?? self.gate.map(doubles)
    let (logQ, logK) = (logQ ?? self.logQ.map(doubles), logK ?? self.logK.map(doubles))
    let E = width / heads
    let base = Int(queryOffsets[0])
    let end = Int(queryOffsets[queryOffsets.count - 1])
    var out = [Double](repeating: 0, count: (end - base) * width)
    for n in 0..<(queryOffsets.count - 1) {
      let (qStart, kStart) = (Int(queryOffsets[n]), Int(keyOffsets[n]))
      let (Tq, Tk) = (Int(queryOffsets[n + 1]) - qStart, Int(keyOffsets[n + 1]) - kStart)
      for h in 0..<heads {
        for i in 0..<Tq {
          let lq = logQ?[qStart + i] ?? 0
          if lq == -.infinity { continue }
          var weights = [Double](repeating: 0, count: Tk)
          var total = 0.0
          for j in 0..<Tk {
            let lk = logK?[kStart + j] ?? 0
            if lk == -.infinity { continue }
            var score = 0.0
            for c in 0..<E {
              score += q[(qStart + i) * width + h * E + c] * k[(kStart + j) * width + h * E + c]
            }
            score /= Double(E).squareRoot()
            if j > places.map({ Int($0[qStart + i]) }) ?? i { score += lk - lq }
            weights[j] = exp(score)
            total += weights[j]
          }
          if total == 0 { continue }
          for c in 0..<E {
            var sum = 0.0
            for j in 0..<Tk { sum += weights[j] * v[(kStart + j) * width + h * E + c] }
            if let gate { sum /= 1 + exp(-gate[(qStart + i) * width + h * E + c]) }
            out[(qStart - base + i) * width + h * E + c] = sum / total
          }
        }
      }
    }
    return out
  }

  /// The kernels on the arrays as they are, each in its own memory.
  func run() -> (out: [Float], gradients: [[Float]]) {
    var out = [Float](repeating: 9, count: dout.count)
    // Gradients start at 1: the kernels add.
    var dq = [Float](repeating: 1, count: q.count)
    var dk = [Float](repeating: 1, count: k.count)
    var dv = dk
    var dgate = [Float](repeating: 1, count: gate?.count ?? 0)
    var dlogQ = [Float](repeating: 1, count: logQ?.count ?? 0)
    var dlogK = [Float](repeating: 1, count: logK?.count ?? 0)
    q.withUnsafeBufferPointer { q in
      k.withUnsafeBufferPointer { k in
        v.withUnsafeBufferPointer { v in
          (gate ?? []).withUnsafeBufferPointer { gate in
            (logQ ?? []).withUnsafeBufferPointer { logQ in
              (logK ?? []).withUnsafeBufferPointer { logK in
                (places ?? []).withUnsafeBufferPointer { places in
                  queryOffsets.withUnsafeBufferPointer { queryOffsets in
                    keyOffsets.withUnsafeBufferPointer { keyOffsets in
                      var a = zk_attention(
                        q: q.baseAddress, k: k.baseAddress, v: v.baseAddress,
                        gate: self.gate == nil ? nil : gate.baseAddress, q_stride: width,
                        k_stride: width, v_stride: width, gate_stride: width,
                        log_q: self.logQ == nil ? nil : logQ.baseAddress,
                        log_k: self.logK == nil ? nil : logK.baseAddress,
                        q_offsets: queryOffsets.baseAddress, k_offsets: keyOffsets.baseAddress,
                        q_places: self.places == nil ? nil : places.baseAddress,
                        segments: queryOffsets.count - 1, width: width, heads: heads)
                      zk_attention_forward(&a, &out)
                      dgate.withUnsafeMutableBufferPointer { dgate in
                        dlogQ.withUnsafeMutableBufferPointer { dlogQ in
                          dlogK.withUnsafeMutableBufferPointer { dlogK in
                            zk_attention_backward(
                              &a, dout, &dq, &dk, &dv, self.gate == nil ? nil : dgate.baseAddress,
                              self.logQ == nil ? nil : dlogQ.baseAddress,
                              self.logK == nil ? nil : dlogK.baseAddress)
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return (out, [dq, dk, dv, dgate, dlogQ, dlogK].map { $0.map { $0 - 1 } })
  }
}

@Suite struct KernelAttention {
  static let segmentations: [(queries: [Int], keys: [Int])] = [
    ([0, 1, 3, 17, 0, 31], [0, 1, 3, 17, 0, 31]),
    ([70], [70]),
    ([5, 4, 18, 0, 2], [3, 17, 33, 2, 0]),
  ]

  @Test(arguments: [1, 5, 16, 32, 64], 0..<8)
  func packed(E: Int, options: Int) {
    for (index, shape) in Self.segmentations.enumerated() {
      // The long segment takes most of the time; what it shows lies in its length.
      if index == 1, ![0, 7].contains(options) { continue }
      let problem = AttentionProblem(
        queries: shape.queries, keys: shape.keys, E: E, heads: E == 5 ? 3 : 2,
        logs: options & 1 != 0, gated: options & 2 != 0, placed: options & 4 != 0,
        base: index == 2 ? 2 : 0, seed: UInt64(100 + index))
      let (out, d) = problem.run()
      expectClose(out, problem.plain(), tolerance: 4e-6)
      let dout = doubles(problem.dout)
      expectGradient(d[0], of: { dot(problem.plain(q: $0), dout) }, at: problem.q, "dq")
      expectGradient(d[1], of: { dot(problem.plain(k: $0), dout) }, at: problem.k, "dk")
      expectGradient(d[2], of: { dot(problem.plain(v: $0), dout) }, at: problem.v, "dv")
      if let gate = problem.gate {
        expectGradient(d[3], of: { dot(problem.plain(gate: $0), dout) }, at: gate, "dgate")
      }
      if let logQ = problem.logQ, let logK = problem.logK {
        expectGradient(
          d[4], of: { dot(problem.plain(logQ: $0), dout) }, at: logQ,
          skipping: { logQ[$0] == -.infinity }, "dlog_q")
        expectGradient(
          d[5], of: { dot(problem.plain(logK: $0), dout) }, at: logK,
          skipping: { logK[$0] == -.infinity }, "dlog_k")
        for (log, gradient) in [(logQ, d[4]), (logK, d[5])] {
          #expect(zip(log, gradient).allSatisfy { $0.0 != -.infinity || $0.1 == 0 })
        }
      }
    }
  }

  @Test func segmentsDoNotSeeTheirNeighbours() {
    let many = AttentionProblem(
      queries: [9, 21, 40], keys: [9, 21, 40], E: 16, heads: 4, logs: true, gated: true, seed: 5)
    let (out, d) = many.run()
    var one = many
    one.queryOffsets = Array(many.queryOffsets[1...2])
    one.keyOffsets = one.queryOffsets
    one.dout = Array(many.dout[(9 * 64)..<(30 * 64)])
    let (alone, dAlone) = one.run()
    #expect(alone == Array(out[(9 * 64)..<(30 * 64)]))
    for g in 0..<4 {
      #expect(Array(dAlone[g][(9 * 64)..<(30 * 64)]) == Array(d[g][(9 * 64)..<(30 * 64)]))
    }
  }

  /// q, k, v and gate as parts of one projection, one array of logs, gradients laid out alike.
  @Test func selfFormInsideOneProjection() {
    let problem = AttentionProblem(
      queries: [17, 4], keys: [17, 4], E: 16, heads: 2, logs: true, gated: true, seed: 9)
    let (rows, D) = (21, 32)
    var projected = [Float](repeating: 0, count: rows * 4 * D)
    for i in 0..<rows {
      for c in 0..<D {
        projected[i * 4 * D + c] = problem.q[i * D + c]
        projected[i * 4 * D + D + c] = problem.k[i * D + c]
        projected[i * 4 * D + 2 * D + c] = problem.v[i * D + c]
        projected[i * 4 * D + 3 * D + c] = problem.gate![i * D + c]
      }
    }
    var separate = problem
    separate.logK = separate.logQ
    let (expected, d) = separate.run()
    var out = [Float](repeating: 0, count: rows * D)
    var gradient = [Float](repeating: 0, count: projected.count)
    var dlog = [Float](repeating: 0, count: rows)
    let logs = problem.logQ!
    projected.withUnsafeBufferPointer { p in
      logs.withUnsafeBufferPointer { log in
        problem.queryOffsets.withUnsafeBufferPointer { offsets in
          let p = p.baseAddress!
          var a = zk_attention(
            q: p, k: p + D, v: p + 2 * D, gate: p + 3 * D, q_stride: 4 * D, k_stride: 4 * D,
            v_stride: 4 * D, gate_stride: 4 * D, log_q: log.baseAddress, log_k: log.baseAddress,
            q_offsets: offsets.baseAddress, k_offsets: offsets.baseAddress, q_places: nil,
            segments: 2, width: D, heads: 2)
          zk_attention_forward(&a, &out)
          gradient.withUnsafeMutableBufferPointer { g in
            dlog.withUnsafeMutableBufferPointer { dlog in
              let g = g.baseAddress!
              zk_attention_backward(
                &a, problem.dout, g, g + D, g + 2 * D, g + 3 * D, dlog.baseAddress,
                dlog.baseAddress)
            }
          }
        }
      }
    }
    #expect(out == expected)
    for part in 0..<4 {
      let packed = (0..<(rows * D)).map { gradient[$0 / D * 4 * D + part * D + $0 % D] }
      expectClose(packed, doubles(d[part]))
    }
    expectClose(dlog, zip(d[4], d[5]).map { Double($0) + Double($1) }, tolerance: 4e-6)
  }

  // ---- Local ---------------------------------------------------------------------------------

  static func local(
    _ projected: [Double], _ offsets: [Int32], _ D: Int, _ heads: Int, _ half: Int,
    _ positions: [Float]
  ) -> [Double] {
    let E = D / heads
    var out = [Double](repeating: 0, count: Int(offsets[offsets.count - 1]) * D)
    for b in 0..<(offsets.count - 1) {
      let (start, end) = (Int(offsets[b]), Int(offsets[b + 1]))
      for i in start..<end {
        for h in 0..<heads {
          var total = 0.0
          var sums = [Double](repeating: 0, count: E)
          for j in max(start, i - half)..<min(end, i + half + 1) {
            var score = 0.0
            for c in 0..<E {
              let q = projected[i * 4 * D + h * E + c] + Double(positions[half * E + c])
              let k = projected[j * 4 * D + D + h * E + c]
              score += q * (k + Double(positions[(j - i + half) * E + c]))
            }
            let weight = exp(min(max(score / Double(E).squareRoot(), -60), 60))
            total += weight
            for c in 0..<E { sums[c] += weight * projected[j * 4 * D + 2 * D + h * E + c] }
          }
          for c in 0..<E {
            let gate = 1 / (1 + exp(-projected[i * 4 * D + 3 * D + h * E + c]))
            out[i * D + h * E + c] = sums[c] / total * gate
          }
        }
      }
    }
    return out
  }

  @Test(arguments: [1, 5, 16, 32, 64], [0, 1, 8, 13, 20])
  func local(E: Int, half: Int) {
    var numbers = SeededNumbers(UInt64(E * 100 + half))
    let heads = 2
    let D = E * heads
    let offsets: [Int32] = [0, 0, 1, 4, 21, 90]
    let positions = numbers.floats((2 * half + 1) * E)
    var projected = numbers.floats(90 * 4 * D)
    // Some scores beyond the clamp.
    for i in [2, 30, 31] { for c in 0..<(2 * D) { projected[i * 4 * D + c] *= 12 } }
    var out = [Float](repeating: 9, count: 90 * D)
    zk_local_attention_forward(projected, offsets, 5, D, heads, half, positions, &out)
    expectClose(
      out, Self.local(doubles(projected), offsets, D, heads, half, positions), tolerance: 1e-5)
    let dout = numbers.floats(90 * D)
    var gradient = [Float](repeating: 1, count: projected.count)
    zk_local_attention_backward(
      projected, offsets, 5, D, heads, half, positions, dout, &gradient)
    expectGradient(
      gradient.map { $0 - 1 },
      of: { dot(Self.local($0, offsets, D, heads, half, positions), doubles(dout)) },
      at: projected, tolerance: 1e-4)
    // A document does not see its neighbours.
    var alone = [Float](repeating: 0, count: 69 * D)
    zk_local_attention_forward(
      Array(projected.suffix(69 * 4 * D)), [0, 69], 1, D, heads, half, positions, &alone)
    #expect(alone == Array(out.suffix(69 * D)))
  }

  @Test func clampedScoresPassNoGradient() {
    // One key in reach whose score is far beyond 60, and one that is not.
    var projected = [Float](repeating: 0, count: 2 * 4)
    projected[0] = 100
    projected[1] = 2
    projected[2] = 1
    projected[3] = 0.5
    projected[4] = 0.1
    projected[5] = 0.3
    projected[6] = -1
    let zeros: [Float] = [0, 0, 0]
    var gradient = [Float](repeating: 0, count: 8)
    zk_local_attention_backward(projected, [0, 2], 1, 1, 1, 1, zeros, [1, 0], &gradient)
    let expected = { (x: [Double]) in Self.local(x, [0, 2], 1, 1, 1, zeros)[0] }
    expectGradient(gradient, of: expected, at: projected)
    #expect(gradient[1] == 0)
  }

  // ---- Step ----------------------------------------------------------------------------------

  static func step(
    _ x: [Double], _ segments: Int, _ step: Int, _ alive: Int, _ D: Int, _ heads: Int
  ) -> [Double] {
    let E = D / heads
    var out = [Double](repeating: 0, count: alive * D)
    for n in 0..<alive {
      for h in 0..<heads {
        let q = (step * segments + n) * 3 * D + h * E
        var total = 0.0
        var sums = [Double](repeating: 0, count: E)
        for j in 0...step {
          let k = (j * segments + n) * 3 * D + D + h * E
          var score = 0.0
          for c in 0..<E { score += x[q + c] * x[k + c] }
          let weight = exp(score / Double(E).squareRoot())
          total += weight
          for c in 0..<E { sums[c] += weight * x[k + D + c] }
        }
        for c in 0..<E { out[n * D + h * E + c] = sums[c] / total }
      }
    }
    return out
  }

  /// Looked up, the local form gives what it gives for the symbols' projections.
  @Test(
    arguments: [
      (1, 2), (5, 3), (16, 4), (16, 5), (32, 2), (48, 1), (8, 4), (4, 4), (8, 2), (8, 3), (8, 10),
      (4, 8), (4, 6), (2, 4),
    ], [0, 1, 8])
  func symbols(shape: (E: Int, heads: Int), half: Int) {
    let ((E, heads), D, V) = (shape, shape.E * shape.heads, 21)
    var numbers = SeededNumbers(UInt64(E * 100 + half))
    let positions = numbers.floats((2 * half + 1) * E)
    var projected = numbers.floats(V * 4 * D)
    // Some scores beyond the clamp.
    for i in [2, 13] { for c in 0..<(2 * D) { projected[i * 4 * D + c] *= 12 } }
    var (pairs, places) = (
      [Float](repeating: 9, count: V * V * heads),
      [Float](repeating: 9, count: V * (2 * half + 1) * heads)
    )
    var (values, gates) = (
      [Float](repeating: 9, count: V * D), [Float](repeating: 9, count: V * D)
    )
    zk_symbol_tables(projected, positions, V, D, heads, half, &pairs, &places, &values, &gates)
    let offsets: [Int32] = [0, 0, 1, 4, 21, 90]
    let symbols = (0..<90).map { _ in Int32(numbers.uniform() * Double(V)) }
    func attention(_ symbols: [Int32], _ offsets: [Int32]) -> [Float] {
      var out = [Float](repeating: 9, count: symbols.count * D)
      pairs.withUnsafeBufferPointer { pairs in
        places.withUnsafeBufferPointer { places in
          values.withUnsafeBufferPointer { values in
            gates.withUnsafeBufferPointer { gates in
              var a = zk_symbol_attention(
                pairs: pairs.baseAddress, places: places.baseAddress,
                values: values.baseAddress, gates: gates.baseAddress, symbols: V, width: D,
                heads: heads, half: half)
              zk_symbol_attention_forward(&a, symbols, offsets, offsets.count - 1, &out)
            }
          }
        }
      }
      return out
    }
    let rows = symbols.flatMap {
      doubles(Array(projected[Int($0) * 4 * D..<(Int($0) + 1) * 4 * D]))
    }
    let out = attention(symbols, offsets)
    expectClose(out, Self.local(rows, offsets, D, heads, half, positions), tolerance: 1e-5)
    // A document does not see its neighbours.
    #expect(attention(Array(symbols.suffix(69)), [0, 69]) == Array(out.suffix(69 * D)))
  }

  @Test(arguments: [1, 5, 16, 32, 64], [0, 3, 20])
  func step(E: Int, step: Int) {
    for (segments, alive, heads) in [(5, 5, 4), (7, 4, 3), (1, 1, 1), (3, 0, 2)] {
      var numbers = SeededNumbers(UInt64(E * 100 + step))
      let D = E * heads
      let firstRow = (0...step + 1).map { Int32($0 * segments) }
      let projected = numbers.floats((step + 2) * segments * 3 * D)
      let steps = step + 2
      func forward(alive: Int) -> [Float] {
        // Segments live at first that no longer do at the last step.
        var kept = [Float](repeating: .nan, count: zk_step_kept(steps, segments, D, heads))
        var out = [Float](repeating: 9, count: segments * D)
        for earlier in 0..<step {
          zk_step_attention_forward(
            projected, firstRow, steps, earlier, segments, D, heads, &kept, &out)
        }
        zk_step_attention_forward(projected, firstRow, steps, step, alive, D, heads, &kept, &out)
        return Array(out.prefix(alive * D))
      }
      let out = forward(alive: alive)
      expectClose(out, Self.step(doubles(projected), segments, step, alive, D, heads))
      let dout = numbers.floats(alive * D)
      var gradient = [Float](repeating: 1, count: projected.count)
      zk_step_attention_backward(projected, firstRow, step, alive, D, heads, dout, &gradient)
      expectGradient(
        gradient.map { $0 - 1 },
        of: { dot(Self.step($0, segments, step, alive, D, heads), doubles(dout)) }, at: projected)
      if alive > 1 { #expect(forward(alive: 1) == Array(out[0..<D])) }
    }
  }
}
