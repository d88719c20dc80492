#if canImport(Glibc)
  import Glibc
#endif

extension Level {
  /// The inferred start of each right segment inside its left one (model §7, start position).
  ///
  /// Shapes: left and right [·, D] packed by their offsets, existence of the left [·, 1]; result
  /// [pairs, 1] in 0...S. Positions that were dropped count as not existing.
  package func inferredStart(
    left: Tensor, right: Tensor, leftExistence: Tensor, leftOffsets: ContiguousArray<Int32>,
    rightOffsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    tape.overlapEstimate(
      left: tape.linear(left, stitcher.matching), right: tape.linear(right, stitcher.matching),
      existence: leftExistence, weight: tape.use(stitcher.matchingWeight),
      leftOffsets: leftOffsets, rightOffsets: rightOffsets,
      segmentLength: configuration.segmentLength)
  }

  /// The left segments refined by looking at the right ones (model §7, refinement): [·, D].
  package func refine(
    left: Tensor, right: Tensor, leftExistence: Tensor, rightExistence: Tensor,
    leftOffsets: ContiguousArray<Int32>, rightOffsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let mixed = crossed(
      left: left, right: right, leftExistence: leftExistence, rightExistence: rightExistence,
      leftOffsets: leftOffsets, rightOffsets: rightOffsets, on: tape)
    let y = tape.layerNorm(
      tape.linear(mixed, stitcher.layer.output, residual: left), stitcher.layer.attentionNorm)
    let refined = tape.layerNorm(
      tape.feedForward(y, stitcher.layer.feedForward), stitcher.layer.feedForwardNorm)
    return tape.normalized(tape.addScaled(left, refined, scale: tape.use(stitcher.portion)))
  }

  /// The cross attention of the refinement, before its output map: [·, D].
  package func crossed(
    left: Tensor, right: Tensor, leftExistence: Tensor, rightExistence: Tensor,
    leftOffsets: ContiguousArray<Int32>, rightOffsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let (width, heads) = (configuration.width, configuration.heads)
    let queries = tape.linear(
      left, tape.use(stitcher.layer.projection.weight.rows(0..<width)),
      bias: tape.use(stitcher.layer.projection.bias.columns(0..<width)),
      positions: positionTable(offsets: leftOffsets, width: width, heads: heads, with: 1, of: 1))
    let keysValues = tape.linear(
      right, tape.use(stitcher.layer.projection.weight.rows(width..<3 * width)),
      bias: tape.use(stitcher.layer.projection.bias.columns(width..<3 * width)),
      positions: positionTable(offsets: rightOffsets, width: width, heads: heads, with: 1, of: 2))
    return tape.crossAttention(
      queries: queries, keysValues: keysValues,
      logQuery: tape.logExistence(leftExistence, offsets: leftOffsets, prefix: 0),
      logKey: tape.logExistence(rightExistence, offsets: rightOffsets, prefix: 0),
      queryOffsets: leftOffsets, keyOffsets: rightOffsets, heads: heads)
  }
}

/// Matches count over this many positions.
private let matchSpan = 4

