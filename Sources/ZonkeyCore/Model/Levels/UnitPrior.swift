import ZonkeyEngine

/// What tells each unit of a segment, and where the segment ends, from the units before it.
///
/// A decoder of noisy latents learns next to nothing of the order of units (docs/research.md 21); every unit
/// of a text teaches this stack. Candidates have features of their own, learned from their vectors:
/// these lie by how units are spelled, and no direction among them means a kind of word.
package struct UnitPrior: Sendable {
  package let input: Linear
  package let encoder: ProbabilisticEncoder
  package let query: Linear
  /// The two maps of a candidate's features, [4D, D] and [D, 4D].
  package let expand: Linear
  package let contract: Parameter

  init(_ name: String, level: LevelConfiguration, ratio: Int, in list: inout ParameterList) {
    let width = level.width
    input = Linear("\(name).input", inputs: width, outputs: width, in: &list)
    encoder = ProbabilisticEncoder(
      name, layers: level.departures.priorLayers, width: width, heads: level.heads, ratio: ratio,
      in: &list)
    query = Linear("\(name).query", inputs: width, outputs: width, in: &list)
    expand = Linear("\(name).expand", inputs: width, outputs: 4 * width, in: &list)
    contract = list.add("\(name).contract.weight", width, 4 * width, .constant(0))
  }
}

extension Level {
  /// What is asked of the next unit behind rows: each sees itself and those before it in its segment.
  ///
  /// Shapes: units [R, D] packed by offsets [N + 1], in each segment a row of zeros and then its
  /// units; result [wanted, D]. The level has a prior.
  package func unitQueries(
    _ prior: UnitPrior, _ units: Tensor, offsets: ContiguousArray<Int32>, wanted: SegmentRows,
    on tape: Tape
  ) -> Tensor {
    let encoded = tape.encode(
      tape.linear(units, prior.input), prior.encoder,
      logExistence: causalExistence(offsets, prefix: 0, on: tape), offsets: offsets,
      wanted: wanted)
    return tape.linear(encoded, prior.query)
  }

  /// No rows yet of so many segments.
  package func pastRows(_ prior: UnitPrior, segments: Int) -> CausalRows {
    CausalRows(
      prior.encoder, width: configuration.width, segments: segments,
      capacity: configuration.segmentLength)
  }

  /// The same behind one row more of each of `segments` [M, D], in use; `past` has those before them.
  package func nextQueries(
    _ prior: UnitPrior, _ units: Tensor, of segments: [Int], after past: inout CausalRows,
    on tape: Tape
  ) -> Tensor {
    tape.linear(
      tape.encodeNext(
        tape.linear(units, prior.input), prior.encoder, of: segments, after: &past), prior.query)
  }

  /// What candidates [M, D] answer to queries, [M, D]: their inner products are logits. A row of zeros
  /// is the end of the segment.
  package func unitKeys(_ prior: UnitPrior, _ candidates: Tensor, on tape: Tape) -> Tensor {
    let units = tape.sphere(candidates, radius: 1)
    let hidden = tape.gelu(tape.linear(tape.normalized(candidates), prior.expand))
    return tape.linear(hidden, tape.use(prior.contract), from: .residual(units))
  }
}
