import ZonkeyEngine
import ZonkeyBase

/// Splits documents and compresses their segments, level by level; one for each thread.
///
/// Documents are computed together, because the products of many rows are faster than those of
/// few, and a long document part by part. What comes out for a document is the same to the bit
/// whatever is computed beside it, and however it is cut: rows and segments do not depend on their
/// neighbours.
public final class DocumentEncoder {
  package let zonkey: Zonkey
  package let options: SplitOptions
  /// Scratch, reset for every piece and group.
  package let tape: Tape
  /// The latents of a batch's levels.
  let results: Tape
  let symbols: SymbolTables
  /// Whether latents of segments of level 0 are looked up.
  let looksUp: Bool
  /// Rows that are split together, and compressed together: so few that what passes from operation
  /// to operation stays in the cache, many beside the context that is computed twice.
  let pieceRows: Int

  public convenience init(_ zonkey: Zonkey, options: SplitOptions) throws(ZonkeyError) {
    try self.init(zonkey, options: options, pieceRows: 512)
  }

  /// `looksUp` is left out to compare: results are the same without it.
  package init(
    _ zonkey: Zonkey, options: SplitOptions, pieceRows: Int = 512, looksUp: Bool = true
  ) throws(ZonkeyError) {
    try zonkey.check(level: options.topLevel)
    self.looksUp = looksUp
    self.zonkey = zonkey
    self.options = options
    self.pieceRows = max(1, pieceRows)
    tape = zonkey.tape()
    results = zonkey.tape()
    symbols = zonkey.symbolTables
  }

  /// Splits documents; `withLatents` compresses the top level's segments too.
  ///
  /// No segment begins inside a UTF-8 character. `firstNumber` is the first document's place in
  /// the input and `step` the distance to the next one's, which only sampling depends on.
  public func encode(
    _ texts: [[UInt8]], firstNumber: Int = 1, step: Int = 1, withLatents: Bool = false
  ) -> [EncodedDocument] {
    var (encoded, done) = ([EncodedDocument](), 0)
    func encodeShort(until end: Int) {
      guard done < end else { return }
      encoded += encodeTogether(
        Array(texts[done..<end]), firstNumber: firstNumber + step * done, step: step,
        withLatents: withLatents)
    }
    for (index, text) in texts.enumerated() where text.count > Self.longBytes {
      encodeShort(until: index)
      encoded.append(
        EncodedDocument(
          joining: parts(of: text, number: firstNumber + step * index, withLatents: withLatents),
          levelCount: options.topLevel + 1))
      done = index + 1
    }
    encodeShort(until: texts.count)
    return encoded
  }

  private func encodeTogether(
    _ texts: [[UInt8]], firstNumber: Int, step: Int, withLatents: Bool
  ) -> [EncodedDocument] {
    results.reset()
    var units = LevelUnits(texts: texts.map { $0[...] }, zonkey: zonkey, on: results)
    var segments = texts.map { _ in [[Segment]]() }
    for level in zonkey.model.levels[...options.topLevel] {
      let p = probabilities(units)
      let starts = texts.indices.map {
        self.starts(p[$0], units: units, document: $0, number: firstNumber + step * $0)
      }
      for document in texts.indices {
        segments[document].append(
          units.segments(document, starts: starts[document], p: p[document]))
      }
      if level.index < options.topLevel || withLatents {
        units = nextUnits(units, starts: starts, into: results)
      }
    }
    return texts.indices.map {
      EncodedDocument(segments: segments[$0], latents: withLatents ? units.array($0) : [])
    }
  }

  /// The probabilities of a document's units at every level, where a start is allowed.
  ///
  /// For calibration: upper levels are split with the starts that lower levels draw.
  package func probabilities(of text: [UInt8]) -> [(allowed: [Float], positions: Int)] {
    results.reset()
    var units = LevelUnits(texts: [text[...]], zonkey: zonkey, on: results)
    var out: [(allowed: [Float], positions: Int)] = []
    for level in zonkey.model.levels[...options.topLevel] where units.count(0) > 0 {
      let p = probabilities(units)[0]
      out.append((p.indices.dropFirst().filter { units.allowsStart(0, $0) }.map { p[$0] }, p.count))
      if level.index < options.topLevel {
        let starts = starts(p, units: units, document: 0, number: 0)
        units = nextUnits(units, starts: [starts], into: results)
      }
    }
    return out
  }

