extension Tape {
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
}
