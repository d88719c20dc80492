import ZonkeyKernels

extension Tape {
  /// a·x + b·y, element by element, with constant factors.
  package func combine(_ a: Float, _ x: Tensor, _ b: Float, _ y: Tensor) -> Tensor {
    precondition(x.count == y.count, "combine: shapes differ")
    let out = empty(x.rows, x.columns)
    for i in 0..<x.count { out.values[i] = a * x.values[i] + b * y.values[i] }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      if let dx = tape.gradient(x) { zk_axpy(a, dout, dx, x.count) }
      if let dy = tape.gradient(y) { zk_axpy(b, dout, dy, y.count) }
    }
    return out
  }
}
