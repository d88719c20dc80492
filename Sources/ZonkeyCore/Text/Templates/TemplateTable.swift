import Synchronization
import ZonkeyBase

/// A table of templates: what each leaves in the text of the wikis of a language.
///
/// One template a line, in columns parted by tabs: its name, its other names parted by `|`, and
/// its pattern (`TemplatePattern`). Further columns are for the reader. A name that ends in `*` is
/// of all templates that begin so; one that ends in `:` is a function of the parser. Lines that
/// begin with `#` are comments, those without a pattern say nothing yet. A name that begins with
/// `@` is a setting: `@months`, `@date`, `@group`, `@grouped-digits`, `@decimal`.
public struct TemplateTable: Sendable {
  private(set) var patterns: [String: TemplatePattern] = [:]
  /// Those of all names that begin with a text, by the first byte of that text and by the text.
  private var prefixes: [UInt8: [String: TemplatePattern]] = [:]
  private(set) var settings: [String: String] = [:]

  init() {}

  /// Reads a table; throws `.badInput` with the line that is wrong.
  public init(_ text: String, source: String) throws(ZonkeyError) {
    var number = 0
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      if let reason = add(line) {
        throw .badInput(source: source, line: number, offset: nil, reason: reason)
      }
    }
  }

  /// Reads a table from a file; throws `.noInput` and `.io` too.
  public init(path: String) throws(ZonkeyError) {
    let input = BufferedInput(try ByteStream(path: path))
    var bytes: [UInt8] = []
    try input.take(until: Self.maxBytes + 1, into: &bytes)
    if bytes.count > Self.maxBytes {
      throw .badInput(
        source: path, line: nil, offset: nil, reason: "no table of templates: too long")
    }
    guard UTF8Check.firstInvalidOffset(in: bytes) == nil else {
      throw .badInput(source: path, line: nil, offset: nil, reason: "not UTF-8")
    }
    try self.init(String(decoding: bytes, as: UTF8.self), source: path)
  }

  /// The most bytes that a file may have that is a table.
  private static let maxBytes = 16 << 20

  /// Reads one line; why it is wrong, if it is.
  private mutating func add(_ line: Substring) -> String? {
    if line.hasPrefix("# ") || line == "#" || line.trimmed.isEmpty { return nil }
    // The scanner's own codes are among them, and would break the text that a pattern leaves.
    let hasHole = line.utf8.contains(HoleCode.first) && HoleCode.isIn(Array(line.utf8))
    if hasHole || line.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 }) {
      return "a control or private character; a line break in a pattern is \\n"
    }
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard columns.count >= 3 else {
      return
        "a line of a table of templates has a name, other names and a pattern, with tabs between"
    }
    if columns[0].hasPrefix("@") {
      settings[String(columns[0].dropFirst())] = String(columns[2])
      return nil
    }
    if columns[2].isEmpty { return nil }
    let pattern: TemplatePattern
    do throws(TemplatePatternError) {
      pattern = try TemplatePattern(String(columns[2]))
    } catch {
      return "the pattern of \(columns[0]): \(error.reason)"
    }
    for name in [columns[0]] + columns[1].split(separator: "|") { add(name.trimmed, pattern) }
    return nil
  }

  private mutating func add(_ name: String, _ pattern: TemplatePattern) {
    if name.hasSuffix("*") && name.count > 1 {
      let beginning = Self.folded(name.dropLast().utf8)
      if let first = beginning.utf8.first { prefixes[first, default: [:]][beginning] = pattern }
    } else {
      patterns[Self.folded(name.utf8)] = pattern
    }
  }

  /// Adds another table, which counts where both have a name.
  mutating func add(_ other: TemplateTable) {
    patterns.merge(other.patterns) { $1 }
    prefixes.merge(other.prefixes) { $0.merging($1) { $1 } }
    settings.merge(other.settings) { $1 }
  }

  /// Forgets the templates.
  mutating func keepSettings() {
    patterns = [:]
    prefixes = [:]
  }

  /// A template by its name, which is folded already.
  func pattern(_ name: String) -> TemplatePattern? {
    if let pattern = patterns[name] { return pattern }
    guard let first = name.utf8.first, let candidates = prefixes[first] else { return nil }
    // The longest beginning of the name that is listed counts.
    var best: (length: Int, pattern: TemplatePattern)?
    for (beginning, pattern) in candidates
    where beginning.utf8.count > best?.length ?? 0 && name.utf8.starts(with: beginning.utf8) {
      best = (beginning.utf8.count, pattern)
    }
    return best?.pattern
  }

  /// How numbers and dates are written.
  func locale(language: String) -> WikiLocale {
    var locale = WikiLocale(language: language)
    locale.group = settings["group"].map { $0.replacing("\\s", with: " ") }
    locale.decimal = settings["decimal"] ?? "."
    locale.groupedDigits = settings["grouped-digits"].flatMap { Int($0) } ?? 4
    locale.months = settings["months"]?.split(separator: "|").map(String.init) ?? []
    locale.date = settings["date"].flatMap { try? TemplatePattern($0) }
    return locale
  }

  /// A name as it is compared: without regard to case, spaces and underscores being the same.
  static func folded(_ name: some Sequence<UInt8>) -> String {
    var bytes: [UInt8] = []
    var (isAfterGap, isASCII) = (false, true)
    for byte in name {
      switch byte {
      case 0x20, 0x5F, 0x09, 0x0A, 0x0D:
        isAfterGap = !bytes.isEmpty
        continue
      case 0x80...: isASCII = false
      default: break
      }
      if isAfterGap { bytes.append(0x20) }
      isAfterGap = false
      bytes.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return isASCII ? text : text.lowercased()
  }
}

