import ArgumentParser
import ZonkeyCore

/// When text is painted.
enum ColorMode: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never

  /// Whether to paint, when `isWelcome` says that a terminal is there and wants colours.
  func isOn(isWelcome: @autoclosure () -> Bool) -> Bool {
    switch self {
    case .auto: return isWelcome()
    case .always: return true
    case .never: return false
    }
  }
}

/// Paints a document's segments for a terminal of 256 colours.
///
/// The background of a segment says how probable its start is, in five steps from pale to strong;
/// blue and amber take turns, so that neighbours can be told apart. Where segments of lower levels
/// start inside, the first character is underlined: plain for level 0, bold above it. The text is
/// black, so that light and dark terminals show it alike.
///
/// Control characters never reach the terminal as they are: they become the pictures of U+2400,
/// and those of C1 (U+0080 to U+009F) their number in angle brackets. A newline inside a document
/// is shown and made.
struct SegmentColors {
  /// Written between segments, unpainted; nil for nothing: the colours part them.
  var separator: String?

  /// Colours of the 256, by hue and by fifth of the probability.
  static let shades: [[Int]] = [[255, 195, 153, 117, 111], [230, 229, 223, 222, 215]]

  private static let black = 16
  private static let quiet = 240
  /// No character needs more bytes than this to be underlined whole.
  private static let longestMarkBytes = 64

  /// A document, or a part of it that begins with the segment of number `first` and whose last
  /// one may be the document's.
  func bytes(
    of document: Document, levels: [[Segment]], first: Int = 0, isLast: Bool = true
  ) -> [UInt8] {
    var out: [UInt8] = []
    guard let segments = levels.last else { return [UInt8(ascii: "\n")] }
    let separator = Array((separator ?? "").utf8)
    var inner = InnerStarts(levels.dropLast())
    for (index, segment) in zip(first..., segments) {
      if index > 0 { out += separator }
      paint(segment, of: document.text, style: style(of: segment, index: index), &inner, &out)
    }
    if isLast { out.append(UInt8(ascii: "\n")) }
    return out
  }

  static func shade(percent: Int, index: Int) -> Int {
    let hue = shades[index % shades.count]
    return hue[min(percent * hue.count / 100, hue.count - 1)]
  }

  private func style(of segment: Segment, index: Int) -> [UInt8] {
    let shade = Self.shade(percent: segment.percent, index: index)
    return Array("\u{1B}[38;5;\(Self.black);48;5;\(shade)m".utf8)
  }

  private func paint(
    _ segment: Segment, of text: [UInt8], style: [UInt8], _ inner: inout InnerStarts,
    _ out: inout [UInt8]
  ) {
    out += style
    var at = segment.start
    while let (start, level) = inner.next(before: segment.end) {
      // A start inside a character that is already marked, such as an accent, has no room.
      guard start > segment.start, start >= at else { continue }
      append(text[at..<start], style: style, &out)
      at = start + Self.markBytes(text[start..<segment.end])
      out += Array((level > 0 ? "\u{1B}[1;4m" : "\u{1B}[4m").utf8)
      append(text[start..<at], style: style, &out)
      out += Array((level > 0 ? "\u{1B}[22;24m" : "\u{1B}[24m").utf8)
    }
    append(text[at..<segment.end], style: style, &out)
    out += Array("\u{1B}[0m".utf8)
  }

  /// The length of the first character as people see it, accents and joined signs included.
  private static func markBytes(_ text: ArraySlice<UInt8>) -> Int {
    let head = String(decoding: text.prefix(longestMarkBytes), as: UTF8.self)
    return min(head.first?.utf8.count ?? 0, text.count)
  }

  private func append(_ text: ArraySlice<UInt8>, style: [UInt8], _ out: inout [UInt8]) {
    var plainStart = text.startIndex
    var index = text.startIndex
    while index < text.endIndex {
      guard let control = ControlPicture(at: index, in: text) else {
        index += 1
        continue
      }
      out += text[plainStart..<index]
      out += Array("\u{1B}[38;5;\(Self.quiet)m\(control.picture)\u{1B}[38;5;\(Self.black)m".utf8)
      if text[index] == UInt8(ascii: "\n") {
        // The background must not run on to the edge of the window.
        out += Array("\u{1B}[0m\n".utf8) + style
      }
      index += control.length
      plainStart = index
    }
    out += text[plainStart...]
  }
}

/// A control character as something to look at.
struct ControlPicture {
  let picture: String
  /// The bytes of the character.
  let length: Int

  /// The control character of UTF-8 `text` at `index`, or nil when there is another.
  init?(at index: Int, in text: ArraySlice<UInt8>) {
    switch text[index] {
    case let byte where byte < 0x20:
      picture = String(UnicodeScalar(UInt16(0x2400) + UInt16(byte)) ?? "?")
      length = 1
    case 0x7F: (picture, length) = ("\u{2421}", 1)
    case 0xC2 where index + 1 < text.endIndex && (0x80...0x9F).contains(text[index + 1]):
      picture = "<" + String(text[index + 1], radix: 16, uppercase: true) + ">"
      length = 2
    default: return nil
    }
  }
}

/// The starts of several levels in rising order, each with the highest level that starts there.
private struct InnerStarts {
  private let levels: [[Segment]]
  private var places: [Int]

  init(_ levels: some Collection<[Segment]>) {
    self.levels = Array(levels)
    places = self.levels.map { _ in 0 }
  }

  /// The next start before `end`.
  mutating func next(before end: Int) -> (start: Int, level: Int)? {
    var first: Int?
    for (level, place) in places.enumerated() where place < levels[level].count {
      let start = levels[level][place].start
      if start < min(end, first ?? end) { first = start }
    }
    guard let start = first else { return nil }
    var highest = 0
    for (level, place) in places.enumerated()
    where place < levels[level].count && levels[level][place].start == start {
      places[level] += 1
      highest = level
    }
    return (start, highest)
  }
}
