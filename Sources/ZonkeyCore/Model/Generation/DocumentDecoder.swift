import ZonkeyEngine
import ZonkeyBase

/// How latents become text again.
public struct DecodeOptions: Sendable, Equatable {
  /// Leaves the true starts aside: the Stitcher infers them, existence decides where texts end.
  public var infersStarts = false
  /// A text of unknown length ends where existence falls below this.
  public var existenceCutoff: Float = 0.2

  public init() {}
}

/// Decodes documents from their latents; one for each thread.
///
/// Documents are computed together; what comes out for one does not depend on the others.
public final class DocumentDecoder {
  private let zonkey: Zonkey
  private let options: DecodeOptions
  /// Scratch, reset for every group.
  package let tape: Tape

  public init(_ zonkey: Zonkey, options: DecodeOptions = DecodeOptions()) {
    self.zonkey = zonkey
    self.options = options
    tape = zonkey.tape()
  }

  /// The documents' bytes.
  ///
  /// They are what the model says and need not be valid UTF-8. Where the starts of all levels are
  /// known a text has its true length; otherwise it ends with the first symbol of the last segment
  /// that is no byte.
  /// The latents must have passed `Zonkey.check`.
  public func decode(_ documents: [DocumentLatents]) -> [[UInt8]] {
    var current = documents.map { (latents: $0.values, count: $0.count) }
    let top = documents.map(\.level).max() ?? 0
    for level in zonkey.model.levels[1...].reversed() where level.index <= top {
      let taking = documents.indices.filter { documents[$0].level >= level.index }
      var units = taking.map { _ in [Float]() }
      expander(level, isGiven: false).expand(
        taking.map { sequence(documents[$0], current[$0], level: level.index) }
      ) { units[$0] += $1.array }
      for (place, document) in taking.enumerated() {
        let width = level.configuration.width
        current[document] = (units[place], units[place].count / width)
      }
    }
    var symbols = documents.map { _ in Symbols() }
    let sequences = documents.indices.map { sequence(documents[$0], current[$0], level: 0) }
    expander(zonkey.model.levels[0], isGiven: top == 0).expand(sequences) {
      symbols[$0] += self.symbols($1, of: sequences[$0])
    }
    return symbols.map(text)
  }

  /// One document's bytes, the same; `helpers`, decoders of the same model and options, take their
  /// share of its segments, each on a thread of its own.
  public func decode(_ document: DocumentLatents, helpers: [DocumentDecoder]) -> [UInt8] {
    var current = (latents: document.values, count: document.count)
    for level in zonkey.model.levels[1...].reversed() where level.index <= document.level {
      let found = share(
        sequence(document, current, level: level.index), of: level, with: helpers
      ) { _, units in units.array }
      current = (found, found.count / level.configuration.width)
    }
    let sequence = sequence(document, current, level: 0)
    return text(
      share(
        sequence, of: zonkey.model.levels[0], isGiven: document.level == 0, with: helpers
      ) { decoder, units in
        [decoder.symbols(units, of: sequence)]
      }.reduce(into: Symbols(), +=))
  }

  /// Segments that are one piece of work: one more is decoded with them.
  private static let pieceSegments = 4 * LatentExpander.groupSegments

  /// What `take` makes of the units of a document's segments, decoded by all, in order.
  private func share<Found: Sendable>(
    _ sequence: LatentSequence, of level: Level, isGiven: Bool = false,
    with helpers: [DocumentDecoder],
    _ take: (_ decoder: DocumentDecoder, _ units: Tensor) -> [Found]
  ) -> [Found] {
    let (members, length) = ([self] + helpers, Self.pieceSegments)
    let pieces = (sequence.count + length - 1) / length
    let found = ResultSlots<[Found]>(count: pieces, initial: [])
    Workers(count: members.count).forEachRun(of: 0..<sequence.count, length: length) {
      worker, piece, segments in
      let decoder = members[worker]
      decoder.expander(level, isGiven: isGiven).expand(sequence, segments: segments) {
        found[piece] += take(decoder, $0)
      }
    }
    return (0..<pieces).flatMap { found[$0] }
  }

