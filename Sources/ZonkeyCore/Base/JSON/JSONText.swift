#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The characters of a JSON string that need a backslash.
enum JSONEscape {
  static func isNeeded(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  /// Appends the escape of `byte`, which must be one that needs it.
  static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    default:
      bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
      bytes.append(hexDigit(byte >> 4))
      bytes.append(hexDigit(byte & 15))
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}

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
    where bytes[place] & 0xC0 != 0x80 { return 0 }
    return length
  }
}

extension Double {
  /// The nearest number with `digits` significant decimal digits (1…17).
  ///
  /// Multiplying and dividing by an exact power of ten (up to 10²²) rounds the way people expect;
  /// beyond that range the C library does it through text.
  func rounded(toDigits digits: Int) -> Double {
    guard self != 0, isFinite, digits < 17 else { return self }
    let places = digits - 1 - Int(log10(magnitude).rounded(.down))
    if (0...22).contains(places), digits <= 15 {
      let scale = pow(10, Double(places))
      return (self * scale).rounded() / scale
    }
    var text = [CChar](repeating: 0, count: 64)
    let count = withVaList([Int32(max(digits, 1) - 1), self]) {
      vsnprintf(&text, text.count, "%.*e", $0)
    }
    guard count > 0, count < text.count else { return self }
    return strtod(text, nil)
  }

  /// The shortest text that reads back as this number, without a needless ".0".
  var shortestForm: String {
    if let whole = Int(exactly: self), whole.magnitude < 1 << 53 { return String(whole) }
    return description
  }
}
