import ZonkeyPlatform

/// Matches count over this many positions.
private let matchSpan = 4

extension Tape {
  /// The expected overlap start of segment pairs; see `Level.inferredStart`.
  package func overlapEstimate(
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
