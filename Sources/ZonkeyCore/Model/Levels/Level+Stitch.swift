import ZonkeyEngine

extension Level {
  /// The inferred start of each right segment inside its left one (model §7, start position).
  ///
  /// Shapes: left and right [·, D] packed by their offsets, existence of the left [·, 1]; result
  /// [pairs, 1] in 0...S. Positions that were dropped count as not existing.
  package func inferredStart(
    left: Tensor, right: Tensor, leftExistence: Tensor, leftOffsets: ContiguousArray<Int32>,
    rightOffsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    tape.overlapEstimate(
      left: tape.linear(left, stitcher.matching), right: tape.linear(right, stitcher.matching),
      existence: leftExistence, weight: tape.use(stitcher.matchingWeight),
      leftOffsets: leftOffsets, rightOffsets: rightOffsets,
      segmentLength: configuration.segmentLength)
  }

  /// The left segments refined by looking at the right ones (model §7, refinement): [·, D].
  package func refine(
    left: Tensor, right: Tensor, leftExistence: Tensor, rightExistence: Tensor,
    leftOffsets: ContiguousArray<Int32>, rightOffsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let mixed = crossed(
      left: left, right: right, leftExistence: leftExistence, rightExistence: rightExistence,
      leftOffsets: leftOffsets, rightOffsets: rightOffsets, on: tape)
    let y = tape.layerNorm(
      tape.linear(mixed, stitcher.layer.output, from: .residual(left)), stitcher.layer.attentionNorm
    )
    let refined = tape.layerNorm(
      tape.feedForward(y, stitcher.layer.feedForward), stitcher.layer.feedForwardNorm)
    return tape.normalized(tape.addScaled(left, refined, scale: tape.use(stitcher.portion)))
  }

  /// The cross attention of the refinement, before its output map: [·, D].
  package func crossed(
    left: Tensor, right: Tensor, leftExistence: Tensor, rightExistence: Tensor,
    leftOffsets: ContiguousArray<Int32>, rightOffsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let (width, heads) = (configuration.width, configuration.heads)
    let queries = tape.linear(
      left, tape.use(stitcher.layer.projection.weight.rows(0..<width)),
      bias: tape.use(stitcher.layer.projection.bias.columns(0..<width)),
      from: .table(positionTable(offsets: leftOffsets, width: width, heads: heads, with: 1, of: 1)))
    let keysValues = tape.linear(
      right, tape.use(stitcher.layer.projection.weight.rows(width..<3 * width)),
      bias: tape.use(stitcher.layer.projection.bias.columns(width..<3 * width)),
      from: .table(positionTable(offsets: rightOffsets, width: width, heads: heads, with: 1, of: 2))
    )
    return tape.crossAttention(
      queries: queries, keysValues: keysValues,
      logQuery: tape.logExistence(leftExistence, offsets: leftOffsets, prefix: 0),
      logKey: tape.logExistence(rightExistence, offsets: rightOffsets, prefix: 0),
      queryOffsets: leftOffsets, keyOffsets: rightOffsets, heads: heads)
  }
}
