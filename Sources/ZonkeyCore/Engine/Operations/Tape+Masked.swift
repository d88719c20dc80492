extension Tape {
  /// x with some rows replaced: kind < 0.8 by the mask vector, < 0.9 by a random vector on the
  /// sphere, else kept (model §8, masked modelling).
  package func masked(
    _ x: Tensor, at rows: [Int], mask: Tensor, kinds: [Float], random: ArraySlice<Float>
  ) -> Tensor {
    let width = x.columns
    let out = empty(x.rows, width)
    out.values.update(from: x.values, count: x.count)
    let radius = expectedNorm(width)
    for row in rows where kinds[row] < 0.9 {
      let target = out.values + row * width
      if kinds[row] < 0.8 {
        target.update(from: mask.values, count: width)
      } else {
        let source = random.startIndex + row * width
        var square: Float = 0
        for j in 0..<width { square += random[source + j] * random[source + j] }
        let scale = radius / max(square.squareRoot(), 1e-12)
        for j in 0..<width { target[j] = random[source + j] * scale }
      }
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let dmask = tape.gradient(mask)
      var replaced = [Bool](repeating: false, count: x.rows)
      for row in rows where kinds[row] < 0.9 {
        replaced[row] = true
        if kinds[row] < 0.8, let dmask {
          Kernel.add(dout + row * width, to: dmask, count: width)
        }
      }
      guard let dx = tape.gradient(x) else { return }
      for row in 0..<x.rows where !replaced[row] {
        Kernel.add(dout + row * width, to: dx + row * width, count: width)
      }
    }
    return out
  }
}
