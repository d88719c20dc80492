import ZonkeyPlatform

/// The characters of a JSON string that need a backslash.
enum JSONEscape {
  static func areNeeded(_ block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    block.isBelow(0x20) .| block.equals(UInt8(ascii: "\"")) .| block.equals(UInt8(ascii: "\\"))
  }

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

extension Double {
  /// The nearest number with `digits` significant decimal digits (1…17).
  ///
  /// Multiplying and dividing by an exact power of ten (up to 10²²) rounds the way people expect;
  /// beyond that range the C library does it through text.
  package func rounded(toDigits digits: Int) -> Double {
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
}
