/// The character that the scanner leaves where something was left out.
///
/// It is one of the last 4096 private characters of Unicode, four bytes of which the last two tell
/// what was left out, as an index; so it goes through the texts of templates like any other
/// character. A page that has such characters of its own gets U+FFFD for them.
enum HoleCode {
  static var first: UInt8 { 0xF3 }
  static var second: UInt8 { 0xBF }
  /// How many things a page can tell apart; all further ones are the last.
  static var limit: Int { 1 << 12 }

  static func bytes(_ index: Int) -> [UInt8] {
    let index = min(index, limit - 1)
    return [first, second, 0x80 | UInt8(index >> 6), 0x80 | UInt8(index & 0x3F)]
  }

  /// What the code at an index of a text stands for; `nil` when there is none.
  static func index(in bytes: some RandomAccessCollection<UInt8>, at position: Int) -> Int? {
    let rest = bytes.dropFirst(position).prefix(4)
    guard rest.count == 4, rest.first == first else { return nil }
    let code = Array(rest)
    guard code[1] == second else { return nil }
    return Int(code[2] & 0x3F) << 6 | Int(code[3] & 0x3F)
  }

  static func isIn(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    firstIndex(in: bytes) != nil
  }

  /// What the first code of a text stands for.
  static func firstIndex(in bytes: some RandomAccessCollection<UInt8>) -> Int? {
    guard bytes.contains(first) else { return nil }
    for (position, byte) in bytes.enumerated() where byte == first {
      if let index = index(in: bytes, at: position) { return index }
    }
    return nil
  }
}

/// What becomes of the places of a text where something was left out.
public enum HolePolicy: String, Sendable, CaseIterable {
  /// The sentence stays, without what is missing.
  case keep
  /// The sentence is dropped; of a hole in parentheses only the parentheses.
  case dropSentence = "drop-sentence"
}

/// What was left out of texts, by name: of templates their own, of elements their tag.
public struct TemplateHoles: Sendable, Equatable {
  /// How often, and one use as it stood in the markup.
  public struct Count: Sendable, Equatable {
    public var count: Int
    public var example: String
  }

  public private(set) var counts: [String: Count] = [:]
  /// How many sentences were dropped for them.
  public var droppedSentences = 0
  public private(set) var total = 0

  /// How many names are told apart, so that memory stays bounded.
  private static let limit = 50_000

  public init() {}

  public mutating func add(_ name: String, example: String, count: Int = 1) {
    total += count
    if counts[name] == nil && counts.count >= Self.limit {
      counts["…", default: Count(count: 0, example: "")].count += count
    } else {
      counts[name, default: Count(count: 0, example: example)].count += count
    }
  }

  public mutating func add(_ other: TemplateHoles) {
    for (name, hole) in other.counts { add(name, example: hole.example, count: hole.count) }
    droppedSentences += other.droppedSentences
  }

  /// Lines in the form of a table of templates, the most frequent first: the name, no aliases, no
  /// pattern yet, how often, and one use.
  public var tableLines: [String] {
    counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .map { "\($0.key)\t\t\t\($0.value.count)\t\($0.value.example)" }
  }
}