extension TemplateTable {
  /// The text of the table that is shipped for a language; `nil` when there is none.
  package static func shippedText(_ language: String) -> String? {
    WikiData.templates.first { $0.language == language }?.text
  }

  /// The table that is shipped for a language; `nil` when there is none.
  ///
  /// It is kept: every part of a stream has a header, and may have a wiki, of its own.
  static func shipped(_ language: String) -> TemplateTable? {
    kept.withLock { kept in
      if let table = kept[language] { return table }
      let table = shippedText(language).flatMap { try? TemplateTable($0, source: language) }
      if let table { kept[language] = table }
      return table
    }
  }

  private static let kept = Mutex<[String: TemplateTable]>([:])

  /// What names in another script than Latin mean where only one meaning is known for them.
  ///
  /// Templates of that kind are copied between wikis with their articles, and no wiki of another
  /// script has them with a meaning of its own.
  static let foreign: [String: TemplatePattern] = {
    var known: [String: TemplatePattern?] = [:]
    for data in WikiData.templates {
      guard let table = shipped(data.language) else { continue }
      for (name, pattern) in table.patterns where Script.of(name) != .latin {
        if let other = known[name], other != pattern {
          known[name] = .some(nil)
        } else {
          known[name] = pattern
        }
      }
    }
    return known.compactMapValues { $0 }
  }()
}

/// The script of a word, as far as it tells wikis apart.
enum Script {
  case latin, cyrillic, arabic, east, other

  /// The script of the first letter that is not of ASCII.
  static func of(_ text: String) -> Script {
    guard
      let scalar = text.unicodeScalars.first(where: {
        $0.value >= 0x80 && $0.properties.isAlphabetic
      })
    else { return .latin }
    switch scalar.value {
    case 0x80..<0x370, 0x1E00..<0x1F00: return .latin
    case 0x400..<0x530: return .cyrillic
    case 0x600..<0x780: return .arabic
    case 0x3000..<0xA000, 0xAC00..<0xD7B0: return .east
    default: return .other
    }
  }
}
