import ZonkeyPlatform

/// A buffered view of a `ByteStream` that cuts it at a byte and knows the place.
package final class BufferedInput {
  /// How a piece ended.
  package enum Ending {
    case delimiter
    case endOfInput
    /// The limit was reached before the delimiter; the rest of the piece is still to be read.
    case limit
  }

  /// Bytes between delimiters.
  package struct Piece {
    package var bytes: [UInt8]
    package var ending: Ending
  }

  package let stream: ByteStream
  /// The offset of the next byte in the decompressed stream.
  package private(set) var offset = 0
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
  private var start = 0
  private var end = 0
  package private(set) var isAtEnd = false

  package init(_ stream: ByteStream) {
    self.stream = stream
  }

  deinit {
    buffer.deallocate()
  }

  package var source: String { stream.source }

  /// The bytes that are there and not yet taken.
  package var available: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: buffer[start..<end])
  }

  /// Whether a whole line is among the available bytes.
  package var hasLine: Bool { available.firstIndex(of: UInt8(ascii: "\n")) != nil }

  /// Whether more bytes fit beside the available ones.
  var hasRoom: Bool { end < buffer.count }

  /// Appends what the stream has to the available bytes; false at the end, or without room.
  ///
  /// Not inlined, since Swift 6.3's optimiser fails on the callers if it is.
  @discardableResult
  @inline(never)
  package func fill() throws(ZonkeyError) -> Bool {
    if start == end {
      start = 0
      end = 0
    }
    guard !isAtEnd, hasRoom else { return false }
    let count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
    end += count
    if count == 0 { isAtEnd = true }
    return count > 0
  }

  /// Takes available bytes out.
  package func take(_ count: Int) {
    start += count
    offset += count
  }

  /// Takes bytes out until `bytes` has `count` of them; it has fewer at the end of the input.
  package func take(until count: Int, into bytes: inout [UInt8]) throws(ZonkeyError) {
    while bytes.count < count {
      if available.isEmpty, try !fill() { return }
      let taken = min(count - bytes.count, available.count)
      bytes.append(contentsOf: available[..<taken])
      take(taken)
    }
  }

  /// Appends the bytes up to `delimiter` to `piece` and takes the delimiter out too.
  ///
  /// At most `limit` bytes are appended. Returns `nil` when nothing is left at all.
  package func read(
    until delimiter: UInt8, appendingTo piece: inout [UInt8], limit: Int
  ) throws(ZonkeyError) -> Ending? {
    var taken = 0
    while true {
      if start == end, try !fill() { return taken == 0 ? nil : .endOfInput }
      let bytes = available
      let found = bytes.firstIndex(of: delimiter)
      let count = found ?? bytes.count
      if count > limit - taken {
        piece.append(contentsOf: bytes[..<(limit - taken)])
        take(limit - taken)
        return .limit
      }
      piece.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      taken += count
      take(count + (found == nil ? 0 : 1))
      if found != nil { return .delimiter }
    }
  }

  /// Takes the bytes up to `delimiter` out, at most `limit` of them; `nil` when nothing is left.
  package func piece(until delimiter: UInt8, limit: Int) throws(ZonkeyError) -> Piece? {
    var bytes: [UInt8] = []
    let ending = try read(until: delimiter, appendingTo: &bytes, limit: limit)
    return ending.map { Piece(bytes: bytes, ending: $0) }
  }

  /// Leaves out everything up to and with the delimiter, and returns the newlines in it.
  package func discard(until delimiter: UInt8) throws(ZonkeyError) -> Int {
    var newlineCount = 0
    while true {
      if start == end, try !fill() { break }
      let bytes = available
      let found = bytes.firstIndex(of: delimiter)
      let count = found.map { $0 + 1 } ?? bytes.count
      newlineCount += UnsafeRawBufferPointer(rebasing: bytes[..<count]).newlineCount
      take(count)
      if found != nil { break }
    }
    return newlineCount
  }
}
