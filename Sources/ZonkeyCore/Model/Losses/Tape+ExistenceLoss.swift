import ZonkeyEngine
import ZonkeyPlatform

extension Tape {
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
