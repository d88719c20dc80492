/// A file that is read at any place; closed when it goes out of use.
package final class RandomAccessFile {
  /// What error texts call the file.
  package let source: String
  package let byteCount: Int
  private let file: File

  /// Takes over an open descriptor.
  package init(descriptor: Int32, byteCount: Int, source: String) {
    self.source = source
    self.byteCount = byteCount
    file = File(descriptor: descriptor, byteCount: byteCount, path: source)
  }

  /// Opens a file; throws `.noInput` when that fails.
  package init(path: String) throws(ZonkeyError) {
    file = try File(path: path, dashIsStandardInput: false)
    source = path
    byteCount = file.totalBytes ?? 0
  }

  /// Fills the buffer with the bytes from `offset` on.
  ///
  /// Throws `.badInput` when the file ends before, `.io` when it cannot be read.
  package func read(
    at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ZonkeyError) {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = try file.read(into: rest, at: offset + filled)
      if count == 0 {
        throw .badInput(
          source: source, line: nil, offset: offset + filled,
          reason: "the file has become shorter while it was read")
      }
      filled += count
    }
  }

  /// The bytes in a range, which must be small.
  package func bytes(in range: Range<Int>) throws(ZonkeyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withUnsafeMutableBufferPointer { buffer throws(ZonkeyError) in
      try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes
  }
}

/// A walk through a part of a file, in pieces of a buffer's size.
package final class FileCursor {
  /// The offset of the next byte.
  package private(set) var offset: Int
  private let file: RandomAccessFile
  private let range: Range<Int>
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var start = 0
  private var end = 0

  package init(_ file: RandomAccessFile, _ range: Range<Int>) {
    self.file = file
    self.range = range
    offset = range.lowerBound
  }

  deinit { buffer.deallocate() }

  package var bytesRead: Int { offset - range.lowerBound }

  /// Takes out at least one byte and at most `limit`; none at the end. They last until the next
  /// call. Elements of up to eight bytes are never cut, as long as only whole ones are taken.
  package func take(_ limit: Int) throws(ZonkeyError) -> UnsafeRawBufferPointer {
    if start == end {
      start = 0
      end = 0
      let count = min(buffer.count, range.upperBound - offset)
      try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
      end = count
    }
    let taken = min(limit, end - start)
    defer {
      start += taken
      offset += taken
    }
    return UnsafeRawBufferPointer(rebasing: buffer[start..<start + taken])
  }

  /// The next little-endian 64-bit number; `nil` at the end.
  package func integer() throws(ZonkeyError) -> Int? {
    let bytes = try take(8)
    guard bytes.count == 8 else { return nil }
    return Int(Int64(littleEndian: bytes.loadUnaligned(as: Int64.self)))
  }
}
