/// Bytes as text of 64 characters (RFC 4648, section 4), always with padding.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")
  /// The value of each byte as a character; 0xFF for those that are none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  /// The two characters of each 12 bits.
  private static let pairs = alphabet.flatMap { first in alphabet.map { (first, $0) } }

  /// Appends the text of `bytes`, four characters for every three of them.
  package static func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
    let whole = bytes.count / 3 * 3
    // Characters go to the array a piece at a time, which it checks once.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { piece in
      pairs.withUnsafeBufferPointer { pairs in
        for first in stride(from: 0, to: whole, by: 3 << 10) {
          var count = 0
          for place in stride(from: first, to: min(first + 3 << 10, whole), by: 3) {
            let high = Int(bytes[place]) << 4 | Int(bytes[place + 1] >> 4)
            let low = Int(bytes[place + 1] & 15) << 8 | Int(bytes[place + 2])
            (piece[count], piece[count + 1]) = pairs[high]
            (piece[count + 2], piece[count + 3]) = pairs[low]
            count += 4
          }
          text.append(contentsOf: piece[..<count])
        }
      }
    }
    guard whole < bytes.count else { return }
    let first = bytes[whole]
    let second = whole + 1 < bytes.count ? bytes[whole + 1] : nil
    text.append(alphabet[Int(first >> 2)])
    text.append(alphabet[Int((first & 3) << 4 | (second ?? 0) >> 4)])
    text.append(second.map { alphabet[Int(($0 & 15) << 2)] } ?? padding)
    text.append(padding)
  }

  /// The bytes that a text stands for; `nil` unless it is exactly what `append` writes.
  ///
  /// Strict: no white space, padding where it belongs, no bits left over.
  package static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    if text.isEmpty { return [] }
    let paddingCount = text.suffix(2).reduce(0) { $0 + ($1 == padding ? 1 : 0) }
    let whole = text.count / 4 * 3 - (paddingCount > 0 ? 3 : 0)
    // The bits of all characters together: one that is none leaves a trace.
    var isValid = true
    let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { buffer, count in
      values.withUnsafeBufferPointer { values in
        var traces: UInt8 = 0
        while count < whole {
          let start = count / 3 * 4
          let first = values[Int(text[start])]
          let second = values[Int(text[start + 1])]
          let third = values[Int(text[start + 2])]
          let fourth = values[Int(text[start + 3])]
          traces |= first | second | third | fourth
          buffer[count] = first << 2 | second >> 4
          buffer[count + 1] = second << 4 | third >> 2
          buffer[count + 2] = third << 6 | fourth
          count += 3
        }
        isValid = traces < 64
        guard paddingCount > 0 else { return }
        let last = text.suffix(4).prefix(4 - paddingCount).map { values[Int($0)] }
        let bits = last.reduce(UInt32(0)) { $0 << 6 | UInt32($1) } << (6 * UInt32(paddingCount))
        isValid = isValid && last.allSatisfy { $0 < 64 } && text[text.count - 1] == padding
        isValid = isValid && bits & (1 << (8 * UInt32(paddingCount)) - 1) == 0
        buffer[count] = UInt8(truncatingIfNeeded: bits >> 16)
        if paddingCount == 1 { buffer[count + 1] = UInt8(truncatingIfNeeded: bits >> 8) }
        count += 3 - paddingCount
      }
    }
    return isValid ? bytes : nil
  }
}
