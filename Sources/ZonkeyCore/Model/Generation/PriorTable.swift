import ZonkeyBase
import ZonkeyEngine
import ZonkeyKernels
import ZonkeyPlatform

/// What a prior over units (`UnitPrior`) knows of a lexicon's segments, to draw one; any number of
/// threads may read it.
package final class PriorTable: Sendable {
  /// What segments and, behind them, the end of one of level 1 answer to queries [N + 1, D].
  private let keys: Parameter
  private let store: ParameterStore
  private let packed: PackedWeights
  /// What is added to the logits at each place: the logarithm of the chance to be among a batch's
  /// candidates, and where segments of level 1 begin that of the place, at which none ends. [places, N + 1]
  private let places: [Float]

  /// Units of which the candidates of a training batch are made. A prior learns odds among those; what
  /// is seldom among them is as much seldomer in text.
  private static let batchUnits = 400.0

  /// Of the segments of a lexicon that are in its table.
  init(_ prior: UnitPrior, _ lexicon: Lexicon, _ table: LexiconTable, of zonkey: Zonkey) {
    let (width, count) = (zonkey.latentWidth(0), table.segments.count)
    var list = ParameterList()
    keys = list.add("keys", count + 1, width, .constant(0))
    store = ParameterStore(count: list.count)
    packed = PackedWeights(store, arithmetic: zonkey.arithmetic)
    let sum = Double(lexicon.counts.reduce(0, +))
    let inclusion = lexicon.counts[..<count].map {
      Float(log(1 - pow(1 - Double($0) / sum, Self.batchUnits)))
    }
    let starts = Self.starts(lexicon.placed[..<count])
    places = Lexicon.Place.allCases.flatMap { place in
      let shares = starts[place] ?? [Float](repeating: 0, count: count)
      return zip(inclusion, shares).map { $0 + $1 } + [place == .inside ? 0 : -Float.infinity]
    }
    let end = [Float](repeating: 0, count: width)
    let tape = zonkey.tape()
    for first in stride(from: 0, through: count, by: 512) {
      let last = min(first + 512, count)
      tape.reset()
      let rows = table.scaled(first..<last) + (last < first + 512 ? end : [])
      let made = zonkey.model.levels[1].unitKeys(
        prior, tape.constant(rows, columns: width), on: tape)
      (store.values + keys.offset + first * width).update(from: made.values, count: made.count)
    }
  }

  /// How often a segment that begins one of level 1 begins a document too, and how often it does not, in
  /// logarithms. One that was never seen at either place is no document's first.
  private static func starts(_ placed: ArraySlice<SIMD4<Int>>) -> [Lexicon.Place: [Float]] {
    let documents = placed.map { max(Double($0[Lexicon.Place.documentStart.rawValue]), 0.01) }
    let others = placed.map { max(Double($0[Lexicon.Place.segmentStart.rawValue]), 1) }
    guard documents.contains(where: { $0 >= 1 }) else { return [:] }
    return [
      .documentStart: zip(documents, others).map { Float(log($0 / ($0 + $1))) },
      .segmentStart: zip(documents, others).map { Float(log($1 / ($0 + $1))) },
    ]
  }

  /// A tape for `drawn` on the calling thread.
  package func tape() -> Tape { Tape(weights: store, packed: packed) }

  /// The number of a segment for each row of queries [N, D], drawn by a uniform number in 0 ..< 1, or nil
  /// for the end of the segment of level 1. The places are those of what is drawn.
  package func drawn(
    _ queries: [Float], at places: [Lexicon.Place], uniform: [Float], on tape: Tape
  ) -> [Int?] {
    tape.reset()
    let logits = tape.linear(
      tape.constant(queries, columns: keys.columns), tape.use(keys),
      from: .table(
        RowTable(
          table: self.places, rowOf: ContiguousArray(places.map { Int32($0.rawValue) }))))
    return uniform.enumerated().map { row, uniform in
      let number = zk_draw(logits.values + row * logits.columns, logits.columns, uniform)
      return number == keys.rows - 1 ? nil : number
    }
  }
}
