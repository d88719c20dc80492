import ZonkeyKernels

extension Tape {
  /// σ(prior + (z + bias)/√D)·(1 - ε) + ε: the splitter's probability of a start (model §3).
  ///
  /// Shapes: z and result [L, 1]; bias a learned scalar.
  package func boundaryProbability(_ z: Tensor, bias: Tensor, prior: Float, width: Int) -> Tensor {
    let out = empty(z.rows, 1)
    let scale = 1 / Float(width).squareRoot()
    zk_logistic(z.values, scale, prior + bias.values[0] * scale, 88, out.values, z.count)
    for i in 0..<z.count {
      out.values[i] = out.values[i] * (1 - Probability.epsilon) + Probability.epsilon
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (dz, dbias) = (tape.gradient(z), tape.gradient(bias))
      for i in 0..<z.count {
        let s = (out.values[i] - Probability.epsilon) / (1 - Probability.epsilon)
        let d = dout[i] * (1 - Probability.epsilon) * s * (1 - s) * scale
        if let dz { dz[i] += d }
        if let dbias { dbias[0] += d }
      }
    }
    return out
  }
}
