#if canImport(Glibc)
  import Glibc
#endif
import ZonkeyKernels

/// ε of the method: probabilities and cosines keep this distance from their limits.
package let epsilon: Float = 1e-7

extension Tape {
  /// σ(prior + (z + bias)/√D)·(1 - ε) + ε: the splitter's probability of a start (model §3).
  ///
  /// Shapes: z and result [L, 1]; bias a learned scalar.
  package func boundaryProbability(_ z: Tensor, bias: Tensor, prior: Float, width: Int) -> Tensor {
    let out = empty(z.rows, 1)
    let scale = 1 / Float(width).squareRoot()
    zk_logistic(z.values, scale, prior + bias.values[0] * scale, 88, out.values, z.count)
    for i in 0..<z.count { out.values[i] = out.values[i] * (1 - epsilon) + epsilon }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (dz, dbias) = (tape.gradient(z), tape.gradient(bias))
      for i in 0..<z.count {
        let s = (out.values[i] - epsilon) / (1 - epsilon)
        let d = dout[i] * (1 - epsilon) * s * (1 - s) * scale
        if let dz { dz[i] += d }
        if let dbias { dbias[0] += d }
      }
    }
    return out
  }

  /// Existence of the rows of packed segments: e_j = ∏_{k=1..j} (1 - p_k), e_0 = 1, clamped to
  /// [ε, 1 - ε], computed in log space. Shapes: p and result [P, 1], offsets [N + 1]. Model §1.
  package func existence(_ p: Tensor, offsets: ContiguousArray<Int32>) -> Tensor {
    let out = empty(p.rows, 1)
    offsets.pointer { zk_existence(p.values, $0, offsets.count - 1, epsilon, out.values) }
    record { tape in
      guard let dout = tape.gradient(out), let dp = tape.gradient(p) else { return }
      forEachSegment(offsets) { range in
        var dsum: Float = 0
        for i in range.dropFirst().reversed() {
          let e = out.values[i]
          if e > epsilon && e < 1 - epsilon { dsum += dout[i] * e }
          let rest = 1 - p.values[i]
          if rest > 0 { dp[i] -= dsum / rest }
        }
      }
    }
    return out
  }

  /// σ(clamp(z/√D + β, ±13.8155)), the existence head's probability of a start; β = -2. Model §1.
  package func headProbability(_ z: Tensor, width: Int) -> Tensor {
    let out = empty(z.rows, 1)
    let (scale, limit) = (1 / Float(width).squareRoot(), Float(13.8155))
    zk_logistic(z.values, scale, -2, limit, out.values, z.count)
    record { tape in
      guard let dout = tape.gradient(out), let dz = tape.gradient(z) else { return }
      for i in 0..<z.count {
        let logit = z.values[i] * scale - 2
        if logit < -limit || logit > limit { continue }
        let s = out.values[i]
        dz[i] += dout[i] * s * (1 - s) * scale
      }
    }
    return out
  }

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

  /// t·label + (1 - t)·previous with each segment's t: existence labels of a mixed target.
  ///
  /// Shapes: t [N, 1], label and previous [P, 1] (constants); result [P, 1].
  package func mixedLabels(
    _ t: Tensor, labels: Tensor, previous: Tensor, offsets: ContiguousArray<Int32>
  ) -> Tensor {
    let out = empty(labels.rows, 1)
    for segment in 0..<t.rows {
      for i in Int(offsets[segment])..<Int(offsets[segment + 1]) {
        let share = t.values[segment]
        out.values[i] = share * labels.values[i] + (1 - share) * previous.values[i]
      }
    }
    record { tape in
      guard let dout = tape.gradient(out), let dt = tape.gradient(t) else { return }
      for segment in 0..<t.rows {
        for i in Int(offsets[segment])..<Int(offsets[segment + 1]) {
          dt[segment] += dout[i] * (labels.values[i] - previous.values[i])
        }
      }
    }
    return out
  }

  /// Mean binary cross-entropy of existences against labels, first rows left out.
  ///
  /// Labels take a gradient too: the published code's mixed labels depend on t* (model §8).
  package func existenceLoss(
    _ existence: Tensor, labels: Tensor, offsets: ContiguousArray<Int32>
  ) -> Tensor {
    let out = empty(1, 1)
    var (sum, count) = (0.0, 0)
    forEachSegment(offsets) { range in
      for i in range.dropFirst() {
        let (e, label) = (existence.values[i], labels.values[i])
        sum -= Double(label * log(e) + (1 - label) * log1p(-e))
        count += 1
      }
    }
    let divisor = Double(max(1, count))
    out.values[0] = Float(sum / divisor)
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (d, dlabels) = (tape.gradient(existence), tape.gradient(labels))
      let scale = dout[0] / Float(divisor)
      forEachSegment(offsets) { range in
        for i in range.dropFirst() {
          let e = existence.values[i]
          d?[i] += scale * (e - labels.values[i]) / (e * (1 - e))
          dlabels?[i] += scale * (log1p(-e) - log(e))
        }
      }
    }
    return out
  }
}

/// Calls `body` with the rows of every segment.
func forEachSegment(_ offsets: ContiguousArray<Int32>, _ body: (Range<Int>) -> Void) {
  for segment in 0..<max(0, offsets.count - 1) {
    body(Int(offsets[segment])..<Int(offsets[segment + 1]))
  }
}
