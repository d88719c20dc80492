/// Words and characters that have a meaning of their own.
extension WikitextScanner {
  /// Drops words such as `__NOTOC__`; in small letters those only that MediaWiki knows.
  mutating func underscore() {
    let limit = 40
    if byte(at: position + 1) == 0x5F {
      var end = position + 2
      while let next = byte(at: end), end - position < limit,
        next.isASCIILetterOrDigit || next >= 0x80 || (next == 0x5F && byte(at: end + 1) != 0x5F)
      {
        end += 1
      }
      if end > position + 2, byte(at: end) == 0x5F, byte(at: end + 1) == 0x5F,
        isSwitch(bytes[(position + 2)..<end])
      {
        position = end + 2
        return
      }
    }
    write(0x5F)
    position += 1
  }

  private func isSwitch(_ word: ArraySlice<UInt8>) -> Bool {
    if word.allSatisfy({ (0x41...0x5A).contains($0) || $0 >= 0x80 || $0 == 0x5F }) { return true }
    return Self.switches.contains(String(decoding: word, as: UTF8.self).lowercased())
  }

  private static let switches: Set<String> = [
    "notoc", "forcetoc", "toc", "noeditsection", "newsectionlink", "nonewsectionlink", "nogallery",
    "hiddencat", "index", "noindex", "staticredirect", "nocontentconvert", "notitleconvert", "nocc",
    "notc", "disambig", "noglobal", "expectunusedcategory", "expectunusedtemplate",
  ]

  /// A blank of another width, or one that does not break, is a blank, a control character of the
  /// C1 range what it was meant to be; a private character that the scanner needs itself is replaced.
  mutating func special() {
    let next = byte(at: position + 1) ?? 0
    switch bytes[position] {
    case 0xC2 where next == 0xA0:
      write(0x20)
      position += 2
    case 0xC2 where (0x80..<0xA0).contains(next):
      write(Self.windows(UInt32(next)).utf8)
      position += 2
    case 0xE2 where next == 0x80 || next == 0x81:
      let code = 0x2000 + UInt32(next & 1) << 6 + UInt32((byte(at: position + 2) ?? 0) & 0x3F)
      let isBlank = Self.isBlank(code)
      isBlank ? write(0x20) : write(0xE2)
      position += isBlank ? 3 : 1
    case 0xF3 where HoleCode.index(in: bytes, at: position) != nil:
      write(UTF8.encodedReplacementCharacter)
      position += 4
    default:
      write(bytes[position])
      position += 1
    }
  }

  /// Writes text that is not scanned, without the characters that `special` replaces.
  mutating func write(unscanned text: [UInt8]) {
    var index = 0
    while index < text.count {
      let next = index + 1 < text.count ? text[index + 1] : 0
      switch text[index] {
      case 0xC2 where next == 0xA0:
        write(0x20)
        index += 2
      case 0xC2 where (0x80..<0xA0).contains(next):
        write(Self.windows(UInt32(next)).utf8)
        index += 2
      case 0xF3 where HoleCode.index(in: text, at: index) != nil:
        write(UTF8.encodedReplacementCharacter)
        index += 4
      default:
        write(max(text[index], 0x20))
        index += 1
      }
    }
  }

  /// Whether a character is a space that differs from a blank in the layout of a page only.
  static func isBlank(_ code: UInt32) -> Bool {
    switch code {
    case 0x20, 0xA0, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F: true
    default: false
    }
  }
}
