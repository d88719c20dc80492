import ZonkeyEngine
import ZonkeyPlatform

extension Tape {
  /// How far probabilities are from a teacher's: the mean of q·log(q/p) + (1 - q)·log((1 - q)/(1 - p))
  /// over some rows, in nats; 0 where there are none.
  ///
  /// That is the cross-entropy with the teacher's as soft labels, less what it is at best: the
  /// gradient is the same, and 0 means equal. Shapes: p, q [L, 1], of which q has no gradient; a
  /// scalar.
  package func teacherLoss(_ p: Tensor, teacher q: Tensor, rows: [Int]) -> Tensor {
    func inside(_ x: Float) -> Double {
      Double(min(max(x, Probability.epsilon), 1 - Probability.epsilon))
    }
    let out = empty(1, 1)
    let share = 1 / Double(max(1, rows.count))
    out.values[0] = Float(
      share
        * rows.reduce(0.0) { sum, row in
          let (p, q) = (inside(p.values[row]), inside(q.values[row]))
          return sum + q * log(q / p) + (1 - q) * log((1 - q) / (1 - p))
        })
    record { tape in
      guard let dout = tape.gradient(out), let dp = tape.gradient(p) else { return }
      for row in rows {
        let (p, q) = (inside(p.values[row]), inside(q.values[row]))
        dp[row] += dout[0] * Float(share * (p - q) / (p * (1 - p)))
      }
    }
    return out
  }
}
