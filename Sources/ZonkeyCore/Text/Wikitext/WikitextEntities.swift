extension WikitextScanner {
  /// Decodes a character reference or one of HTML's names; `&` alone is text.
  mutating func entity() {
    let begin = position + 1
    let isNumber = byte(at: begin) == 0x23
    var end = begin + (isNumber ? 1 : 0)
    while let byte = byte(at: end), end - begin < 32, byte.isASCIILetterOrDigit { end += 1 }
    guard end > begin, byte(at: end) == 0x3B, let text = Self.text(of: bytes[begin..<end]) else {
      write(0x26)
      position += 1
      return
    }
    position = end + 1
    write(text.utf8)
  }

  private static func text(of name: ArraySlice<UInt8>) -> String? {
    guard name.first == 0x23 else {
      return HTMLEntities.text(of: String(decoding: name, as: UTF8.self)).map(plain)
    }
    let digits = name.dropFirst()
    let isHexadecimal = digits.first.map { $0 | 0x20 == 0x78 } ?? false
    let text = String(decoding: isHexadecimal ? digits.dropFirst() : digits, as: UTF8.self)
    guard let code = UInt32(text, radix: isHexadecimal ? 16 : 10) else { return nil }
    if (0x80..<0xA0).contains(code) { return windows(code) }
    return Unicode.Scalar(code).map { plain(String($0)) }
  }

  /// A character as text has it: no control characters, and blanks of any width as blanks.
  private static func plain(_ text: String) -> String {
    guard let scalar = text.unicodeScalars.first else { return text }
    if scalar.value < 0x20 || scalar.value == 0x7F || isBlank(scalar.value) { return " " }
    return HoleCode.isIn(Array(text.utf8)) ? "\u{FFFD}" : text
  }

  /// A control character from 0x80 to 0x9F as Windows has it, which is how HTML reads it.
  static func windows(_ code: UInt32) -> String {
    let characters = Array("€\u{0}‚ƒ„…†‡ˆ‰Š‹Œ\u{0}Ž\u{0}\u{0}‘’“”•–—˜™š›œ\u{0}žŸ".unicodeScalars)
    let index = Int(code) - 0x80
    guard characters.indices.contains(index), characters[index].value > 0 else { return "" }
    return String(characters[index])
  }
}

/// HTML's names of characters.
enum HTMLEntities {
  /// The characters of a name; `nil` when there is none.
  static func text(of name: String) -> String? {
    common[name] ?? all[name]
  }

  /// Those that most texts have, so that a small one does not read the whole list.
  private static let common = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "nbsp": "\u{A0}", "ndash": "–", "mdash": "—",
    "minus": "−", "times": "×", "deg": "°", "thinsp": "\u{2009}",
  ]

  private static let all: [String: String] = {
    var names: [String: String] = [:]
    names.reserveCapacity(2200)
    for word in WikiData.entities.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: "=")
      guard parts.count == 2 else { continue }
      let scalars = parts[1].split(separator: "+").compactMap {
        UInt32($0, radix: 16).flatMap { Unicode.Scalar($0) }
      }
      names[String(parts[0])] = String(String.UnicodeScalarView(scalars))
    }
    return names
  }()
}
