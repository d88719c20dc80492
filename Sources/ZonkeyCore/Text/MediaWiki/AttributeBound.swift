import ZonkeyBase

/// Finds start tags with more attributes than an export has, before the parser sees them.
///
/// libxml2 compares each attribute of a tag with those before it, so that a tag of a few megabytes
/// would take minutes. Counted are the equals signs between `<` with a name and the next `>`.
struct AttributeBound {
  static let limit = 1000

  /// The equals signs of the tag that is open at the end of what was seen; nil outside of tags.
  private var count: Int?
  /// Whether the last byte seen was `<`.
  private var isBeforeName = false

  /// Looks at the next bytes; true when a tag has too many attributes.
  mutating func isExceeded(by bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes
    if isBeforeName, let first = rest.first {
      isBeforeName = false
      if Self.beginsName(first) { count = 0 }
    }
    while !rest.isEmpty {
      if let known = count {
        let end = rest.firstIndex(of: UInt8(ascii: ">"))
        let tag = UnsafeRawBufferPointer(rebasing: rest[..<(end ?? rest.count)])
        let total = tag.reduce(known) { $0 &+ ($1 == UInt8(ascii: "=") ? 1 : 0) }
        if total > Self.limit { return true }
        count = end == nil ? total : nil
        rest = UnsafeRawBufferPointer(rebasing: rest[(end ?? rest.count)...])
      } else {
        guard let start = rest.firstIndex(of: UInt8(ascii: "<")) else { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest[(start + 1)...])
        // In UTF-16 a zero stands between `<` and the name.
        isBeforeName = rest.isEmpty
        if let first = rest.first, Self.beginsName(first) { count = 0 }
      }
    }
    return false
  }

  /// Whether a byte can follow the `<` of a start tag: no end tag, comment or instruction.
  private static func beginsName(_ byte: UInt8) -> Bool {
    byte != UInt8(ascii: "/") && byte != UInt8(ascii: "!") && byte != UInt8(ascii: "?")
  }
}
