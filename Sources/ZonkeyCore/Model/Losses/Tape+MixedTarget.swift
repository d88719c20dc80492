import ZonkeyEngine
import ZonkeyPlatform

/// Inner products of a decoded row v with the previous P and Δ = T - P, from which all cosines to
/// points P + tΔ follow (model §6).
private struct MixedTerms {
  /// v·P, v·Δ, P·P, P·Δ, Δ·Δ, v·v
  let vp, vd, pp, pd, dd, vv: Float

  /// The t of the largest cosine, unclamped; ½ where it is not defined.
  var optimum: Float {
    let t = (vd * pp - vp * pd) / (vp * dd - vd * pd + 1e-6)
    return t.isFinite ? t : 0.5
  }

  func squaredLength(_ t: Float) -> Float { pp + 2 * t * pd + t * t * dd }

  /// cos(v, P + tΔ)
  func cosine(_ t: Float) -> Float {
    let lengths = max(vv.squareRoot(), 1e-6) * max(squaredLength(t).squareRoot(), 1e-6)
    return min(max((vp + t * vd) / lengths, -1), 1)
  }

  /// Partial derivatives of cos(v, P + tΔ) by (vp, vd, pp, pd, dd, vv, t).
  func cosineGradient(_ t: Float) -> (Float, Float, Float, Float, Float, Float, Float) {
    let square = max(squaredLength(t), 1e-12)
    let inverse = 1 / (vv.squareRoot() * square.squareRoot())
    let c = (vp + t * vd) * inverse
    let bySquare = -c / (2 * square)
    return (
      inverse, t * inverse, bySquare, 2 * t * bySquare, t * t * bySquare, -c / (2 * vv),
      vd * inverse + bySquare * (2 * pd + 2 * t * dd)
    )
  }
}

/// Row-wise inner products as tensors, inputs of the mixed losses. All [L, 1].
package struct MixedProducts: Sendable {
  package let vp, vd, pp, pd, dd, vv: Tensor

  package init(vp: Tensor, vd: Tensor, pp: Tensor, pd: Tensor, dd: Tensor, vv: Tensor) {
    (self.vp, self.vd, self.pp) = (vp, vd, pp)
    (self.pd, self.dd, self.vv) = (pd, dd, vv)
  }

  fileprivate func terms(_ i: Int) -> MixedTerms {
    MixedTerms(
      vp: vp.values[i], vd: vd.values[i], pp: pp.values[i], pd: pd.values[i], dd: dd.values[i],
      vv: vv.values[i])
  }
}

extension Tape {
  /// The cosine of each decoded row to its segment's best mixed target, and that target's t*.
  ///
  /// For every segment one t* of {0, 1, the share- and |v·Δ|-weighted mean optimum} with the
  /// largest share-weighted cosine; the choice is not differentiated, t is (model §6).
  /// Shapes: products and share [P, 1] packed by offsets; cosines [P, 1]; t* [N, 1].
  package func mixedCosines(
    _ products: MixedProducts, share: Tensor, offsets: ContiguousArray<Int32>
  ) -> (cosines: Tensor, best: Tensor) {
    let segments = offsets.count - 1
    let out = empty(share.rows, 1)
    let best = empty(segments, 1)
    for segment in 0..<segments {
      let range = Int(offsets[segment])..<Int(offsets[segment + 1])
      let mean = MixedMean(products, share, range)
      var top = -Float.infinity
      for t in [0, 1, mean.t] {
        var sum: Float = 0
        for i in range { sum += mean.share(i) * products.terms(i).candidateCosine(t) }
        if sum > top { (top, best.values[segment]) = (sum, t) }
      }
      for i in range { out.values[i] = products.terms(i).cosine(best.values[segment]) }
    }
    record { tape in
      guard let dout = tape.gradient(out), let dbest = tape.gradient(best) else { return }
      let d = MixedGradients(products, tape)
      let dshare = tape.gradient(share)
      for segment in 0..<segments {
        let range = Int(offsets[segment])..<Int(offsets[segment + 1])
        let t = best.values[segment]
        var dt = dbest[segment]
        for i in range {
          let g = products.terms(i).cosineGradient(t)
          d.add(i, dout[i], g)
          dt += dout[i] * g.6
        }
        let mean = MixedMean(products, share, range)
        if t == mean.t && t > 0 && t < 1 { mean.backward(dt, products, d, dshare) }
      }
    }
    return (out, best)
  }

