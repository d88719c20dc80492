import ZonkeyKernels

extension Tape {
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
}
