import ZonkeyKernels
import ZonkeyPlatform

/// Where the units of packed segments stand in their latents: the k-th of n has the numbers from
/// k·⌊C·D/n⌋ on, as many as that, but no more than D.
package struct UnitShares: Sendable {
  /// Packed rows of segment n: offsets[n] ..< offsets[n + 1].
  package let offsets: ContiguousArray<Int32>
  /// The units of each segment that have a share, at least 1.
  package let lengths: [Int]

  package init(offsets: ContiguousArray<Int32>, lengths: [Int]) {
    self.offsets = offsets
    self.lengths = lengths
  }

  /// Calls `body` with each row that has a share, the first of its numbers in [N, C·D], and how many
  /// they are.
  fileprivate func forEach(
    width: Int, latentWidth: Int, _ body: (_ row: Int, _ place: Int, _ count: Int) -> Void
  ) {
    for (segment, length) in lengths.enumerated() {
      let share = latentWidth / max(1, length)
      let rows = rowRange(offsets, segment)
      for (unit, row) in rows.prefix(length).enumerated() {
        body(row, segment * latentWidth + unit * share, min(share, width))
      }
    }
  }
}

extension Tape {
  /// The first numbers of each unit in its share of the latent, and zeros elsewhere.
  ///
  /// Shapes: x [P, D]; result [N, latentWidth].
  package func layShares(_ x: Tensor, _ shares: UnitShares, latentWidth: Int) -> Tensor {
    let width = x.columns
    let out = zeros(shares.lengths.count, latentWidth)
    shares.forEach(width: width, latentWidth: latentWidth) { row, place, count in
      (out.values + place).update(from: x.values + row * width, count: count)
    }
    record { tape in
      guard let dout = tape.gradient(out), let dx = tape.gradient(x) else { return }
      shares.forEach(width: width, latentWidth: latentWidth) { row, place, count in
        Kernel.add(dout + place, to: dx + row * width, count: count)
      }
    }
    return out
  }

  /// Each unit's share of the latent, and zeros behind it; rows without a share are zeros.
  ///
  /// Shapes: latents [N, C·D]; result [P, width].
  package func takeShares(_ latents: Tensor, _ shares: UnitShares, width: Int) -> Tensor {
    let latentWidth = latents.columns
    let out = zeros(Int(shares.offsets[shares.offsets.count - 1]), width)
    shares.forEach(width: width, latentWidth: latentWidth) { row, place, count in
      (out.values + row * width).update(from: latents.values + place, count: count)
    }
    record { tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(latents) else { return }
      shares.forEach(width: width, latentWidth: latentWidth) { row, place, count in
        Kernel.add(dout + row * width, to: d + place, count: count)
      }
    }
    return out
  }

  /// Existence by what is known of a segment's length: position k exists with the probability that
  /// the segment has more than k units, within [ε, 1 - ε].
  ///
  /// Shapes: odds [N, S], of the lengths 1 ... S in logits; result [P, 1], packed by offsets [N + 1].
  package func lengthExistence(_ odds: Tensor, offsets: ContiguousArray<Int32>) -> Tensor {
    let (lengths, epsilon) = (odds.columns, Probability.epsilon)
    let out = empty(Int(offsets[offsets.count - 1]), 1)
    let survival = odds.rows == 0 ? [] : survivals(odds)
    for segment in 0..<odds.rows {
      for (k, row) in rowRange(offsets, segment).enumerated() {
        out.values[row] =
          k < lengths ? min(max(survival[segment * lengths + k], epsilon), 1 - epsilon) : epsilon
      }
    }
    record { tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(odds) else { return }
      for segment in 0..<odds.rows {
        // A length of l units is in the sums of the positions below l; the mean of what the lengths
        // have so, by their probability, is taken from all. Limits let gradients through: a length
        // that is wrong for certain must still be unlearned.
        let own = survival[segment * lengths..<(segment + 1) * lengths]
        let rows = rowRange(offsets, segment).prefix(lengths)
        let mean = zip(rows, own).dropFirst().reduce(Float(0)) { $0 + dout[$1.0] * $1.1 }
        var reached: Float = 0
        for length in 0..<lengths {
          if length > 0, length < rows.count { reached += dout[rows.lowerBound + length] }
          let next = length + 1 < lengths ? own[own.startIndex + length + 1] : 0
          let p = own[own.startIndex + length] - next
          d[segment * lengths + length] += p * (reached - mean)
        }
      }
    }
    return out
  }

  /// The length of which it is as likely that a segment is longer as that it is not: [N], from
  /// odds [N, S].
  package func medianLengths(_ odds: Tensor) -> [Int] {
    let (lengths, survival) = (odds.columns, survivals(odds))
    return (0..<odds.rows).map { segment in
      max(1, survival[segment * lengths..<(segment + 1) * lengths].count { $0 >= 0.5 })
    }
  }

  /// The probability of more than k units, for k from 0 to S - 1, of every row of odds.
  private func survivals(_ odds: Tensor) -> [Float] {
    var out = [Float](repeating: 0, count: odds.count)
    for segment in 0..<odds.rows {
      let row = UnsafeBufferPointer(
        start: odds.values + segment * odds.columns, count: odds.columns)
      let greatest = row.max() ?? 0
      let weights = row.map { exp($0 - greatest) }
      let all = weights.reduce(0, +)
      var sum: Float = 0
      for k in row.indices.reversed() {
        sum += weights[k]
        out[segment * odds.columns + k] = sum / all
      }
    }
    return out
  }
}
