import ZonkeyEngine

extension Level {
  /// Compresses packed segments to latents (model §4).
  ///
  /// Shapes: x [P, D] on the sphere, existence [P, 1], offsets [N + 1]; result [N, C·D] on the
  /// sphere of ρ(C·D). `taps` is `compressorTaps(x)` where the caller has it already.
  package func compress(
    _ x: Tensor, taps: Tensor? = nil, existence: Tensor, offsets: ContiguousArray<Int32>,
    on tape: Tape
  ) -> Tensor {
    let convolved = tape.convolution(
      taps: taps ?? compressorTaps(x, on: tape), compressor.convolution, offsets: offsets)
    let features = tape.layerNorm(tape.gelu(convolved), compressor.convolutionNorm)
    let input = tape.combine(1, x, 1, features)
    let outputs = compressorStack(
      input, existence: existence, offsets: offsets,
      wanted: SegmentRows(of: widened(offsets, by: vectors)) { _, _ in 0..<vectors }, on: tape)
    let learned = tape.use(compressor.learned).reshaped(columns: configuration.latentWidth)
    var own = tape.addRow(
      outputs.reshaped(columns: configuration.latentWidth), learned,
      factor: -(1 - Probability.epsilon))
    if let places = compressor.places {
      let spread = tape.spread(
        input, existence: existence, offsets: offsets, places: configuration.segmentLength)
      own = tape.linear(spread, tape.use(places), from: .residual(own))
    }
    guard let mean = compressor.mean else { return tape.normalized(own) }
    // It follows the latents' mean by itself: no gradient.
    return tape.normalized(tape.addRow(own, tape.use(mean).constant, factor: -1))
  }

  /// What each row x [L, D] gives to the convolution of the rows around it: [L, 3·D].
  ///
  /// Each row is a function of its own unit alone, and level 0 has but 258 of them.
  package func compressorTaps(_ x: Tensor, on tape: Tape) -> Tensor {
    tape.linear(x, tape.use(compressor.convolution.weight))
  }

  /// The compressor's encoder over [learned vectors, segment], rows of all packed together:
  /// the outputs of `wanted` among the P + N·C rows.
  package func compressorStack(
    _ x: Tensor, existence: Tensor, offsets: ContiguousArray<Int32>, wanted: SegmentRows,
    on tape: Tape
  ) -> Tensor {
    tape.encode(
      tape.prefixed(x, prefix: tape.use(compressor.learned), offsets: offsets),
      compressor.encoder,
      logExistence: tape.logExistence(existence, offsets: offsets, prefix: vectors),
      offsets: widened(offsets, by: vectors), wanted: wanted)
  }

  /// C.
  package var vectors: Int { configuration.compressionVectors }
}

/// The offsets [N + 1] of segments with so many rows each.
package func packedOffsets(_ counts: some Sequence<Int>) -> ContiguousArray<Int32> {
  counts.reduce(into: [0]) { $0.append(($0.last ?? 0) + Int32($1)) }
}

/// The offsets of a packing that has `prefix` more rows before every segment.
package func widened(_ offsets: ContiguousArray<Int32>, by prefix: Int) -> ContiguousArray<Int32> {
  ContiguousArray(offsets.enumerated().map { $1 + Int32($0 * prefix) })
}

/// The rows of the segments themselves in such a packing.
package func bodyRows(_ offsets: ContiguousArray<Int32>, prefix: Int) -> ContiguousArray<Int32> {
  var rows = ContiguousArray<Int32>()
  for segment in 0..<max(0, offsets.count - 1) {
    for row in offsets[segment]..<offsets[segment + 1] {
      rows.append(row + Int32((segment + 1) * prefix))
    }
  }
  return rows
}