  // MARK: Probabilities

  /// A run of one document's positions, and the wider one that its probabilities depend on.
  private struct Piece {
    let document: Int
    let wanted: Range<Int>
    let needed: Range<Int>
  }

  /// The probability of a start at every unit of every document, or from one unit on up to where
  /// what is known of a part of a document allows.
  func probabilities(_ units: LevelUnits, _ range: Range<Int>? = nil) -> [[Float]] {
    let ranges = units.documents.map { range ?? 0..<units.count($0) }
    var out = ranges.map { [Float](repeating: 0, count: $0.count) }
    var (pieces, rows) = ([Piece](), 0)
    func compute() {
      guard !pieces.isEmpty else { return }
      tape.reset()
      var (index, offsets) = (ContiguousArray<Int32>(), ContiguousArray<Int32>([0]))
      for piece in pieces {
        index += units.rows(piece.document, piece.needed)
        offsets.append(Int32(index.count))
      }
      let p =
        units.isBytes
        ? symbols.splitter.boundaryProbability(index, offsets: offsets, on: tape)
        : units.level.boundaryProbability(
          tape.gather(units.table, index), offsets: offsets, on: tape)
      for (piece, offset) in zip(pieces, offsets) {
        let base = p.values + Int(offset) - piece.needed.lowerBound
        let first = ranges[piece.document].lowerBound
        out[piece.document].replaceSubrange(
          piece.wanted.lowerBound - first..<piece.wanted.upperBound - first,
          with: UnsafeBufferPointer(
            start: base + piece.wanted.lowerBound, count: piece.wanted.count))
      }
      (pieces, rows) = ([], 0)
    }
    let reach = units.level.splitterReach
    for document in units.documents {
      let (range, rowCount) = (ranges[document], units.count(document) + units.tail)
      for first in stride(from: range.lowerBound, to: range.upperBound, by: pieceRows) {
        let wanted = first..<min(first + pieceRows, range.upperBound)
        let needed = max(0, first - reach)..<min(rowCount, wanted.upperBound + reach)
        pieces.append(Piece(document: document, wanted: wanted, needed: needed))
        rows += needed.count
        if rows >= pieceRows { compute() }
      }
    }
    compute()
    return out
  }

  // MARK: Starts

  private func starts(
    _ p: [Float], units: LevelUnits, document: Int, number: Int
  ) -> [Int] {
    Starts.positions(
      count: p.count, segmentLength: units.level.configuration.segmentLength,
      allowed: { units.allowsStart(document, $0) },
      begins: begins(p, from: 0, level: units.level.index, number: number))
  }

  /// Whether the rule lets a segment begin at a position of which p is known: those from `first` on.
  func begins(
    _ p: [Float], from first: Int, level: Int, number: Int
  ) -> (_ position: Int) -> Bool {
    let calibration = zonkey.calibrations[level]
    let threshold: Float
    switch options.rule {
    case .calibrated: threshold = calibration.standardThreshold
    case .threshold(let given): threshold = given
    case .meanLength(let length): threshold = calibration.threshold(meanLength: length)
    case .sample(let seed):
      let source = RandomSource(seed: seed)
      let u = source.uniform(
        source.key(UInt64(number), UInt64(level)), from: first, count: p.count)
      return { u[$0 - first] < p[$0 - first] }
    }
    return { p[$0 - first] > threshold }
  }
}

extension DocumentLatents {
  /// The latents of a document that was encoded with them.
  package init(
    _ encoded: EncodedDocument, of zonkey: Zonkey, number: Int, id: DocumentID? = nil,
    byteCount: Int
  ) {
    let level = encoded.segments.count - 1
    self.init(
      number: number, id: id, level: level, model: zonkey.id, width: zonkey.latentWidth(level),
      values: encoded.latents, starts: encoded.segments[level].map(\.start),
      inner: level > 0 ? encoded.segments[..<level].map { $0.map(\.start) } : nil,
      byteCount: byteCount)
  }
}
