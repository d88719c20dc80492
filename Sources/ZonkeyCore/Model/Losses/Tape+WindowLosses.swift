import ZonkeyEngine
import ZonkeyPlatform

extension Tape {
  /// P(no start in n consecutive positions), summed over the given n, each a mean over windows
  /// that have a genuine position behind them (model §3, patch loss).
  package func patchLoss(_ p: Tensor, documents: [DocumentExtent], windows: [Int]) -> Tensor {
    windowLoss(p, documents: documents) { sums, value, gradient in
      for n in windows {
        var (total, count) = (0.0, 0)
        for document in documents where document.real > n { count += document.real - n }
        guard count > 0 else { continue }
        let share = 1 / Double(count)
        for document in documents where document.real > n {
          let base = document.offset
          for s in 0..<document.real - n {
            let none = exp(sums[base + s + n] - sums[base + s])
            total += none
            gradient.addLog(none * share, from: base + s, to: base + s + n)
          }
        }
        value += total * share
      }
    }
  }

  /// P(another start within the m - 1 positions, at least one, after a start), each start weighted
  /// by its own p, summed over the given m (model §3, short-segment loss).
  package func shortSegmentLoss(
    _ p: Tensor, documents: [DocumentExtent], lengths: [Int]
  ) -> Tensor {
    windowLoss(p, documents: documents) { sums, value, gradient in
      for length in lengths {
        let q = max(length - 1, 1)
        var (total, weight) = (0.0, 0.0)
        let starts = documents.flatMap { document in
          (0..<max(0, document.real - q)).map { document.offset + $0 }
        }
        for s in starts {
          total += (1 - exp(sums[s + 1 + q] - sums[s + 1])) * Double(p.values[s])
          weight += Double(p.values[s])
        }
        weight = max(weight, 1e-9)
        let mean = total / weight
        for s in starts {
          let none = exp(sums[s + 1 + q] - sums[s + 1])
          gradient.add((1 - none - mean) / weight, at: s)
          gradient.addLog(-none * Double(p.values[s]) / weight, from: s + 1, to: s + 1 + q)
        }
        value += mean
      }
    }
  }

  /// The gradient of a window loss by position: direct parts, and parts by log(1 - p) over ranges,
  /// kept as differences so that a window costs the same whatever its length.
  fileprivate struct WindowGradient {
    var direct: [Double]
    var differences: [Double]
    mutating func add(_ value: Double, at i: Int) { direct[i] += value }
    mutating func addLog(_ value: Double, from a: Int, to b: Int) {
      differences[a] += value
      differences[b] -= value
    }
  }

  /// A scalar of window probabilities; `sums[i]` is the sum of log(1 - p) over rows below i.
  private func windowLoss(
    _ p: Tensor, documents: [DocumentExtent],
    _ body: (_ sums: [Double], _ value: inout Double, _ gradient: inout WindowGradient) -> Void
  ) -> Tensor {
    var sums = [Double](repeating: 0, count: p.rows + 1)
    for i in 0..<p.rows { sums[i + 1] = sums[i] + log1p(-Double(p.values[i])) }
    var value = 0.0
    var gradient = WindowGradient(
      direct: [Double](repeating: 0, count: p.rows + 1),
      differences: [Double](repeating: 0, count: p.rows + 1))
    body(sums, &value, &gradient)
    let out = empty(1, 1)
    out.values[0] = Float(value)
    record { tape in
      guard let dout = tape.gradient(out), let dp = tape.gradient(p) else { return }
      var running = 0.0
      for i in 0..<p.rows {
        running += gradient.differences[i]
        let d = gradient.direct[i] - running / (1 - Double(p.values[i]))
        dp[i] += dout[0] * Float(d)
      }
    }
    return out
  }
}
