import ZonkeyKernels

extension Tape {
  /// (x - mean) / √(variance + 1e-5) · gain + bias, row by row. Shapes: x and result [L, D].
  package func layerNorm(_ x: Tensor, _ norm: LayerNorm) -> Tensor {
    layerNorm(x, gain: use(norm.gain), bias: use(norm.bias))
  }

  package func layerNorm(_ x: Tensor, gain: Tensor, bias: Tensor) -> Tensor {
    let out = empty(x.rows, x.columns)
    let (mean, rstd) = (floats(x.rows), floats(x.rows))
    zk_layernorm_forward(
      x.values, nil, gain.values, bias.values, out.values, mean, rstd, x.rows, x.columns)
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      zk_layernorm_backward(
        x.values, gain.values, mean, rstd, dout, tape.gradient(x), tape.gradient(gain),
        tape.gradient(bias), x.rows, x.columns)
    }
    return out
  }

  /// The exact GELU, x·Φ(x), element by element.
  package func gelu(_ x: Tensor) -> Tensor {
    let out = empty(x.rows, x.columns)
    zk_gelu_forward(x.values, out.values, x.count)
    record { tape in
      guard let dout = tape.gradient(out), let dx = tape.gradient(x) else { return }
      zk_gelu_backward(x.values, dout, dx, x.count)
    }
    return out
  }

  /// Rows scaled to length `radius`: x / ‖x‖ · radius. A zero row stays zero.
  package func sphere(_ x: Tensor, radius: Float) -> Tensor {
    let out = empty(x.rows, x.columns)
    let length = floats(x.rows)
    zk_sphere_forward(x.values, radius, out.values, length, x.rows, x.columns)
    record { tape in
      guard let dout = tape.gradient(out), let dx = tape.gradient(x) else { return }
      zk_sphere_backward(x.values, length, radius, dout, dx, x.rows, x.columns)
    }
    return out
  }

  /// Rows scaled to ρ(D), the expected norm of a standard normal vector (model notation `norm_d`).
  package func normalized(_ x: Tensor) -> Tensor {
    sphere(x, radius: expectedNorm(x.columns))
  }

  /// Row `index[i]` of x at row i; -1 gives a zero row.
  package func gather(_ x: Tensor, _ index: ContiguousArray<Int32>) -> Tensor {
    let out = empty(index.count, x.columns)
    let width = x.columns
    for (row, source) in index.enumerated() {
      let target = out.values + row * width
      if source < 0 {
        target.update(repeating: 0, count: width)
      } else {
        precondition(Int(source) < x.rows, "gather: index outside the tensor")
        target.update(from: x.values + Int(source) * width, count: width)
      }
    }
    record { tape in
      guard let dout = tape.gradient(out), let dx = tape.gradient(x) else { return }
      Kernel.scatterAdd(dout, index, width: width, to: dx)
    }
    return out
  }

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

  /// x + factor · row, the same row [1, D] for all rows of x [L, D].
  package func addRow(_ x: Tensor, _ row: Tensor, factor: Float) -> Tensor {
    precondition(row.count == x.columns, "addRow: widths differ")
    let out = empty(x.rows, x.columns)
    out.values.update(from: x.values, count: x.count)
    for i in 0..<x.rows { zk_axpy(factor, row.values, out.values + i * x.columns, x.columns) }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      if let dx = tape.gradient(x) { Kernel.add(dout, to: dx, count: x.count) }
      if let drow = tape.gradient(row) {
        for i in 0..<x.rows { zk_axpy(factor, dout + i * x.columns, drow, x.columns) }
      }
    }
    return out
  }

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

  /// A scalar function of scalars with its partial derivatives.
  package func scalar(
    _ inputs: [Tensor], _ f: ([Float]) -> (value: Float, derivatives: [Float])
  ) -> Tensor {
    let (value, derivatives) = f(inputs.map(\.scalar))
    let out = empty(1, 1)
    out.values[0] = value
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      for (input, derivative) in zip(inputs, derivatives) {
        if let d = tape.gradient(input) { d[0] += dout[0] * derivative }
      }
    }
    return out
  }

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

/// ρ(D) = √2·Γ((D+1)/2)/Γ(D/2), the expected norm of a standard normal vector in D ≥ 1 dimensions.
///
/// By the recurrence ρ(D + 2) = ρ(D)·(D + 1)/D from ρ(1) = √(2/π) and ρ(2) = √(π/2), in double.
package func expectedNorm(_ dimensions: Int) -> Float {
  var d = dimensions % 2 == 1 ? 1 : 2
  var rho = d == 1 ? (2 / Double.pi).squareRoot() : (Double.pi / 2).squareRoot()
  while d < dimensions {
    rho *= Double(d + 1) / Double(d)
    d += 2
  }
  return Float(rho)
}
