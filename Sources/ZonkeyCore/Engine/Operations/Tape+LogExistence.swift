import ZonkeyPlatform

extension Tape {
  /// log max(existence, 1e-20) with `prefix` rows of existence 1 (log 0) before each segment.
  ///
  /// Shapes: existence [P, 1] packed by offsets [N + 1]; result [P + N·prefix, 1]. A zero becomes
  /// -∞, which masks the position.
  package func logExistence(
    _ existence: Tensor, offsets: ContiguousArray<Int32>, prefix: Int
  ) -> Tensor {
    let segments = offsets.count - 1
    let out = empty(existence.rows + segments * prefix, 1)
    var row = 0
    for segment in 0..<segments {
      for _ in 0..<prefix {
        out.values[row] = 0
        row += 1
      }
      for i in Int(offsets[segment])..<Int(offsets[segment + 1]) {
        let e = existence.values[i]
        out.values[row] = e > 0 ? log(max(e, 1e-20)) : -.infinity
        row += 1
      }
    }
    record { tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(existence) else { return }
      for segment in 0..<segments {
        for i in Int(offsets[segment])..<Int(offsets[segment + 1]) {
          let e = existence.values[i]
          if e > 1e-20 { d[i] += dout[i + (segment + 1) * prefix] / e }
        }
      }
    }
    return out
  }
}