  /// `isGiven` says that the latents are not what another level was decoded to.
  private func expander(_ level: Level, isGiven: Bool) -> LatentExpander {
    LatentExpander(
      model: zonkey.model, level: level, tape: tape, existenceCutoff: options.existenceCutoff,
      table: isGiven && level.index == 0 ? zonkey.decodedTable : nil)
  }

  /// The symbols of some units of level 0.
  private struct Symbols: Sendable {
    /// The nearest bytes.
    var bytes: [Int32] = []
    /// Whether something else is nearer than any byte, where a text's length is not known.
    var ends: [Bool] = []

    static func += (all: inout Symbols, next: Symbols) {
      all.bytes += next.bytes
      all.ends += next.ends
    }
  }

  private func symbols(_ units: Tensor, of sequence: LatentSequence) -> Symbols {
    // A text of known length has nothing but bytes.
    guard sequence.length == nil else {
      return Symbols(bytes: zonkey.model.symbols(units, among: 256, on: tape))
    }
    let (bytes, ends) = zonkey.model.bytesAndEnds(units, on: tape)
    return Symbols(bytes: bytes, ends: ends)
  }

  private func text(_ symbols: Symbols) -> [UInt8] {
    let s = zonkey.model.levels[0].configuration.segmentLength
    // No text ends where segments of it follow.
    let end = symbols.ends.indices.suffix(s).first { symbols.ends[$0] } ?? symbols.bytes.count
    return symbols.bytes.prefix(end).map { UInt8(truncatingIfNeeded: $0) }
  }

  /// What is known of a document at a level, in that level's units.
  private func sequence(
    _ document: DocumentLatents, _ current: (latents: [Float], count: Int), level: Int
  ) -> LatentSequence {
    guard !options.infersStarts, let starts = document.startUnits(level),
      starts.count == current.count
    else { return LatentSequence(latents: current.latents, count: current.count) }
    return LatentSequence(
      latents: current.latents, count: current.count, starts: starts,
      length: document.unitCount(level))
  }
}

extension DocumentLatents {
  /// The byte offsets of a level's segments, where they are known.
  private func starts(of level: Int) -> [Int]? {
    if level == self.level { return starts }
    guard let inner, inner.indices.contains(level) else { return nil }
    return inner[level]
  }

  /// A level's starts in its own units; nil where they are unknown or begin between two units.
  func startUnits(_ level: Int) -> [Int]? {
    guard level > 0 else { return starts(of: 0) }
    guard let own = starts(of: level), let below = starts(of: level - 1) else { return nil }
    var (places, unit) = ([Int](), 0)
    for start in own {
      while unit < below.count, below[unit] < start { unit += 1 }
      guard unit < below.count, below[unit] == start else { return nil }
      places.append(unit)
    }
    return places
  }

  /// How many units of a level the document has.
  func unitCount(_ level: Int) -> Int? {
    level == 0 ? byteCount : starts(of: level - 1)?.count
  }
}

extension Zonkey {
  /// Throws `badModel` when latents are another model's, or do not fit this one.
  public func check(_ document: DocumentLatents, source: String) throws(ZonkeyError) {
    func fail(_ reason: String) -> ZonkeyError {
      .badModel(path: source, reason: "document \(document.number): \(reason)")
    }
    guard document.model == id else {
      throw .otherModel(
        source: source, document: document.number, found: document.model, expected: id)
    }
    guard model.levels.indices.contains(document.level) else {
      throw fail("latents of level \(document.level); the model has levels 0 to \(levelCount - 1)")
    }
    try check(level: document.level)
    let width = model.levels[document.level].configuration.latentWidth
    guard document.width == width else {
      throw .wrongWidth(
        source: source, document: document.number, level: document.level, found: document.width,
        expected: width)
    }
    for level in 0...document.level {
      guard let units = document.startUnits(level) else { continue }
      let limit = model.levels[level].configuration.segmentLength
      let ends = units.dropFirst() + (document.unitCount(level).map { [$0] } ?? [])
      guard zip(units, ends).allSatisfy({ $1 - $0 <= limit && $1 >= $0 }) else {
        throw fail(
          "a start of level \(level) lies more than \(limit) units behind the one before; "
            + "leave the starts out to have them inferred")
      }
    }
  }
}
