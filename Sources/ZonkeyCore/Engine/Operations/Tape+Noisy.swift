extension Tape {
  /// norm(√t·z + √(1 - t)·x): latents with noise of level t (model §5, add_noise).
  package func noisy(_ x: Tensor, levels t: [Float], noise: ArraySlice<Float>) -> Tensor {
    let width = x.columns
    let offset = empty(x.rows, width).constant
    for (i, z) in noise.enumerated() { offset.values[i] = t[i / width].squareRoot() * z }
    return normalized(scaleRows(x, by: t.map { (1 - $0).squareRoot() }, plus: offset))
  }
}
