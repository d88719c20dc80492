import ZonkeyEngine

extension Tape {
  /// |mean cosine| between latents of different documents, before the absolute value (§8).
  ///
  /// Σ over pairs of different documents = |Σ f|² - Σ_documents |Σ f|², so the cost is linear.
  /// Shapes: latents [N, C·D]; a scalar, 0 when there is one document.
  package func collapse(_ latents: Tensor, documentOf: [Int]) -> Tensor {
    let unit = sphere(latents, radius: 1)
    let (n, width) = (unit.rows, unit.columns)
    let documents = (documentOf.max() ?? -1) + 1
    var sums = [Double](repeating: 0, count: documents * width)
    var sizes = [Double](repeating: 0, count: documents)
    for i in 0..<n {
      sizes[documentOf[i]] += 1
      for j in 0..<width { sums[documentOf[i] * width + j] += Double(unit.values[i * width + j]) }
    }
    var total = [Double](repeating: 0, count: width)
    var own = 0.0
    for d in 0..<documents {
      for j in 0..<width {
        total[j] += sums[d * width + j]
        own += sums[d * width + j] * sums[d * width + j]
      }
    }
    let pairs = Double(n * n) - sizes.reduce(0) { $0 + $1 * $1 }
    let out = empty(1, 1)
    out.values[0] = pairs > 0 ? Float((total.reduce(0) { $0 + $1 * $1 } - own) / pairs) : 0
    record { [sums, total] tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(unit), pairs > 0 else { return }
      let scale = 2 * Double(dout[0]) / pairs
      for i in 0..<n {
        let base = documentOf[i] * width
        for j in 0..<width {
          d[i * width + j] += Float(scale * (total[j] - sums[base + j]))
        }
      }
    }
    return out
  }
}
