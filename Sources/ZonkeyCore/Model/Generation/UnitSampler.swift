import ZonkeyBase
import ZonkeyEngine

/// Draws segments of level 1 unit by unit, each by those before it (`UnitPrior`); one for each thread.
struct UnitSampler {
  private let level: Level
  private let prior: UnitPrior
  private let lexicon: LexiconTable
  private let table: PriorTable
  /// The model's tape, and the table's.
  private let tape, tableTape: Tape

  /// Nil where level `top` has no prior, or the model no lexicon to draw from.
  init?(_ zonkey: Zonkey, top: Int) throws(ZonkeyError) {
    guard top == 1, let prior = zonkey.model.levels[top].prior,
      let lexicon = try zonkey.lexiconTable(below: top), let table = try zonkey.priorTable()
    else { return nil }
    level = zonkey.model.levels[top]
    (self.prior, self.lexicon, self.table) = (prior, lexicon, table)
    (tape, tableTape) = (zonkey.tape(), table.tape())
  }

  /// The bytes of segments, one for each source of random numbers; at least a unit, at most S of them.
  ///
  /// No segment depends on the others. What was drawn is read again at every step, so that work grows
  /// with the square of the length.
  func segments(_ sources: [RandomSource], of parts: [Sampler.Part]) -> [[UInt8]] {
    var drawn = sources.map { _ in [Int]() }
    var open = Array(sources.indices)
    for step in 0..<level.configuration.segmentLength where !open.isEmpty {
      tape.reset()
      let offsets = packedOffsets(open.map { _ in step + 1 })
      let queries = level.unitQueries(
        prior, read(open.map { drawn[$0] }), offsets: offsets,
        wanted: SegmentRows(of: offsets) { _, length in length - 1..<length }, on: tape)
      let choices = table.drawn(
        queries.array, at: open.map { step > 0 ? .inside : parts[$0].start },
        uniform: open.map { sources[$0].uniform(sources[$0].key(0x55, UInt64(step)), count: 1)[0] },
        mayEnd: step > 0, on: tableTape)
      for (segment, number) in zip(open, choices) {
        if let number { drawn[segment].append(number) }
      }
      open = zip(open, choices).compactMap { $1 == nil ? nil : $0 }
    }
    return drawn.map { $0.flatMap { lexicon.segments[$0] } }
  }

  /// The rows of segments: zeros, and the vectors of what was drawn.
  private func read(_ drawn: [[Int]]) -> Tensor {
    let start = [Float](repeating: 0, count: level.configuration.width)
    return tape.constant(
      drawn.flatMap { $0.reduce(into: start) { $0 += lexicon.latent($1) } },
      columns: level.configuration.width)
  }
}
