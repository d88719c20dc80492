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

  init(keepsAll: Bool = false) {
    self.keepsAll = keepsAll
  }

  /// Lays out text with the scanner's codes.
  mutating func add(_ bytes: [UInt8]) {
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
        let begin = index - 1
        index = Self.runEnd(bytes, from: index)
        bytes.withUnsafeBufferPointer {
          line.append(contentsOf: UnsafeBufferPointer(rebasing: $0[begin..<index]))
        }
      }
    }
  }

  /// Where words with single blanks between them end.
  private static func runEnd(_ bytes: [UInt8], from start: Int) -> Int {
    var index = start
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
    let text = Self.tidied(Self.unmarked(line[...]))
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

  private mutating func add(heading: [UInt8], level: Int) {
    if let omittedLevel, level > omittedLevel { return }
    omittedLevel = nil
    while let last = headings.last, last.level >= level { headings.removeLast() }
    if keepsAll {
      if heading.contains(where: \.isWordByte) { write(heading, .paragraph) }
      return
    }
    let title = String(decoding: heading, as: UTF8.self).lowercased()
    if Self.omittedSections.contains(title) {
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

  /// A line without the holes that dropped markup left in its punctuation.
  private static func tidied(_ line: ArraySlice<UInt8>) -> [UInt8] {
    guard line.contains(where: { $0 == 0x28 || $0 == 0x2C || $0 == 0x2E || $0 == 0xE3 }) else {
      return Array(line)
    }
    var bytes = Array(line)
    let count = bytes.withUnsafeMutableBufferPointer { tidy(&$0) }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Moves what stays of a line to its beginning; returns how many bytes that is.
  private static func tidy(_ line: inout UnsafeMutableBufferPointer<UInt8>) -> Int {
    var (index, end) = (0, 0)
    func isLast(_ byte: UInt8) -> Bool { end > 0 && line[end - 1] == byte }
    func endsWith(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> Bool {
      end > 2 && line[end - 3] == a && line[end - 2] == b && line[end - 1] == c
    }
    while index < line.count {
      let byte = line[index]
      index += 1
      switch byte {
      case 0x28:
        while index < line.count, line[index].isLooseMark { index += 1 }
        if index < line.count, line[index] == 0x29 {
          index += 1
          if isLast(0x20) { end -= 1 }
          continue
        }
      case 0x29:
        while end > 0, line[end - 1].isLooseMark, line[end - 1] != 0x3A { end -= 1 }
      case 0x2C, 0x2E:
        let isEnd = index == line.count || line[index] == 0x20
        if isEnd, isLast(0x20) { end -= 1 }
        if byte == 0x2C, isLast(0x2C) { continue }
      case 0xE3:
        // A comma of Chinese and Japanese after another, or after their opening parenthesis.
        let isComma =
          index + 1 < line.count && line[index] == 0x80 && line[index + 1] == 0x81
        if isComma, endsWith(0xE3, 0x80, 0x81) || endsWith(0xEF, 0xBC, 0x88) {
          index += 2
          continue
        }
      default: break
      }
      line[end] = byte
      end += 1
    }
    return end
  }

  /// Headings whose sections are no prose.
  private static let omittedSections: Set<String> = [
    "see also", "references", "external links", "further reading", "notes", "footnotes",
    "citations", "bibliography", "sources", "notes and references", "references and notes",
    "footnotes and references", "external link", "reference", "works cited", "endnotes",
    "weblinks", "einzelnachweise", "literatur", "siehe auch", "anmerkungen", "quellen",
    "note", "bibliografia", "voci correlate", "altri progetti", "collegamenti esterni",
    "voir aussi", "références", "liens externes", "notes et références", "bibliographie",
    "véase también", "referencias", "enlaces externos", "bibliografía",
    "ver também", "referências", "ligações externas", "вижте също", "източници",
    "външни препратки", "см. также", "примечания", "литература", "ссылки",
    "脚注", "関連項目", "外部リンク", "参考文献", "انظر أيضا", "مراجع", "وصلات خارجية",
  ]
}

extension UInt8 {
  /// A letter or digit, or part of a character beyond ASCII.
  fileprivate var isWordByte: Bool { self >= 0x80 || isASCIILetterOrDigit }

  /// A blank or mark that stands between things, and alone means nothing.
  fileprivate var isLooseMark: Bool {
    self == 0x20 || self == 0x2C || self == 0x3B || self == 0x3A
  }
}
