import ZonkeyKernels

extension Tape {
  /// x + scale · y with a learned scalar.
  package func addScaled(_ x: Tensor, _ y: Tensor, scale: Tensor) -> Tensor {
    precondition(x.count == y.count && scale.count == 1, "addScaled: shapes differ")
    let out = empty(x.rows, x.columns)
    let factor = scale.values[0]
    for i in 0..<x.count { out.values[i] = x.values[i] + factor * y.values[i] }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      if let dx = tape.gradient(x) { Kernel.add(dout, to: dx, count: x.count) }
      if let dy = tape.gradient(y) { zk_axpy(factor, dout, dy, y.count) }
      if let dscale = tape.gradient(scale) {
        dscale[0] += Float(zk_dot(dout, y.values, y.count))
      }
    }
    return out
  }
}
