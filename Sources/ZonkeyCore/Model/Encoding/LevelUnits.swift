import ZonkeyEngine
import ZonkeyBase

/// The units of one level of several documents: bytes, or the latents of the level below.
struct LevelUnits {
  let level: Level
  /// The vectors that `index` points into: the embedding, or the documents' latents.
  let table: Tensor
  /// Rows behind a document's last unit that its windows see: its end and the padding, as in
  /// training; upper levels see one row of zeros, and a part that the document goes on behind none.
  let tail: Int
  /// Whether the first unit is a document's first.
  let isBeginning: Bool

  /// Whether this is level 0, whose units are symbols.
  let isBytes: Bool
  private let texts: [[UInt8]]
  private let configuration: Configuration
  /// Document by document, at upper levels: the byte offset of every unit, and of the end.
  private let byteOffsets: [[Int]]
  /// The table's row of each document's first unit, at upper levels.
  private let firstRows: [Int]

  /// The bytes of documents, or of a part of one; `tape` must live as long as the units.
  init(
    texts: [[UInt8]], zonkey: Zonkey, isBeginning: Bool = true, isEnd: Bool = true, on tape: Tape
  ) {
    level = zonkey.model.levels[0]
    table = tape.use(zonkey.model.embedding)
    tail = isEnd ? 2 : 0
    self.isBeginning = isBeginning
    self.texts = texts
    configuration = zonkey.configuration
    isBytes = true
    byteOffsets = []
    firstRows = []
  }

  /// The latents of segments that begin at `starts`: the units of the next level. At the top,
  /// where there is none, only what does not ask for the level may be used.
  init(_ below: LevelUnits, starts: [[Int]], latents: Tensor, next: Level?) {
    level = next ?? below.level
    table = latents
    tail = 1
    isBeginning = true
    isBytes = false
    texts = below.texts
    configuration = below.configuration
    byteOffsets = starts.indices.map { document in
      starts[document].map { below.byteOffset(document, $0) } + [below.texts[document].count]
    }
    var (rows, sum) = ([Int](), 0)
    for positions in starts {
      rows.append(sum)
      sum += positions.count
    }
    firstRows = rows
  }

  /// Some consecutive units [N, D] of an upper level of one document.
  init(
    vectors: Tensor, level: Level, configuration: Configuration, isBeginning: Bool, isEnd: Bool
  ) {
    self.level = level
    table = vectors
    tail = isEnd ? 1 : 0
    self.isBeginning = isBeginning
    isBytes = false
    texts = [[]]
    self.configuration = configuration
    byteOffsets = [Array(0...vectors.rows)]
    firstRows = [0]
  }

  var documents: Range<Int> { texts.indices }

  func count(_ document: Int) -> Int {
    isBytes ? texts[document].count : byteOffsets[document].count - 1
  }

  /// The table's row of a position, behind the end too; -1 is a row of zeros.
  func index(_ document: Int, _ position: Int) -> Int32 {
    if isBytes { return configuration.symbol(position, of: texts[document]) }
    return position < count(document) ? Int32(firstRows[document] + position) : -1
  }

  /// Whether a segment may begin there: not inside a UTF-8 character.
  func allowsStart(_ document: Int, _ position: Int) -> Bool {
    !isBytes || !texts[document][position].isUTF8Continuation
  }

  /// The byte offset of a unit, or of the end.
  func byteOffset(_ document: Int, _ position: Int) -> Int {
    isBytes ? position : byteOffsets[document][position]
  }

  /// A document's vectors, copied.
  func array(_ document: Int) -> [Float] {
    table.rows(firstRows[document]..<firstRows[document] + count(document)).array
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
      (first..<first + min(living + 1, limit)).lazy.map { index(document, $0) },
      tag: min(living, limit))
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
