/// Goes over wikitext once and leaves its text, with codes for the layout.
///
/// What may turn out to be dropped is written first and cut off when its end is found; so an
/// opening without an end loses nothing, and nothing is read twice.
struct WikitextScanner {
  /// Something opened and not yet closed.
  struct Frame {
    enum Kind: Equatable {
      /// A template or parameter, of so many opening braces.
      case template(Int)
      case table, htmlTable
      /// A table whose cells are lines, in a page that has no other text.
      case shownTable
      /// A link to a file of which only the caption is kept, in such a page.
      case caption
      /// A link whose text is kept; until its `|` it is not known which that is.
      case link(awaitsLabel: Bool)
      /// A power or an index, of which the end is known to come.
      case script(isRaised: Bool)
      /// What a text is in the variants of its language.
      case variant
      /// A link to a file or category, which is dropped with its caption.
      case droppedLink
      case externalLink
    }
    var kind: Kind
    /// Where its output begins.
    var mark: Int
    /// Where it begins in the markup.
    var start: Int
    /// What a template leaves of its arguments; `nil` when that is nothing.
    var text: TemplatePattern?
    /// What is left out with a template of which it is not known what it leaves; an index.
    var hole: Int?
    /// Where the bars between a template's arguments are in the output, when it leaves any.
    var bars: [Int] = []

    var isScript: Bool { if case .script = kind { true } else { false } }

    /// Whether its text is cut off at its end.
    var isDropped: Bool {
      switch kind {
      case .template: text == nil
      case .table, .htmlTable, .droppedLink: true
      case .link, .externalLink, .shownTable, .caption, .script, .variant: false
      }
    }
  }

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
  private var openTemplates = 0
  /// How many powers and variants are open, each of which moves what is in it once more.
  private(set) var openScripts = 0
  private var openVariants = 0
  /// How many of the open templates leave text.
  var openTexts = 0
  private(set) var openTables = 0
  private(set) var droppedCount = 0
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

  /// How deep things may nest; what is deeper is taken for text.
  private static let depthLimit = 10_000
  /// How deep powers, and variants, may nest.
  static let movedDepthLimit = 8

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

  /// Writes bytes of the input; without a slice, which would be counted as a reference.
  private mutating func copy(_ range: Range<Int>) {
    bytes.withUnsafeBufferPointer {
      output.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range]))
    }
  }

  // MARK: Frames

  mutating func open(
    _ kind: Frame.Kind, from start: Int? = nil, text: TemplatePattern? = nil, hole: Int? = nil
  ) {
    guard frames.count < Self.depthLimit else { return }
    let frame = Frame(
      kind: kind, mark: output.count, start: start ?? position, text: text, hole: hole)
    frames.append(frame)
    count(frame, 1)
  }

  /// Takes the innermost frame off, and what it dropped if it is.
  mutating func close() {
    guard let frame = frames.popLast() else { return }
    count(frame, -1)
    if frame.isDropped {
      cut(to: frame.mark)
      if let hole = frame.hole, !standsAlone(frame) { write(HoleCode.bytes(hole)) }
      return
    }
    switch frame.kind {
    case .template: if let text = frame.text { leave(text, of: frame) }
    case .caption: endCaption(frame)
    case .script(let isRaised): endScript(frame, isRaised: isRaised)
    case .variant: endVariant(frame)
    default: break
    }
  }

  /// Forgets what was written since a mark.
  mutating func cut(to mark: Int) {
    output.removeLast(output.count - min(output.count, mark))
  }

  /// Takes frames off that have no end; of an unclosed table it is all a table's text, and what
  /// stands above the line stays there.
  mutating func abandonFrames(downTo depth: Int) {
    while frames.count > depth, let frame = frames.last {
      if frame.kind == .table || frame.isScript {
        close()
      } else {
        frames.removeLast()
        count(frame, -1)
      }
    }
  }

  private mutating func count(_ frame: Frame, _ change: Int) {
    switch frame.kind {
    case .template:
      openTemplates += change
      if frame.text != nil { openTexts += change }
    case .table, .shownTable: openTables += change
    case .variant: openVariants += change
    case .script: openScripts += change
    default: break
    }
    if frame.isDropped { droppedCount += change }
  }

  // MARK: The loop

  /// Reads on to `end`, or a little further when something that began before it goes on.
  mutating func scan(to end: Int) {
    let isSpecial = Self.isSpecial
    while position < end {
      let begin = position
      while position < end, !isSpecial[Int(bytes[position])] { position += 1 }
      if position > begin { copy(begin..<position) }
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
      case 0xC2, 0xF3: special()
      default:
        // Control characters are none of a text's; the layout's codes are among them.
        write(0x20)
        position += 1
      }
    }
  }

  private static let isSpecial: [Bool] = {
    let marks = Set("'[]{}|<&_".utf8).union([0xC2, 0xF3])
    return (0..<256).map { $0 < 0x20 || marks.contains(UInt8($0)) }
  }()

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

  private mutating func openBraces() {
    let start = position
    let length = runLength(at: position)
    if position > 0, bytes[position - 1] == 0x2D, length != 2, output.last == 0x2D {
      output.removeLast()
      position += 1
      if openVariants < Self.movedDepthLimit { open(.variant, from: start - 1) }
      return
    }
    position += length
    if length == 1 { return write(0x7B) }
    if length == 2 { return openTemplate(from: start) }
    let isNested = droppedCount > 0
    open(.template(length), from: start, hole: isNested ? nil : hole("{{{", from: start))
  }

  private mutating func closeBraces() {
    let length = runLength(at: position)
    let endsVariant = byte(at: position + length) == 0x2D
    position += length
    var rest = length
    while rest > 0, let frame = frames.last {
      if case .template(let opened) = frame.kind, rest >= 2 {
        let matched = min(rest, opened)
        rest -= matched
        close()
        if opened - matched >= 2 {
          open(.template(opened - matched), from: frame.start, hole: frame.hole)
        }
      } else if frame.kind == .variant, rest == 1, endsVariant {
        close()
        position += 1
        return
      } else if rest >= 2 ? openTemplates > 0 : endsVariant && openVariants > 0 {
        // Whatever is open inside ends with it.
        abandonFrames(downTo: frames.count - 1)
      } else {
        break
      }
    }
    if length == 1 { write(0x7D) }
  }

  private mutating func bar() {
    position += 1
    guard let frame = frames.last else { return write(0x7C) }
    switch frame.kind {
    case .link(awaitsLabel: true):
      cut(to: frame.mark)
      frames[frames.count - 1].kind = .link(awaitsLabel: false)
    case .caption: cut(to: frame.mark)
    case .variant:
      frames[frames.count - 1].bars.append(output.count)
      write(0x7C)
    case .shownTable: barOfCell()
    default:
      if frame.text != nil { frames[frames.count - 1].bars.append(output.count) }
      write(0x7C)
    }
  }
}