  /// The best cosine of each (row, negative) over the segment between the previous and the target
  /// vector of the drawn place, for the matrices of v·P and v·Δ (model §8).
  ///
  /// Shapes: vp, vd [L, K] picked by negative; vv [L, 1]; pp, pd, dd [M, 1] of all places; index
  /// [L·K] of places; result [L, K]. An interior optimum is stationary in t, so that the gradient
  /// through t vanishes.
  package func mixedNegativeCosines(
    vp: Tensor, vd: Tensor, vv: Tensor, pp: Tensor, pd: Tensor, dd: Tensor,
    index: ContiguousArray<Int32>
  ) -> Tensor {
    let k = vp.columns
    let out = empty(vp.rows, k)
    let chosen = floats(vp.count)
    func terms(_ i: Int) -> MixedTerms {
      let place = Int(index[i])
      return MixedTerms(
        vp: vp.values[i], vd: vd.values[i], pp: pp.values[place], pd: pd.values[place],
        dd: dd.values[place], vv: vv.values[i / k])
    }
    for i in 0..<vp.count {
      let m = terms(i)
      let (atPrevious, atTarget) = (m.cosine(0), m.cosine(1))
      (out.values[i], chosen[i]) = atPrevious >= atTarget ? (atPrevious, 0) : (atTarget, 1)
      let t = m.optimum
      if t > 0 && t < 1 {
        let inside = m.cosine(t)
        if inside > out.values[i] { (out.values[i], chosen[i]) = (inside, t) }
      }
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (dvp, dvd, dvv) = (tape.gradient(vp), tape.gradient(vd), tape.gradient(vv))
      let (dpp, dpd, ddd) = (tape.gradient(pp), tape.gradient(pd), tape.gradient(dd))
      for i in 0..<vp.count where dout[i] != 0 {
        let place = Int(index[i])
        let g = terms(i).cosineGradient(chosen[i])
        dvp?[i] += dout[i] * g.0
        dvd?[i] += dout[i] * g.1
        dpp?[place] += dout[i] * g.2
        dpd?[place] += dout[i] * g.3
        ddd?[place] += dout[i] * g.4
        dvv?[i / k] += dout[i] * g.5
      }
    }
    return out
  }
}

extension MixedTerms {
  /// The cosine as the choice among candidates measures it, with 1e-6 under roots.
  fileprivate func candidateCosine(_ t: Float) -> Float {
    let v = (vv + 1e-6).squareRoot()
    return (vp + t * vd) / (v * (squaredLength(t) + 1e-6).squareRoot() + 1e-6)
  }
}

private struct MixedGradients {
  let vp, vd, pp, pd, dd, vv: UnsafeMutablePointer<Float>?

  init(_ products: MixedProducts, _ tape: Tape) {
    vp = tape.gradient(products.vp)
    vd = tape.gradient(products.vd)
    pp = tape.gradient(products.pp)
    pd = tape.gradient(products.pd)
    dd = tape.gradient(products.dd)
    vv = tape.gradient(products.vv)
  }

  func add(
    _ i: Int, _ scale: Float, _ g: (Float, Float, Float, Float, Float, Float, Float)
  ) {
    vp?[i] += scale * g.0
    vd?[i] += scale * g.1
    pp?[i] += scale * g.2
    pd?[i] += scale * g.3
    dd?[i] += scale * g.4
    vv?[i] += scale * g.5
  }
}

/// A segment's interior optimum: the mean of its rows' optima, weighted by share and |v·Δ|.
private struct MixedMean {
  let range: Range<Int>
  let shares: UnsafePointer<Float>
  let shareSum: Float
  let weightSum: Float
  let t: Float

  init(_ products: MixedProducts, _ share: Tensor, _ range: Range<Int>) {
    self.range = range
    shares = UnsafePointer(share.values)
    var total: Float = 1e-6
    for i in range { total += share.values[i] }
    var (weights, sum): (Float, Float) = (1e-6, 0)
    for i in range {
      let m = products.terms(i)
      let weight = share.values[i] / total * (abs(m.vd) + 1e-6)
      weights += weight
      sum += weight * min(max(m.optimum, 0), 1)
    }
    shareSum = total
    weightSum = weights
    t = min(max(sum / weights, 0), 1)
  }

  func share(_ i: Int) -> Float { shares[i] / shareSum }

  func backward(
    _ dt: Float, _ products: MixedProducts, _ d: MixedGradients,
    _ dshare: UnsafeMutablePointer<Float>?
  ) {
    // t = Σ c_j t_j / Σ c_j with c_j = ω_j (|vΔ_j| + 1e-6); ω_j = share_j / Σ share.
    var shareMean: Float = 0
    for i in range {
      let m = products.terms(i)
      let raw = m.optimum
      let own = min(max(raw, 0), 1)
      let weight = share(i) * (abs(m.vd) + 1e-6)
      let dweight = dt * (own - t) / weightSum
      d.vd?[i] += dweight * share(i) * (m.vd >= 0 ? 1 : -1)
      let domega = dweight * (abs(m.vd) + 1e-6)
      dshare?[i] += domega / shareSum
      shareMean += domega * share(i)
      if raw == own && raw > 0 && raw < 1 {
        optimumBackward(i, m, dt * weight / weightSum, d)
      }
    }
    for i in range { dshare?[i] -= shareMean / shareSum }
  }

  private func optimumBackward(_ i: Int, _ m: MixedTerms, _ dt: Float, _ d: MixedGradients) {
    let denominator = m.vp * m.dd - m.vd * m.pd + 1e-6
    let numerator = m.vd * m.pp - m.vp * m.pd
    guard denominator.isFinite, denominator != 0 else { return }
    let up = dt / denominator
    let down = -dt * numerator / (denominator * denominator)
    d.vd?[i] += up * m.pp - down * m.pd
    d.pp?[i] += up * m.vd
    d.vp?[i] += -up * m.pd + down * m.dd
    d.pd?[i] += -up * m.vp - down * m.vd
    d.dd?[i] += down * m.vp
  }
}
