import ZonkeyEngine

extension Tape {
  /// The share-weighted measure of the interval between true and inferred starts, divided by each
  /// left segment's total share, as a mean over pairs (model §7, position loss).
  ///
  /// Shapes: inferred [pairs, 1], share [·, 1] packed by the left segments' offsets; a scalar.
  package func positionLoss(
    inferred: Tensor, trueStarts: [Float], share: Tensor, offsets: ContiguousArray<Int32>
  ) -> Tensor {
    let pairs = trueStarts.count
    let out = empty(1, 1)
    let losses = floats(pairs)
    var sum = 0.0
    func overlap(_ i: Int, _ j: Int) -> Float {
      let (low, high) = (
        min(trueStarts[i], inferred.values[i]), max(trueStarts[i], inferred.values[i])
      )
      return max(0, min(high, Float(j + 1)) - max(low, Float(j)))
    }
    for i in 0..<pairs {
      let range = rowRange(offsets, i)
      var (weighted, total) = (Float(0), Probability.epsilon)
      for row in range {
        weighted += share.values[row] * overlap(i, row - range.lowerBound)
        total += share.values[row]
      }
      losses[i] = weighted / total
      sum += Double(losses[i])
    }
    out.values[0] = pairs > 0 ? Float(sum / Double(pairs)) : 0
    record { tape in
      guard let dout = tape.gradient(out), pairs > 0 else { return }
      let scale = dout[0] / Float(pairs)
      let (dinferred, dshare) = (tape.gradient(inferred), tape.gradient(share))
      for i in 0..<pairs {
        let range = rowRange(offsets, i)
        var total = Probability.epsilon
        for row in range { total += share.values[row] }
        let sign: Float = inferred.values[i] > trueStarts[i] ? 1 : -1
        for row in range {
          let j = row - range.lowerBound
          dshare?[row] += scale * (overlap(i, j) - losses[i]) / total
          if inferred.values[i] > Float(j) && inferred.values[i] < Float(j + 1) {
            dinferred?[i] += scale * sign * share.values[row] / total
          }
        }
      }
    }
    return out
  }
}
