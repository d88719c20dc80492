/// The validity of UTF-8.
package enum UTF8Check {
  /// Whether all bytes are UTF-8.
  package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    firstInvalidRange(in: bytes) == nil
  }

  /// Where the first bytes stand that are not UTF-8; `nil` when all are.
  package static func firstInvalidOffset(in bytes: [UInt8]) -> Int? {
    firstInvalidRange(in: bytes, from: 0)?.lowerBound
  }

  /// The first bytes from `start` on that are not UTF-8, as many as become one U+FFFD.
  package static func firstInvalidRange(in bytes: [UInt8], from start: Int) -> Range<Int>? {
    let range = bytes.withUnsafeBytes {
      firstInvalidRange(in: UnsafeRawBufferPointer(rebasing: $0[start...]))
    }
    return range.map { ($0.lowerBound + start)..<($0.upperBound + start) }
  }

  /// The first bytes that are not UTF-8, as many as become one U+FFFD.
  package static func firstInvalidRange(in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span)
      return nil
    } catch {
      return error.byteOffsets
    }
  }

  /// A byte as an error message shows it.
  package static func describe(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "byte 0x" + (digits.count < 2 ? "0" : "") + digits
  }
}
