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

  /// The character at `position`, or what stands for it.
  mutating func special() { position += writeCharacter(of: bytes, at: position) }

  /// Writes text that is not scanned, without the characters that text cannot keep; a control
  /// character becomes a blank.
  mutating func write(unscanned text: [UInt8]) {
    var index = 0
    while index < text.count {
      if text[index] >= 0x80 {
        index += writeCharacter(of: text, at: index)
      } else {
        write(max(text[index], 0x20))
        index += 1
      }
    }
  }

  /// Writes what stands for a character that text cannot keep, and returns its length; else a byte
  /// as it is. Only characters that begin with C2, E2 or F3 are such.
  ///
  /// A blank of another width, or one that does not break, is a blank, a control character of the
  /// C1 range what it was meant to be; a private character that the scanner needs itself is replaced.
  private mutating func writeCharacter(of text: [UInt8], at index: Int) -> Int {
    func byte(_ offset: Int) -> UInt8 { index + offset < text.count ? text[index + offset] : 0 }
    switch (byte(0), byte(1)) {
    case (0xC2, 0xA0):
      write(0x20)
      return 2
    case (0xC2, 0x80..<0xA0):
      write(Self.windows(UInt32(byte(1))).utf8)
      return 2
    case (0xE2, 0x80...0x81)
    where Self.isBlank(0x2000 + UInt32(byte(1) & 1) << 6 + UInt32(byte(2) & 0x3F)):
      write(0x20)
      return 3
    case (0xF3, _) where HoleCode.index(in: text, at: index) != nil:
      write(UTF8.encodedReplacementCharacter)
      return 4
    default:
      write(text[index])
      return 1
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
