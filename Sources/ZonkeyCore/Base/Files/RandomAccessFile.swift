#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that is read at any place; closed when it goes out of use.
final class RandomAccessFile {
  /// What error texts call the file.
  let source: String
  let byteCount: Int
  private let descriptor: Int32

  /// Takes over an open descriptor.
  init(descriptor: Int32, byteCount: Int, source: String) {
    self.descriptor = descriptor
    self.byteCount = byteCount
    self.source = source
  }

  /// Opens a file; throws `.noInput` when that fails.
  convenience init(path: String) throws(ZonkeyError) {
    var descriptor: Int32
    repeat { descriptor = open(path, O_RDONLY | O_CLOEXEC) } while descriptor < 0 && errno == EINTR
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      let reason = "cannot open: \(systemMessage(errno))"
      if descriptor >= 0 { close(descriptor) }
      throw .noInput(path: path, reason: reason)
    }
    self.init(descriptor: descriptor, byteCount: max(0, Int(status.st_size)), source: path)
  }

  deinit { close(descriptor) }

  /// Fills the buffer with the bytes from `offset` on.
  ///
  /// Throws `.badInput` when the file ends before, `.io` when it cannot be read.
  func read(
    at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ZonkeyError) {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      // The kernel reads at most 2 GiB at a time; asking for less keeps every system happy.
      let count = pread(
        descriptor, rest.baseAddress, min(rest.count, 1 << 30), off_t(offset + filled))
      if count > 0 { filled += count }
      if count == 0 {
        throw .badInput(
          source: source, line: nil, offset: offset + filled,
          reason: "the file has become shorter while it was read")
      }
      if count < 0 && errno != EINTR {
        throw .io(path: source, reason: "cannot be read: \(systemMessage(errno))")
      }
    }
  }

  /// The bytes in a range, which must be small.
  func bytes(in range: Range<Int>) throws(ZonkeyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withUnsafeMutableBufferPointer { buffer throws(ZonkeyError) in
      try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes
  }
}

/// A walk through a part of a file, in pieces of a buffer's size.
final class FileCursor {
  /// The offset of the next byte.
  private(set) var offset: Int
  private let file: RandomAccessFile
  private let range: Range<Int>
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var start = 0
  private var end = 0

  init(_ file: RandomAccessFile, _ range: Range<Int>) {
    self.file = file
    self.range = range
    offset = range.lowerBound
  }

  deinit { buffer.deallocate() }

  var bytesRead: Int { offset - range.lowerBound }

  /// Takes out at least one byte and at most `limit`; none at the end. They last until the next
  /// call. Elements of up to eight bytes are never cut, as long as only whole ones are taken.
  func take(_ limit: Int) throws(ZonkeyError) -> UnsafeRawBufferPointer {
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
  func integer() throws(ZonkeyError) -> Int? {
    let bytes = try take(8)
    guard bytes.count == 8 else { return nil }
    return Int(Int64(littleEndian: bytes.loadUnaligned(as: Int64.self)))
  }
}
