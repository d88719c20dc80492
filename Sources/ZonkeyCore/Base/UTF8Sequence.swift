/// Well-formed UTF-8, as the Unicode standard's table of byte sequences has it.
enum UTF8Sequence {
  /// The length of the well-formed sequence that begins at `index`, or 0 when there is none.
  static func length(at index: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    let first = bytes[index]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return 0
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
    for place in index + 2..<max(index + 2, index + length)
    where !bytes[place].isUTF8Continuation { return 0 }
    return length
  }
}

extension UInt8 {
  /// Whether this is a byte inside a UTF-8 character, not its first: 10xxxxxx.
  @inlinable package var isUTF8Continuation: Bool { self & 0xC0 == 0x80 }

  /// A space, a tab or a carriage return.
  @inlinable package var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
}
