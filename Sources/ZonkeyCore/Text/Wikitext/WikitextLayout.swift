import ZonkeyBase

/// Lays out what the scanner of wikitext leaves: lines, blank lines, sections.
///
/// Runs of blanks become one; headings of empty sections and the sections of an article's end,
/// such as references, are left out; parentheses that a dropped template left empty go too.
struct WikitextLayout {
  private enum Gap: Int {
    case none, space, line, paragraph
  }

  /// Whether closing sections and headings without text are kept.
  private let keepsAll: Bool
  private let sections: ClosingSections
  private(set) var holes: SentenceHoles
  private var result: [UInt8] = []
  private var line: [UInt8] = []
  private var gap = Gap.none
  private var newlineCount = 0
  /// How the line to come is parted from the one before.
  private var separation = Gap.none
  private var level: Int?
  /// Headings of which no text has come yet.
  private var headings: [(level: Int, title: [UInt8])] = []
  /// The level of the section that is left out.
  private var omittedLevel: Int?

  init(wiki: Wiki, holes: SentenceHoles, keepsAll: Bool = false) {
    self.keepsAll = keepsAll
    self.holes = holes
    sections = wiki.closingSections
  }

  /// Lays out text with the scanner's codes.
  mutating func add(_ bytes: [UInt8]) {
    result.reserveCapacity(result.count + bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case 0x20: if gap == .none { gap = .space }
      case 0x0A:
        newlineCount += 1
        // A line that begins with a bar is what is left of a table or a template.
        let isDebris = line.first == 0x7C || (index < bytes.count && bytes[index] == 0x7C)
        widen(newlineCount > 1 ? .paragraph : isDebris ? .paragraph : .space)
      case LayoutCode.line: widen(.line)
      case LayoutCode.paragraph: widen(.paragraph)
      case LayoutCode.heading:
        endLine(.paragraph)
        if index < bytes.count { level = Int(bytes[index]) - 0x30 }
        index += 1
      default:
        settle()
        bytes.withUnsafeBytes {
          let begin = index - 1
          index = Self.runEnd($0, from: index)
          line.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[begin..<index]))
        }
      }
    }
  }

  /// Where words with single blanks between them end.
  private static func runEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    while index + 17 <= bytes.count {
      let block = bytes.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
      let next = bytes.loadUnaligned(fromByteOffset: index + 1, as: SIMD16<UInt8>.self)
      let ends = block.isBelow(0x20) .| (block.equals(0x20) .& next.isBelow(0x21))
      if let lane = ends.firstLane { return index + lane }
      index += 16
    }
    while index < bytes.count {
      if bytes[index] <= 0x20 {
        guard bytes[index] == 0x20, index + 1 < bytes.count, bytes[index + 1] > 0x20 else { break }
      }
      index += 1
    }
    return index
  }

  /// The text, when all has been added.
  mutating func finished() -> [UInt8] {
    endLine(.paragraph)
    return result
  }

  private mutating func widen(_ wanted: Gap) {
    if wanted.rawValue > gap.rawValue { gap = wanted }
  }

  private mutating func settle() {
    switch gap {
    case .none: break
    case .space: if !line.isEmpty { line.append(0x20) }
    case .line, .paragraph: endLine(gap)
    }
    gap = .none
    newlineCount = 0
  }

  private mutating func endLine(_ kind: Gap) {
    let text = tidiedLine()
    line.removeAll(keepingCapacity: true)
    gap = .none
    newlineCount = 0
    if let level {
      self.level = nil
      add(heading: text, level: level)
    } else if omittedLevel == nil, text.first != 0x7C, text.contains(where: \.isWordByte) {
      for heading in headings { write(heading.title, .paragraph) }
      if !headings.isEmpty { separation = .paragraph }
      headings.removeAll()
      write(text, separation)
      separation = kind
      return
    }
    if kind == .paragraph { separation = .paragraph }
  }

  /// The line without marks of holes, loose marks at its beginning and empty brackets.
  private mutating func tidiedLine() -> [UInt8] {
    let hole = line.withUnsafeBytes { $0.firstIndex(of: HoleCode.first) }
    if hole == nil { return LineTidying.tidied(Self.unmarked(line[...])) }
    // Holes of what is left out as a whole are none of the text's.
    var ignored = SentenceHoles(HoleNames(), policy: .keep)
    let isText = level == nil && omittedLevel == nil && line.first != 0x7C
    let text = isText ? holes.resolved(line) : ignored.resolved(line)
    return LineTidying.tidied(Self.unmarked(text[...]))
  }

  private mutating func add(heading: [UInt8], level: Int) {
    if let omittedLevel, level > omittedLevel { return }
    omittedLevel = nil
    while let last = headings.last, last.level >= level { headings.removeLast() }
    if keepsAll {
      if heading.contains(where: \.isWordByte) { write(heading, .paragraph) }
      return
    }
    if sections.contains(String(decoding: heading, as: UTF8.self), level: level) {
      omittedLevel = level
    } else if heading.contains(where: \.isWordByte) {
      headings.append((level, heading))
    }
  }

  private mutating func write(_ text: [UInt8], _ separation: Gap) {
    if !result.isEmpty {
      result.append(contentsOf: separation == .paragraph ? [0x0A, 0x0A] : [0x0A])
    }
    result.append(contentsOf: text)
  }

  /// A line without markers of a list, or commas, that came to stand at its beginning.
  private static func unmarked(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let text = line.drop { $0.isLooseMark || $0 == 0x2A || $0 == 0x23 }
    return line[..<text.startIndex].last == 0x20 ? text : line
  }
}

extension UInt8 {
  /// A letter or digit, or part of a character beyond ASCII.
  fileprivate var isWordByte: Bool { self >= 0x80 || isASCIILetterOrDigit }

  /// A blank or mark that stands between things, and alone means nothing.
  var isLooseMark: Bool {
    self == 0x20 || self == 0x2C || self == 0x3B || self == 0x3A
  }
}
