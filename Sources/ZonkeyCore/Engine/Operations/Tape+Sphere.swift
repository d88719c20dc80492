import ZonkeyKernels

extension Tape {
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
