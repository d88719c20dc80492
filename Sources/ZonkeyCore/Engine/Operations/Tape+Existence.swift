import ZonkeyKernels

extension Tape {
  /// Existence of the rows of packed segments: e_j = ∏_{k=1..j} (1 - p_k), e_0 = 1, clamped to
  /// [ε, 1 - ε], computed in log space. Shapes: p and result [P, 1], offsets [N + 1]. Model §1.
  package func existence(_ p: Tensor, offsets: ContiguousArray<Int32>) -> Tensor {
    let out = empty(p.rows, 1)
    offsets.pointer {
      zk_existence(p.values, $0, offsets.count - 1, Probability.epsilon, out.values)
    }
    record { tape in
      guard let dout = tape.gradient(out), let dp = tape.gradient(p) else { return }
      forEachSegment(offsets) { range in
        var dsum: Float = 0
        for i in range.dropFirst().reversed() {
          let e = out.values[i]
          if e > Probability.epsilon && e < 1 - Probability.epsilon { dsum += dout[i] * e }
          let rest = 1 - p.values[i]
          if rest > 0 { dp[i] -= dsum / rest }
        }
      }
    }
    return out
  }
}
