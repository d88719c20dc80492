extension Tape {
  /// Packed rows with the same `prefix` [K, D] put before every segment: [P + N·K, D].
  package func prefixed(_ x: Tensor, prefix: Tensor, offsets: ContiguousArray<Int32>) -> Tensor {
    let (width, k, segments) = (x.columns, prefix.rows, offsets.count - 1)
    let out = empty(x.rows + segments * k, width)
    for segment in 0..<segments {
      let range = Int(offsets[segment])..<Int(offsets[segment + 1])
      let target = out.values + (range.lowerBound + segment * k) * width
      target.update(from: prefix.values, count: prefix.count)
      (target + prefix.count).update(
        from: x.values + range.lowerBound * width, count: range.count * width)
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (dx, dprefix) = (tape.gradient(x), tape.gradient(prefix))
      for segment in 0..<segments {
        let range = Int(offsets[segment])..<Int(offsets[segment + 1])
        let source = dout + (range.lowerBound + segment * k) * width
        if let dprefix { Kernel.add(source, to: dprefix, count: prefix.count) }
        if let dx {
          Kernel.add(
            source + prefix.count, to: dx + range.lowerBound * width, count: range.count * width)
        }
      }
    }
    return out
  }
}
