import ZonkeyBase

/// Looks for bad UTF-8 in pieces of a stream before a parser does, and mends or tells it.
///
/// By the policy it puts U+FFFD there and, to skip, remembers where in the mended stream, or
/// ends the stream at the first bad byte, of which it knows the exact place.
struct UTF8Repair {
  /// The first bad byte and its place, when the policy is to stop at it.
  private(set) var stop: (line: Int, offset: Int, byte: UInt8)?
  /// Where U+FFFD was put and not yet asked for, in order.
  private(set) var offsets: [Int] = []
  private var writtenBytes = 0
  private var held: [UInt8] = []
  private var newlineCount = 0
  private let policy: InvalidPolicy

  init(_ policy: InvalidPolicy) {
    self.policy = policy
  }

  /// Whether a document that begins so is in UTF-8, by its mark and declaration.
  static func isUTF8(_ head: UnsafeRawBufferPointer) -> Bool {
    if head.prefix(4).contains(where: { $0 == 0 || $0 >= 0xFE }) { return false }
    let line = String(decoding: head.prefix(200), as: UTF8.self).lowercased()
    let parts = line.split(separator: "?>", maxSplits: 1).first?.split(separator: "encoding=")
    guard let parts, parts.count == 2 else { return true }
    return parts[1].dropFirst().hasPrefix("utf-8") || parts[1].dropFirst().hasPrefix("us-ascii")
  }

  /// The piece mended, `nil` when it is good as it is; the beginning of a character at its end
  /// is held back for the next.
  mutating func mended(_ piece: UnsafeRawBufferPointer, isLast: Bool) -> [UInt8]? {
    if held.isEmpty, Self.unfinishedCount(piece) == 0, UTF8Check.isValid(piece) {
      if policy == .stop { newlineCount += piece.newlineCount }
      writtenBytes += piece.count
      return nil
    }
    var bytes = held + piece
    held = isLast ? [] : Self.takeUnfinished(from: &bytes)
    if let bad = UTF8Check.firstInvalidOffset(in: bytes) {
      if policy == .stop {
        let line = newlineCount + bytes.newlineCount(before: bad) + 1
        stop = (line, writtenBytes + bad, bytes[bad])
        bytes.removeLast(bytes.count - bad)
      } else {
        bytes = mend(bytes)
      }
    }
    if policy == .stop { newlineCount += bytes.newlineCount(before: bytes.count) }
    writtenBytes += bytes.count
    return bytes
  }

  /// Forgets the places before an offset; whether there were any.
  mutating func takeOffsets(before end: Int) -> Bool {
    let count = offsets.prefix { $0 < end }.count
    offsets.removeFirst(count)
    return count > 0
  }

  private mutating func mend(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var start = 0
    while let bad = UTF8Check.firstInvalidRange(in: bytes, from: start) {
      result.append(contentsOf: bytes[start..<bad.lowerBound])
      if policy == .skip { offsets.append(writtenBytes + result.count) }
      result.append(contentsOf: UTF8.encodedReplacementCharacter)
      start = bad.upperBound
    }
    return result + bytes[start...]
  }

  private static func takeUnfinished(from bytes: inout [UInt8]) -> [UInt8] {
    let count = bytes.withUnsafeBytes { unfinishedCount($0) }
    defer { bytes.removeLast(count) }
    return Array(bytes.suffix(count))
  }

  /// How many bytes at the end begin a character that is not all there.
  private static func unfinishedCount(_ bytes: UnsafeRawBufferPointer) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte.isUTF8Continuation { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back ? back : 0
    }
    return 0
  }
}
