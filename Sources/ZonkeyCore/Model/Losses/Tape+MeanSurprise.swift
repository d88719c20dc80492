import ZonkeyEngine
import ZonkeyPlatform

extension Tape {
  /// -log p, on average over some rows; 0 where there are none. Shapes: p [L, 1]; a scalar.
  package func meanSurprise(_ p: Tensor, at rows: [Int]) -> Tensor {
    let out = empty(1, 1)
    let share = 1 / Float(max(1, rows.count))
    out.values[0] = share * rows.reduce(0) { $0 - log(max(p.values[$1], Probability.epsilon)) }
    record { tape in
      guard let dout = tape.gradient(out), let dp = tape.gradient(p) else { return }
      for row in rows where p.values[row] > Probability.epsilon {
        dp[row] -= dout[0] * share / p.values[row]
      }
    }
    return out
  }
}
