import ZonkeyKernels

extension Tape {
  /// Σ weights·x / divisor . Shapes: x, weights [L, 1]; a scalar.
  package func weightedSum(_ x: Tensor, _ weights: Tensor, divisor: Float) -> Tensor {
    let out = empty(1, 1)
    out.values[0] = Float(zk_dot(x.values, weights.values, x.count)) / divisor
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let scale = dout[0] / divisor
      if let dx = tape.gradient(x) { zk_axpy(scale, weights.values, dx, x.count) }
      if let dweights = tape.gradient(weights) { zk_axpy(scale, x.values, dweights, x.count) }
    }
    return out
  }
}
