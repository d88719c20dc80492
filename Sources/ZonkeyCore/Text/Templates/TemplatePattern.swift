/// What a template leaves in the text, as a table has it in its third column.
///
/// A pattern is text in which `{1}` or `{name}` stands for an argument, `{a/b}` for the first of
/// several that is given, `{1=text}` for one with a text for when it is not, `{0}` for the
/// template's own name and `{1:format}` for an argument in another form (`Format`). What stands between `[` and `]` is left out when an argument in it is
/// missing. `\s` is a blank, `\n` the end of a line, `\p` the end of a paragraph, and a backslash
/// before any other character that character. Instead of all that, `-` says that nothing is left,
/// `?` that it is not known what is, and `@name` that a rule of the program's own is used
/// (`TemplateRule`).
struct TemplatePattern: Sendable, Equatable {
  enum Piece: Sendable, Equatable {
    case text([UInt8])
    case argument(Argument)
    case optional([Piece])
  }

  struct Argument: Sendable, Equatable {
    var names: [String]
    var fallback: String?
    var format: Format
  }

  /// The form in which an argument is shown.
  enum Format: Sendable, Equatable {
    case plain
    /// Not at all, though it is known.
    case none
    /// A number in the wiki language's own way.
    case number
    /// The name of a month that was given by its number.
    case month
    /// Digits only; anything else has no known meaning.
    case integer
    /// An English ordinal: `5th`.
    case ordinal
    /// A whole number in Roman numerals.
    case roman
    case raised, lowered
    case lowercase, uppercase, lowercaseFirst, uppercaseFirst
    /// One of these values, each with what is shown for it; any other has no known meaning.
    case choice([String: String])
  }

  enum Content: Sendable, Equatable {
    case nothing
    case unknown
    case pieces([Piece])
    case rule(TemplateRule, String)
  }

  let content: Content
  /// The highest argument that is shown when others have to be absent, as they could change what a
  /// number means; `nil` when others do no harm.
  let strictCount: Int?

  static let nothing = TemplatePattern(content: .nothing, strictCount: nil)

  private init(content: Content, strictCount: Int?) {
    self.content = content
    self.strictCount = strictCount
  }

  /// Reads a pattern; throws why it is none.
  init(_ text: String) throws(TemplatePatternError) {
    if text == "-" || text == "?" {
      self.init(content: text == "-" ? .nothing : .unknown, strictCount: nil)
      return
    }
    if text.hasPrefix("@") {
      let parts = text.dropFirst().split(separator: " ", maxSplits: 1)
      guard let name = parts.first, let rule = TemplateRule(rawValue: String(name)) else {
        throw TemplatePatternError(reason: "there is no rule \(text)")
      }
      let rest = parts.count > 1 ? String(parts[1]) : ""
      self.init(content: .rule(rule, PatternParser.unescaped(rest)), strictCount: nil)
      return
    }
    var parser = PatternParser(text)
    let pieces = try parser.pieces(until: nil)
    self.init(content: .pieces(pieces), strictCount: parser.isNumeric ? parser.highest : nil)
  }
}

/// Why a text is no pattern.
struct TemplatePatternError: Error {
  var reason: String
}

/// Reads the pieces of a pattern.
private struct PatternParser {
  private let characters: [Character]
  private var position = 0
  /// The highest number of an argument.
  private(set) var highest = 0
  /// Whether an argument is shown in a form that only numbers have.
  private(set) var isNumeric = false

  init(_ text: String) {
    characters = Array(text)
  }

  /// A text with its escapes replaced.
  static func unescaped(_ text: String) -> String {
    var parser = PatternParser(text)
    var result = ""
    while let character = parser.next() {
      result += character == "\\" ? parser.escape() : String(character)
    }
    return result
  }

  mutating func pieces(until end: Character?) throws(TemplatePatternError)
    -> [TemplatePattern.Piece]
  {
    var pieces: [TemplatePattern.Piece] = []
    var text = ""
    func flushed() -> [TemplatePattern.Piece] { text.isEmpty ? [] : [.text(Array(text.utf8))] }
    while let character = next() {
      switch character {
      case "\\": text += escape()
      case "{":
        pieces += flushed()
        text = ""
        pieces.append(try argument())
      case "[":
        guard end == nil else { throw TemplatePatternError(reason: "a [ inside of a [") }
        pieces += flushed()
        text = ""
        pieces.append(.optional(try self.pieces(until: "]")))
      case end: return pieces + flushed()
      case "]", "}": throw TemplatePatternError(reason: "a \(character) that nothing begins")
      default: text.append(character)
      }
    }
    if let end { throw TemplatePatternError(reason: "no \(end) at the end") }
    return pieces + flushed()
  }

  private mutating func next() -> Character? {
    guard position < characters.count else { return nil }
    position += 1
    return characters[position - 1]
  }

  private mutating func escape() -> String {
    switch next() {
    case "s": " "
    case "n": String(UnicodeScalar(LayoutCode.line))
    case "p": String(UnicodeScalar(LayoutCode.paragraph))
    case let character?: String(character)
    case nil: ""
    }
  }

  private mutating func argument() throws(TemplatePatternError) -> TemplatePattern.Piece {
    guard let end = characters[position...].firstIndex(of: "}") else {
      throw TemplatePatternError(reason: "a { without a }")
    }
    let parts = String(characters[position..<end]).split(separator: ":", maxSplits: 1)
    position = end + 1
    guard let first = parts.first else { throw TemplatePatternError(reason: "{} is empty") }
    let halves = first.split(separator: "=", maxSplits: 1)
    guard let list = halves.first else {
      throw TemplatePatternError(reason: "{\(first)} names no argument")
    }
    let names = list.split(separator: "/").map { String($0).lowercased() }
    let fallback = halves.count > 1 ? String(halves[1]) : nil
    for name in names { highest = max(highest, Int(name) ?? 0) }
    let format = try parts.count > 1 ? Self.format(String(parts[1])) : .plain
    switch format {
    case .number, .month, .integer, .ordinal, .roman, .choice, .none: isNumeric = true
    default: break
    }
    return .argument(.init(names: names, fallback: fallback, format: format))
  }

  private static func format(_ text: String) throws(TemplatePatternError)
    -> TemplatePattern.Format
  {
    switch text {
    case "none": return TemplatePattern.Format.none
    case "number": return .number
    case "month": return .month
    case "integer": return .integer
    case "ordinal": return .ordinal
    case "roman": return .roman
    case "raised": return .raised
    case "lowered": return .lowered
    case "lc": return .lowercase
    case "uc": return .uppercase
    case "lcfirst": return .lowercaseFirst
    case "ucfirst": return .uppercaseFirst
    default:
      guard text.contains("=") else {
        throw TemplatePatternError(reason: "there is no form \(text)")
      }
      var choices: [String: String] = [:]
      for choice in text.split(separator: ",") {
        let parts = choice.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { choices[String(parts[0])] = unescaped(String(parts[1])) }
      }
      return .choice(choices)
    }
  }
}
