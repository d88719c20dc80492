#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A temporary file without a name: written to its end, then read; gone with the object.
final class Spool {
  private let directory: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isOwned = true
  /// The bytes that were appended.
  private(set) var byteCount = 0

  private static let bufferBytes = 1 << 16

  /// Makes a file in `directory`; throws `.cannotCreate` when it takes none.
  init(directory: String) throws(ZonkeyError) {
    var template = Array("\(directory)/zk-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    self.directory = directory
    guard descriptor >= 0 else {
      throw .cannotCreate(
        path: directory,
        reason: "cannot create a temporary file: \(systemMessage(errno)); "
          + "use another temporary directory")
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  /// Appends bytes; throws `.io` when the disk is full.
  func append(_ bytes: UnsafeRawBufferPointer) throws(ZonkeyError) {
    byteCount += bytes.count
    if buffer.count + bytes.count <= Self.bufferBytes {
      buffer.append(contentsOf: bytes)
      return
    }
    try flush()
    if bytes.count < Self.bufferBytes {
      buffer.append(contentsOf: bytes)
    } else {
      try write(bytes)
    }
  }

  func append(_ bytes: ArraySlice<UInt8>) throws(ZonkeyError) {
    try bytes.withUnsafeBufferPointer { buffer throws(ZonkeyError) in
      try append(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Appends a little-endian 64-bit number.
  func append(_ value: Int) throws(ZonkeyError) {
    try withUnsafeBytes(of: Int64(value).littleEndian) { bytes throws(ZonkeyError) in
      try append(bytes)
    }
  }

  /// Ends the writing and gives the file for reading; `source` is its name in errors.
  func finished(source: String? = nil) throws(ZonkeyError) -> RandomAccessFile {
    try flush()
    isOwned = false
    return RandomAccessFile(
      descriptor: descriptor, byteCount: byteCount, source: source ?? directory)
  }

  /// Ends the writing and hands out everything, piece by piece.
  func drain(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let file = try finished()
    let cursor = FileCursor(file, 0..<byteCount)
    while true {
      let piece = try cursor.take(.max)
      if piece.isEmpty { return }
      try body(piece)
    }
  }

  private func flush() throws(ZonkeyError) {
    try buffer.withUnsafeBufferPointer { bytes throws(ZonkeyError) in
      try write(UnsafeRawBufferPointer(bytes))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(ZonkeyError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      let count = systemWrite(descriptor, part)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 {
        let reason = systemMessage(count < 0 ? errno : EIO)
        throw .io(
          path: directory,
          reason: "cannot write a temporary file: \(reason); "
            + "free some space or use another temporary directory")
      }
      rest = rest.dropFirst(count)
    }
  }
}

// A free function, because the method of the same name hides the system's.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
