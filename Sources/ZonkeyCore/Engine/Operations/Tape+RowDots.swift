import ZonkeyKernels

extension Tape {
  /// Row-wise inner products. Shapes: x, y [L, D]; result [L, 1].
  package func rowDots(_ x: Tensor, _ y: Tensor) -> Tensor {
    precondition(x.rows == y.rows && x.columns == y.columns, "rowDots: shapes differ")
    let out = empty(x.rows, 1)
    let width = x.columns
    for row in 0..<x.rows {
      out.values[row] = Float(zk_dot(x.values + row * width, y.values + row * width, width))
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (dx, dy) = (tape.gradient(x), tape.gradient(y))
      for row in 0..<x.rows {
        let at = row * width
        if let dx { zk_axpy(dout[row], y.values + at, dx + at, width) }
        if let dy { zk_axpy(dout[row], x.values + at, dy + at, width) }
      }
    }
    return out
  }
}
