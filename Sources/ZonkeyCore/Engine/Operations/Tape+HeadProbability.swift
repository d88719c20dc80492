import ZonkeyKernels

extension Tape {
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
}
