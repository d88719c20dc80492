import ZonkeyBase
import ZonkeyEngine

/// Draws segments of level 1 unit by unit, each by those before it (`UnitPrior`).
struct UnitSampler: SegmentSource {
  private let level: Level
  private let prior: UnitPrior
  private let lexicon: LexiconTable
  private let table: PriorTable
  /// The model's tape, and the table's.
  private let tape, tableTape: Tape
  /// The rows of each slot's segment.
  private var past: CausalRows
  private var open: [OpenSegment] = []

  private struct OpenSegment {
    let slot: Int
    let draft: SegmentDraft
    /// The numbers of what was drawn, in the lexicon.
    var units: [Int] = []
    var isComplete = false
  }

  /// Nil where level `top` has no prior, or the model no lexicon to draw from.
  init?(_ zonkey: Zonkey, top: Int) throws(ZonkeyError) {
    guard top == 1, let prior = zonkey.model.levels[top].prior,
      let lexicon = try zonkey.lexiconTable(below: top), let table = try zonkey.priorTable()
    else { return nil }
    level = zonkey.model.levels[top]
    (self.prior, self.lexicon, self.table) = (prior, lexicon, table)
    (tape, tableTape) = (zonkey.tape(), table.tape())
    past = level.pastRows(prior, segments: 0)
  }

  mutating func reset(slots: Int) {
    open = []
    past = level.pastRows(prior, segments: slots)
  }

  mutating func begin(_ segment: SegmentDraft, in slot: Int) {
    past.begin(slot)
    open.append(OpenSegment(slot: slot, draft: segment))
  }

  /// Draws one unit more of each segment, or its end; it has at least a unit, at most S of them.
  mutating func advance() -> [(slot: Int, segment: DrawnSegment)] {
    tape.reset()
    let width = level.configuration.width
    let start = [Float](repeating: 0, count: width)
    let units = open.flatMap { $0.units.last.map(lexicon.latent) ?? start }
    let queries = level.nextQueries(
      prior, tape.constant(units, columns: width), of: open.map(\.slot), after: &past, on: tape)
    let choices = table.drawn(
      queries.array, at: open.map { $0.units.isEmpty ? $0.draft.part.start : .inside },
      uniform: open.map { segment in
        let source = segment.draft.source
        return source.uniform(source.key(0x55, UInt64(segment.units.count)), count: 1)[0]
      }, on: tableTape)
    for (index, number) in choices.enumerated() {
      if let number { open[index].units.append(number) }
      open[index].isComplete =
        number == nil || open[index].units.count == level.configuration.segmentLength
    }
    defer { open.removeAll(where: \.isComplete) }
    return open.filter(\.isComplete).map { segment in
      let bytes = segment.units.flatMap { lexicon.segments[$0] }
      return (segment.slot, DrawnSegment(bytes: bytes, isLast: true))
    }
  }
}
