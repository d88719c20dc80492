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
    let learned = tape.use(compressor.learned).reshaped(columns: configuration.latentWidth)
    let (wide, hasShares) = (widened(offsets, by: vectors), compressor.shares != nil)
    let outputs = compressorStack(
      input, existence: existence, offsets: offsets,
      wanted: SegmentRows(of: wide) { _, length in 0..<(hasShares ? length : vectors) }, on: tape)
    let latents = hasShares ? tape.gather(outputs, prefixRows(wide)) : outputs
    var own = tape.addRow(
      latents.reshaped(columns: configuration.latentWidth), learned,
      factor: -(1 - Probability.epsilon))
    if let shares = compressor.shares {
      let body = tape.gather(outputs, bodyRows(offsets, prefix: vectors))
      own = tape.combine(
        1, own, 1,
        shared(shares, input, body, existence: existence, offsets: offsets, on: tape))
    }
    if let places = compressor.places {
      let spread = tape.spread(
        input, existence: existence, offsets: offsets, places: configuration.segmentLength)
      own = tape.linear(spread, tape.use(places), from: .residual(own))
    }
    guard let mean = compressor.mean else { return tape.normalized(own) }
    // It follows the latents' mean by itself: no gradient.
    return tape.normalized(tape.addRow(own, tape.use(mean).constant, factor: -1))
  }

  /// Units [P, D] and what the encoder made of them in their shares of the latent, and the length of
  /// the segment as far as it exists: [N, C·D].
  private func shared(
    _ shares: SharedUnits, _ input: Tensor, _ outputs: Tensor, existence: Tensor,
    offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let lengths = likelyLengths(existence, offsets: offsets)
    let units = tape.linear(
      input, shares.fromInput,
      from: .residual(tape.linear(outputs, tape.use(shares.fromOutput))))
    let laid = tape.layShares(
      units, UnitShares(offsets: offsets, lengths: lengths),
      latentWidth: configuration.latentWidth)
    let code = tape.gather(tape.use(shares.lengths), ContiguousArray(lengths.map { Int32($0 - 1) }))
    return tape.combine(1, laid, 1, code)
  }

  /// The rows of each segment that rather exist than not, at least 1 and at most S.
  package func likelyLengths(_ existence: Tensor, offsets: ContiguousArray<Int32>) -> [Int] {
    (0..<offsets.count - 1).map { segment in
      let living = rowRange(offsets, segment).prefix { existence.values[$0] >= 0.5 }.count
      return min(max(1, living), configuration.segmentLength)
    }
  }

  /// The rows of the learned vectors in segments that have them in front: offsets [N + 1] of all.
  private func prefixRows(_ wide: ContiguousArray<Int32>) -> ContiguousArray<Int32> {
    ContiguousArray(wide.dropLast().flatMap { $0..<$0 + Int32(vectors) })
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
