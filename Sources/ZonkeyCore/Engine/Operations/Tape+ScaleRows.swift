import ZonkeyKernels

extension Tape {
  /// factor[i] · x[i, :] + offset[i, :] with constant factors and offsets.
  package func scaleRows(_ x: Tensor, by factor: [Float], plus offset: Tensor) -> Tensor {
    precondition(factor.count == x.rows && offset.count == x.count, "scaleRows: shapes differ")
    let out = empty(x.rows, x.columns)
    let width = x.columns
    for (row, scale) in factor.enumerated() {
      for j in row * width..<(row + 1) * width {
        out.values[j] = scale * x.values[j] + offset.values[j]
      }
    }
    record { tape in
      guard let dout = tape.gradient(out), let dx = tape.gradient(x) else { return }
      for (row, scale) in factor.enumerated() {
        zk_axpy(scale, dout + row * width, dx + row * width, width)
      }
    }
    return out
  }
}
