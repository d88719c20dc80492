import ZonkeyEngine

extension Tape {
  /// t·label + (1 - t)·previous with each segment's t: existence labels of a mixed target.
  ///
  /// Shapes: t [N, 1], label and previous [P, 1] (constants); result [P, 1].
  package func mixedLabels(
    _ t: Tensor, labels: Tensor, previous: Tensor, offsets: ContiguousArray<Int32>
  ) -> Tensor {
    let out = empty(labels.rows, 1)
    for segment in 0..<t.rows {
      for i in Int(offsets[segment])..<Int(offsets[segment + 1]) {
        let share = t.values[segment]
        out.values[i] = share * labels.values[i] + (1 - share) * previous.values[i]
      }
    }
    record { tape in
      guard let dout = tape.gradient(out), let dt = tape.gradient(t) else { return }
      for segment in 0..<t.rows {
        for i in Int(offsets[segment])..<Int(offsets[segment + 1]) {
          dt[segment] += dout[i] * (labels.values[i] - previous.values[i])
        }
      }
    }
    return out
  }
}
