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
      x.values, gain.values, bias.values, out.values, mean, rstd, x.rows, x.columns)
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      zk_layernorm_backward(
        x.values, gain.values, mean, rstd, dout, tape.gradient(x), tape.gradient(gain),
        tape.gradient(bias), x.rows, x.columns)
    }
    return out
  }
}
