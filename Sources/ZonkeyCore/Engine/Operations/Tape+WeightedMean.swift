import ZonkeyKernels

extension Tape {
  /// Σ weights·x / (Σ weights + 1e-7). Shapes: x, weights [L, 1]; result a scalar.
  package func weightedMean(_ x: Tensor, _ weights: Tensor) -> Tensor {
    precondition(x.count == weights.count, "weightedMean: shapes differ")
    let sum = sum(weights.values, weights.count) + 1e-7
    let value = zk_dot(x.values, weights.values, x.count) / sum
    let out = empty(1, 1)
    out.values[0] = Float(value)
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let scale = dout[0] / Float(sum)
      if let dx = tape.gradient(x) { zk_axpy(scale, weights.values, dx, x.count) }
      if let dweights = tape.gradient(weights) {
        for i in 0..<x.count { dweights[i] += scale * (x.values[i] - Float(value)) }
      }
    }
    return out
  }
}

/// Σ x in double precision.
private func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
  var sum = 0.0
  for i in 0..<count { sum += Double(x[i]) }
  return sum
}
