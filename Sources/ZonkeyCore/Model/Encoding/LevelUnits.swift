import ZonkeyEngine
import ZonkeyBase

/// The units of one level of several documents: bytes, or the latents of the level below.
struct LevelUnits {
  let level: Level
  /// The vectors that `rows` point into: the embedding, or the documents' latents.
  let table: Tensor
  /// Rows behind a document's last unit that its windows see: its end and the padding, as in
  /// training; upper levels see one row of zeros, and a part that the document goes on behind none.
  let tail: Int
  /// Whether the first unit is a document's first.
  let isBeginning: Bool
  /// Whether this is level 0, whose units are symbols.
  let isBytes: Bool

  /// The table's row of every unit and of the tail behind each document; -1 is a row of zeros.
  private let rows: ContiguousArray<Int32>
  /// Where each document's rows begin, and where the last one's end.
  private let offsets: [Int]
  /// Document by document, at upper levels: the byte offset of every unit, and of the end.
  private let byteOffsets: [[Int]]

  /// The bytes of documents, or of a part of one; `tape` must live as long as the units.
  init(
    texts: [ArraySlice<UInt8>], zonkey: Zonkey, isBeginning: Bool = true, isEnd: Bool = true,
    on tape: Tape
  ) {
    level = zonkey.model.levels[0]
    table = tape.use(zonkey.model.embedding)
    tail = isEnd ? 2 : 0
    self.isBeginning = isBeginning
    isBytes = true
    byteOffsets = []
    var (rows, offsets) = (ContiguousArray<Int32>(), [0])
    rows.reserveCapacity(texts.reduce(2 * texts.count) { $0 + $1.count })
    for text in texts {
      rows += text.lazy.map(Int32.init)
      if isEnd { rows += [zonkey.configuration.endSymbol, zonkey.configuration.paddingSymbol] }
      offsets.append(rows.count)
    }
    (self.rows, self.offsets) = (rows, offsets)
  }

  /// The latents of segments that begin at `starts`: the units of the next level. At the top,
  /// where there is none, only what does not ask for the level may be used.
  init(_ below: LevelUnits, starts: [[Int]], latents: Tensor, next: Level?) {
    self.init(
      latents,
      byteOffsets: starts.indices.map { document in
        (starts[document] + [below.count(document)]).map { below.byteOffset(document, $0) }
      }, level: next ?? below.level, isBeginning: true, tail: 1)
  }

  /// Some consecutive units [N, D] of an upper level of one document.
  init(vectors: Tensor, level: Level, isBeginning: Bool, isEnd: Bool) {
    self.init(
      vectors, byteOffsets: [Array(0...vectors.rows)], level: level, isBeginning: isBeginning,
      tail: isEnd ? 1 : 0)
  }

  private init(
    _ table: Tensor, byteOffsets: [[Int]], level: Level, isBeginning: Bool, tail: Int
  ) {
    (self.level, self.table, self.tail, self.isBeginning) = (level, table, tail, isBeginning)
    isBytes = false
    self.byteOffsets = byteOffsets
    var (rows, offsets, first) = (ContiguousArray<Int32>(), [0], Int32(0))
    for document in byteOffsets {
      let end = first + Int32(document.count - 1)
      rows += first..<end
      rows += repeatElement(-1, count: tail)
      offsets.append(rows.count)
      first = end
    }
    (self.rows, self.offsets) = (rows, offsets)
  }

  var documents: Range<Int> { 0..<offsets.count - 1 }

  func count(_ document: Int) -> Int { offsets[document + 1] - offsets[document] - tail }

  /// The table's rows of some positions of a document, up to its tail's end.
  func rows(_ document: Int, _ positions: Range<Int>) -> ArraySlice<Int32> {
    let first = offsets[document]
    return rows[first + positions.lowerBound..<first + positions.upperBound]
  }

  /// Whether a segment may begin there: not inside a UTF-8 character.
  func allowsStart(_ document: Int, _ position: Int) -> Bool {
    !isBytes || !UInt8(truncatingIfNeeded: rows[offsets[document] + position]).isUTF8Continuation
  }

  /// The byte offset of a unit, or of the end.
  func byteOffset(_ document: Int, _ position: Int) -> Int {
    isBytes ? position : byteOffsets[document][position]
  }

  /// A document's vectors, copied.
  func array(_ document: Int) -> [Float] {
    let first = offsets[document] - document * tail
    return table.rows(first..<first + count(document)).array
  }

  /// A document's segments that begin at these units, as ranges of units.
  func ranges(_ document: Int, starts: [Int]) -> [Range<Int>] {
    Self.ranges(starts, end: count(document))
  }

  /// From each start to the next one, and from the last to the end where that is known.
  static func ranges(_ starts: [Int], end: Int?) -> [Range<Int>] {
    zip(starts, starts.dropFirst() + (end.map { [$0] } ?? [])).map { $0..<$1 }
  }

  /// Appends a segment's window, the table's rows that its latent is a function of: its units, behind
  /// a document's last one at level 0 its end, and one row more, unless the segment is as long as
  /// segments may be. The tag is how many of them exist.
  func append(_ segment: DocumentSegment, to windows: inout LookupKeys) {
    let (document, first) = (segment.document, segment.units.lowerBound)
    let isLast = isBytes && segment.units.upperBound == count(document)
    let living = segment.units.count + (isLast ? min(tail, 1) : 0)
    let limit = min(level.configuration.segmentLength, count(document) + tail - first)
    windows.append(
      rows(document, first..<first + min(living + 1, limit)), tag: min(living, limit))
  }

  /// A document's segments that begin at these units.
  func segments(_ document: Int, starts: [Int], p: [Float]) -> [Segment] {
    ranges(document, starts: starts).map {
      Segment(
        level: level.index, start: byteOffset(document, $0.lowerBound),
        end: byteOffset(document, $0.upperBound),
        probability: $0.lowerBound == 0 ? 1 : p[$0.lowerBound])
    }
  }
}
