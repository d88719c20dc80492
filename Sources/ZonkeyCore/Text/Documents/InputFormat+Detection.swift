import ZonkeyBase

extension InputFormat {
  /// Finds the format of a file by its first characters, without taking them out.
  ///
  /// `{` begins JSONL, but not `{{`, which no JSON has; `<?xml` and a `<mediawiki>` of any
  /// prefix begin an export, also in UTF-16. Everything else is lines. It waits for more bytes
  /// only while those that are there leave it open.
  package static func detect(_ input: TextInput) throws(ZonkeyError) -> InputFormat {
    while true {
      let head = Array(input.available.prefix(headBytes))
      if let format = detect(head, isAll: input.isAtEnd || head.count == headBytes) {
        return format
      }
      try input.fill()
    }
  }

  /// How far it is looked at most.
  private static var headBytes: Int { 1 << 12 }

  /// The format of a file's beginning; `nil` while more is needed and more may come.
  private static func detect(_ bytes: [UInt8], isAll: Bool) -> InputFormat? {
    let marks: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0xFF, 0xFE]]
    if !isAll, marks.contains(where: { bytes.count < $0.count && $0.starts(with: bytes) }) {
      return nil
    }
    let head = narrowed(bytes)
    guard let first = head.firstIndex(where: { !$0.isBlank && $0 != 0x0A }) else {
      return isAll ? .lines : nil
    }
    let rest = head[first...]
    switch rest.first {
    case 0x7B:
      guard let second = rest.dropFirst().first else { return isAll ? .jsonl : nil }
      return second == 0x7B ? .lines : .jsonl
    case 0x3C: return detectMarkup(rest.dropFirst(), isAll: isAll)
    default: return .lines
    }
  }

  /// The bytes without a byte order mark, and of UTF-16 only the lower half of each unit.
  private static func narrowed(_ bytes: [UInt8]) -> [UInt8] {
    func everySecond(from start: Int) -> [UInt8] {
      stride(from: start, to: bytes.count, by: 2).map { bytes[$0] }
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    if bytes.starts(with: [0xFF, 0xFE]) { return everySecond(from: 2) }
    if bytes.starts(with: [0xFE, 0xFF]) { return everySecond(from: 3) }
    guard bytes.count >= 4 else { return bytes }
    if bytes[0] == 0x3C && bytes[1] == 0 && bytes[3] == 0 { return everySecond(from: 0) }
    if bytes[0] == 0 && bytes[1] == 0x3C && bytes[2] == 0 { return everySecond(from: 1) }
    return bytes
  }

  /// Decides by what follows `<`: a name, perhaps with a prefix.
  private static func detectMarkup(_ bytes: ArraySlice<UInt8>, isAll: Bool) -> InputFormat? {
    let name = bytes.prefix { !$0.isBlank && $0 != 0x0A && $0 != 0x3E && $0 != 0x2F }
    if name.starts(with: Array("?xml".utf8)) { return .mediawiki }
    if name.endIndex == bytes.endIndex && !isAll && name.count < 64 { return nil }
    let local = name.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false).last
    return local?.elementsEqual("mediawiki".utf8) == true ? .mediawiki : .lines
  }
}
