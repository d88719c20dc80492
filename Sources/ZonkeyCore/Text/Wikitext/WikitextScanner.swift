/// Goes over wikitext once and leaves its text, with codes for the layout.
///
/// What may turn out to be dropped is written first and cut off when its end is found; so an
/// opening without an end loses nothing, and nothing is read twice.
struct WikitextScanner {
  /// What a line begins with.
  enum LineKind {
    case blank, plain, item, heading, code
  }

  let bytes: [UInt8]
  let wiki: Wiki
  /// The page's title, which texts may name.
  let title: String
  /// Whether tables and captions are text, as they are in a page that has no other.
  let keepsAll: Bool
  var position = 0
  var output: [UInt8] = []
  var frames: [Frame] = []
  var openTemplates = 0
  /// How many powers and variants are open, each of which moves what is in it once more.
  var openScripts = 0
  var openVariants = 0
  /// How many of the open templates leave text.
  var openTexts = 0
  var openTables = 0
  /// How many of the open things are dropped.
  var droppedCount = 0
  var previousLine = LineKind.blank
  /// Elements of which no closing tag follows, so that none is looked for again.
  var unclosedElements: Set<String> = []
  /// Up to where quotation marks have been looked at, and which of them has an apostrophe.
  var quotes = (end: 0, apostrophe: -1)
  /// What was left out, by the index that `HoleCode` has of it.
  var holes = HoleNames()
  /// The variant of the language that the page's first choice has.
  var variant: String?
  /// Whether line breaks are the text's own, as in a poem.
  var keepsLines = false

  init(_ bytes: [UInt8], wiki: Wiki, title: String = "", keepsAll: Bool = false) {
    self.bytes = bytes
    self.wiki = wiki
    self.title = title
    variant = wiki.options.variant
    self.keepsAll = keepsAll
    output.reserveCapacity(bytes.count / 2)
  }

  /// Reads it all.
  mutating func run() {
    beginLine()
    scan(to: bytes.count)
    abandonFrames(downTo: 0)
  }

  // MARK: Bytes

  func byte(at index: Int) -> UInt8? {
    index < bytes.count ? bytes[index] : nil
  }

  /// How often the byte at the position stands there in a row.
  func runLength(at index: Int, limit: Int = .max) -> Int {
    var end = index
    while end < bytes.count, bytes[end] == bytes[index], end - index < limit { end += 1 }
    return end - index
  }

  func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    guard start < bytes.count else { return nil }
    return bytes.withUnsafeBytes {
      UnsafeRawBufferPointer(rebasing: $0[start...]).firstIndex(of: byte)
    }.map { $0 + start }
  }

  mutating func write(_ byte: UInt8) {
    output.append(byte)
  }

  mutating func write(_ bytes: some Sequence<UInt8>) {
    output.append(contentsOf: bytes)
  }

  /// Writes what comes up to `end` or a byte that may mean something.
  ///
  /// Without a slice, which would be counted as a reference.
  private mutating func copyPlain(to end: Int) {
    bytes.withUnsafeBytes {
      let begin = position
      position = UnsafeRawBufferPointer(rebasing: $0[..<end]).firstIndex(from: begin) {
        Self.areSpecial($0)
      }
      output.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[begin..<position]))
    }
  }

  // MARK: The loop

  /// Reads on to `end`, or a little further when something that began before it goes on.
  mutating func scan(to end: Int) {
    while position < end {
      copyPlain(to: end)
      guard position < end else { return }
      switch bytes[position] {
      case 0x0A: newline()
      case 0x27: apostrophes()
      case 0x5B: openBracket()
      case 0x5D: closeBracket()
      case 0x7B: openBraces()
      case 0x7D: closeBraces()
      case 0x7C: bar()
      case 0x3C: markup()
      case 0x26: entity()
      case 0x5F: underscore()
      case 0xC2, 0xE2, 0xF3: special()
      default:
        // Control characters are none of a text's; the layout's codes are among them.
        write(0x20)
        position += 1
      }
    }
  }

  /// Which are control characters, one of `'[]{}|<&_`, or begin a character of `special()`.
  private static func areSpecial(_ block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    let small = block.with(0x20)
    let brackets = small.equals(0x7B) .| small.equals(0x7D) .| block.equals(0x7C)
    let marks = block.equals(0x5F) .| block.equals(0x3C) .| block.with(1).equals(0x27)
    return block.isBelow(0x20) .| brackets .| marks .| small.equals(0xE2) .| block.equals(0xF3)
  }

  private mutating func newline() {
    position += 1
    write(0x0A)
    if keepsLines { write(LayoutCode.line) }
    if frames.last?.kind == .externalLink { abandonFrames(downTo: frames.count - 1) }
    if byte(at: position) == 0x0A, case .link = frames.last?.kind {
      abandonFrames(downTo: frames.count - 1)
    }
    beginLine()
  }
}
