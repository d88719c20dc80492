import ZonkeyPlatform

extension Tape {
  /// How much each segment owns of the positions that it covers (model §3, existence share).
  ///
  /// e' of a row, with p clamped to [1e-4, 0.9999], divided by the sum of e' over all rows that
  /// show the same position. Shapes: p and result [P, 1]; `position` gives each row's position, of
  /// `positions` in all; `real` is 1 where the position is genuine.
  package func existenceShare(
    _ p: Tensor, offsets: ContiguousArray<Int32>, position: ContiguousArray<Int32>,
    positions: Int, real: [Float]
  ) -> Tensor {
    let out = empty(p.rows, 1)
    let exists = floats(p.rows)
    let total = floats(positions)
    let (low, high): (Float, Float) = (1e-4, 0.9999)
    total.update(repeating: 1e-10, count: positions)
    forEachSegment(offsets) { range in
      var sum: Float = 0
      for i in range {
        if i > range.lowerBound { sum += log1p(-min(max(p.values[i], low), high)) }
        exists[i] = exp(sum)
        total[Int(position[i])] += exists[i]
      }
    }
    for i in 0..<p.rows { out.values[i] = exists[i] / total[Int(position[i])] * real[i] }
    record { tape in
      guard let dout = tape.gradient(out), let dp = tape.gradient(p) else { return }
      let dtotal = tape.discarded(positions)
      for i in 0..<p.rows {
        let t = total[Int(position[i])]
        dtotal[Int(position[i])] -= dout[i] * real[i] * exists[i] / (t * t)
      }
      forEachSegment(offsets) { range in
        var dsum: Float = 0
        for i in range.dropFirst().reversed() {
          let at = Int(position[i])
          dsum += (dout[i] * real[i] / total[at] + dtotal[at]) * exists[i]
          if p.values[i] >= low && p.values[i] <= high { dp[i] -= dsum / (1 - p.values[i]) }
        }
      }
    }
    return out
  }
}
