import ZonkeyBase

/// What one page has left out, by index.
struct HoleNames {
  private(set) var names: [String] = []
  private(set) var examples: [String] = []
  private var indices: [String: Int] = [:]

  /// The index of a name, with one use of it.
  mutating func index(_ name: String, example: @autoclosure () -> String) -> Int {
    if let index = indices[name] { return index }
    if names.count == HoleCode.limit - 1 {
      names.append("…")
      examples.append("")
    }
    guard names.count < HoleCode.limit else { return HoleCode.limit - 1 }
    indices[name] = names.count
    names.append(name)
    examples.append(example())
    return names.count - 1
  }
}

extension WikitextScanner {
  /// The index of something that may be left out, which begins at a place of the markup.
  mutating func hole(_ name: String, from start: Int) -> Int {
    holes.index(name, example: Self.example(bytes[min(start, bytes.count)...].prefix(80)))
  }

  /// A use up to its end, or its beginning, as one line without tabs.
  private static func example(_ bytes: ArraySlice<UInt8>) -> String {
    guard !bytes.isEmpty else { return "" }
    var depth = 0
    let end = bytes.indices.first { index in
      if bytes[index] == 0x7B { depth += 1 }
      if bytes[index] == 0x7D { depth -= 1 }
      return bytes[index] == 0x7D && depth == 0
    }
    let use = bytes[...(end ?? bytes.endIndex - 1)]
    if use.allSatisfy({ (0x20..<0x80).contains($0) }) {
      return String(decoding: use, as: UTF8.self)
    }
    let text = String(decoding: use, as: UTF8.self)
    return text.map { $0.isNewline || $0 == "\t" || $0 == "\u{FFFD}" ? " " : String($0) }.joined()
  }

  /// Whether a template has lines of its own, so that it is no part of a sentence.
  func standsAlone(_ frame: Frame) -> Bool {
    var begin = frame.start
    while begin > 0, bytes[begin - 1].isBlank { begin -= 1 }
    guard begin == 0 || bytes[begin - 1] == 0x0A else { return false }
    var end = position
    while let byte = byte(at: end), byte.isBlank { end += 1 }
    if end >= bytes.count || bytes[end] == 0x0A { return true }
    return firstIndex(of: 0x0A, from: frame.start).map { $0 < position } ?? false
  }
}
