import ZonkeyEngine
import ZonkeyKernels

extension Level {
  /// Compresses packed segments to latents (model §4).
  ///
  /// Shapes: x [P, D] on the sphere, existence [P, 1], offsets [N + 1]; result [N, C·D] on the
  /// sphere of ρ(C·D). `taps` is `compressorTaps(x)` where the caller has it already.
  package func compress(
    _ x: Tensor, taps: Tensor? = nil, existence: Tensor, offsets: ContiguousArray<Int32>,
    on tape: Tape
  ) -> Tensor {
    compress(
      prefixed: tape.prefixed(
        compressorInput(x, taps: taps, offsets: offsets, on: tape),
        prefix: tape.use(compressor.learned), offsets: offsets),
      existence: existence, offsets: offsets, on: tape)
  }

  /// Compresses input rows [P + N·C, D] that have the learned vectors before every segment.
  ///
  /// `rows` and `projected` as in `Tape.encode`.
  package func compress(
    prefixed input: Tensor, rows: ContiguousArray<Int32>? = nil, projected: Tensor? = nil,
    existence: Tensor, offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let outputs = compressorStack(
      prefixed: input, rows: rows, projected: projected, existence: existence, offsets: offsets,
      wanted: SegmentRows(of: widened(offsets, by: vectors)) { _, _ in 0..<vectors }, on: tape)
    let learned = tape.use(compressor.learned).reshaped(columns: configuration.latentWidth)
    var own = tape.addRow(
      outputs.reshaped(columns: configuration.latentWidth), learned,
      factor: -(1 - Probability.epsilon))
    if let places = compressor.places {
      let bodies = bodyRows(offsets, prefix: vectors)
      let units = tape.gather(
        input, rows.map { rows in ContiguousArray(bodies.map { rows[Int($0)] }) } ?? bodies)
      let spread = tape.spread(
        units, existence: existence, offsets: offsets, places: configuration.segmentLength)
      own = tape.linear(spread, tape.use(places), residual: own)
    }
    guard let mean = compressor.mean else { return tape.normalized(own) }
    // It follows the latents' mean by itself: no gradient.
    return tape.normalized(tape.addRow(own, tape.use(mean).constant, factor: -1))
  }

  /// Units x [P, D] with what the convolution makes of those around them: the input rows.
  package func compressorInput(
    _ x: Tensor, taps: Tensor? = nil, offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let convolved = tape.convolution(
      taps: taps ?? compressorTaps(x, on: tape), compressor.convolution, offsets: offsets)
    let features = tape.layerNorm(tape.gelu(convolved), compressor.convolutionNorm)
    return tape.combine(1, x, 1, features)
  }

  /// What the first layer projects input rows x [L, D] to, with σ of the gates: [L, 4·D]. For use
  /// alone: nothing of it is recorded.
  package func compressorProjection(_ x: Tensor, on tape: Tape) -> Tensor {
    precondition(!tape.recording, "compressorProjection: not on a tape that records")
    let layer = compressor.encoder.layers[0]
    let out = tape.linear(x, layer.projection, norm: layer.attentionNorm)
    for row in 0..<out.rows {
      let gates = out.values + row * out.columns + 3 * x.columns
      zk_logistic(gates, 1, 0, 88, gates, x.columns)
    }
    return out
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
    compressorStack(
      prefixed: tape.prefixed(x, prefix: tape.use(compressor.learned), offsets: offsets),
      existence: existence, offsets: offsets, wanted: wanted, on: tape)
  }

  private func compressorStack(
    prefixed input: Tensor, rows: ContiguousArray<Int32>? = nil, projected: Tensor? = nil,
    existence: Tensor, offsets: ContiguousArray<Int32>, wanted: SegmentRows, on tape: Tape
  ) -> Tensor {
    tape.encode(
      input, compressor.encoder, rows: rows, projected: projected,
      logExistence: tape.logExistence(existence, offsets: offsets, prefix: vectors),
      offsets: widened(offsets, by: vectors), wanted: wanted)
  }

  /// C.
  package var vectors: Int { configuration.compressionVectors }
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