extension Tape {
  /// The expected overlap start of segment pairs; see `Level.inferredStart`.
  func overlapEstimate(
    left: Tensor, right: Tensor, existence: Tensor, weight: Tensor,
    leftOffsets: ContiguousArray<Int32>, rightOffsets: ContiguousArray<Int32>, segmentLength s: Int
  ) -> Tensor {
    let pairs = leftOffsets.count - 1
    let out = empty(pairs, 1)
    let raw = weight.values[0]
    // w⁺ = ELU(w - 1) + 1
    let positive = raw > 1 ? raw : exp(raw - 1)
    let (probability, match) = (floats(pairs * s), floats(pairs * s))
    let pair = OverlapPair(width: left.columns, segmentLength: s)
    for i in 0..<pairs {
      let (a, b) = (rowRange(leftOffsets, i), rowRange(rightOffsets, i))
      let (p, m) = (probability + i * s, match + i * s)
      for n in 0..<s {
        m[n] = pair.match(left.values, right.values, a, b, n)
        p[n] = log(max(pair.prior(existence.values, a, n), 1e-10)) + positive * m[n]
      }
      softmax(p, s)
      var mean: Float = 0
      for n in 0..<s { mean += p[n] * Float(n) }
      let end = pair.end(existence.values, a)
      out.values[i] = (1 - end) * mean + end * Float(s)
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (dleft, dright) = (tape.gradient(left), tape.gradient(right))
      let (de, dweight) = (tape.gradient(existence), tape.gradient(weight))
      for i in 0..<pairs {
        let (a, b) = (rowRange(leftOffsets, i), rowRange(rightOffsets, i))
        let (p, m) = (probability + i * s, match + i * s)
        var mean: Float = 0
        for n in 0..<s { mean += p[n] * Float(n) }
        let end = pair.end(existence.values, a)
        if a.count == s { de?[a.upperBound - 1] += dout[i] * (Float(s) - mean) }
        for n in 0..<s {
          let dlogit = dout[i] * (1 - end) * p[n] * (Float(n) - mean)
          dweight?[0] += dlogit * m[n] * (raw > 1 ? 1 : positive)
          let prior = pair.prior(existence.values, a, n)
          if prior > 1e-10, let de {
            de[a.lowerBound + n - 1] += dlogit / prior
            if n < a.count { de[a.lowerBound + n] -= dlogit / prior }
          }
          pair.matchBackward(
            left.values, right.values, a, b, n, gradient: dlogit * positive, dleft, dright)
        }
      }
    }
    return out
  }

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
      var (weighted, total) = (Float(0), epsilon)
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
        var total = epsilon
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

private func rowRange(_ offsets: ContiguousArray<Int32>, _ i: Int) -> Range<Int> {
  Int(offsets[i])..<Int(offsets[i + 1])
}

private func softmax(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
  var top = -Float.infinity
  for i in 0..<count { top = max(top, x[i]) }
  var sum: Float = 0
  for i in 0..<count {
    x[i] = exp(x[i] - top)
    sum += x[i]
  }
  for i in 0..<count { x[i] /= sum }
}

/// The terms of one pair's overlap estimate.
private struct OverlapPair {
  let width: Int
  let segmentLength: Int

  /// max(0, a_{n-1} - a_n); positions that were dropped exist with 0.
  func prior(_ e: UnsafePointer<Float>, _ a: Range<Int>, _ n: Int) -> Float {
    guard n >= 1, n <= a.count else { return 0 }
    let next = n < a.count ? e[a.lowerBound + n] : 0
    return max(0, e[a.lowerBound + n - 1] - next)
  }

  /// a_{S-1}
  func end(_ e: UnsafePointer<Float>, _ a: Range<Int>) -> Float {
    a.count == segmentLength ? e[a.upperBound - 1] : 0
  }

  private func span(_ n: Int) -> Int { min(matchSpan, segmentLength - n) }

  /// Mean over j < 4 with n + j < S of ⟨right_j, left_{n+j}⟩.
  func match(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ a: Range<Int>, _ b: Range<Int>,
    _ n: Int
  ) -> Float {
    var sum: Float = 0
    for j in 0..<span(n) where j < b.count && n + j < a.count {
      let (l, r) = ((a.lowerBound + n + j) * width, (b.lowerBound + j) * width)
      for c in 0..<width { sum += left[l + c] * right[r + c] }
    }
    return sum / Float(span(n))
  }

  func matchBackward(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ a: Range<Int>, _ b: Range<Int>,
    _ n: Int, gradient: Float, _ dleft: UnsafeMutablePointer<Float>?,
    _ dright: UnsafeMutablePointer<Float>?
  ) {
    let scale = gradient / Float(span(n))
    for j in 0..<span(n) where j < b.count && n + j < a.count {
      let (l, r) = ((a.lowerBound + n + j) * width, (b.lowerBound + j) * width)
      for c in 0..<width {
        dleft?[l + c] += scale * right[r + c]
        dright?[r + c] += scale * left[l + c]
      }
    }
  }
}
