import ZonkeyPlatform

/// Text that goes to a terminal: nothing in it may steer one, and it takes up room.
enum TerminalText {
  /// The columns that `text` takes: wide East Asian characters and emoji two, marks none.
  static func width(of text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
  }

  /// Cuts `text` to at most `columns` columns, with "…" for what is left out.
  static func fit(_ text: String, columns: Int) -> String {
    let text = visible(text)
    guard width(of: text) > columns else { return text }
    guard columns > 0 else { return "" }
    var result = ""
    var used = 1
    for character in text {
      let next = width(of: String(character))
      if used + next > columns { break }
      result.append(character)
      used += next
    }
    return result + "…"
  }

  /// The most characters of a message; what is too much is missed least in the middle.
  private static let messageLimit = 4096

  /// A message: what a terminal would obey is shown, and a very long one is cut in its middle.
  static func message(_ text: String, hasLines: Bool = false) -> String {
    guard text.utf8.count > messageLimit else { return visible(text, hasLines: hasLines) }
    let scalars = text.unicodeScalars
    guard scalars.count > messageLimit else { return visible(text, hasLines: hasLines) }
    let (start, end) = (scalars.prefix(messageLimit / 2), scalars.suffix(messageLimit / 2))
    let left = scalars.count - start.count - end.count
    return visible(String(start), hasLines: hasLines) + "[… \(left) characters …]"
      + visible(String(end), hasLines: hasLines)
  }

  /// Writes out, as `\x1B` or `\u{202E}`, what a terminal would obey instead of showing it:
  /// control characters, marks of the direction of writing, and bytes that are no UTF-8.
  ///
  /// With `hasLines` newlines stay.
  static func visible(_ text: String, hasLines: Bool = false) -> String {
    func isShown(_ scalar: Unicode.Scalar) -> Bool {
      !steers(scalar) || (hasLines && scalar == "\n")
    }
    guard !text.unicodeScalars.allSatisfy(isShown) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isShown(scalar) {
        result.unicodeScalars.append(scalar)
      } else if scalar == "\n" {
        result += "\\n"
      } else {
        let byte = FileName.byte(scalar).map { UInt32($0) } ?? scalar.value
        let digits = String(byte, radix: 16, uppercase: true)
        result += byte > 0xFF ? "\\u{\(digits)}" : "\\x" + (byte < 16 ? "0" : "") + digits
      }
    }
    return result
  }

  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: false
    case 0...0x1F, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: FileName.byte(scalar) != nil
    }
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
