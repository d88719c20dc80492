import ZonkeyPlatform

/// A temporary file without a name: written to its end, then read; gone with the object.
package final class Spool {
  private let directory: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isOwned = true
  /// The bytes that were appended.
  package private(set) var byteCount = 0

  private static let bufferBytes = 1 << 16

  /// Makes a file in `directory`; throws `.cannotCreate` when it takes none.
  package init(directory: String) throws(ZonkeyError) {
    var template = FileName.bytes("\(directory)/zk-XXXXXX").map { CChar(bitPattern: $0) } + [0]
    descriptor = mkstemp(&template)
    self.directory = directory
    guard descriptor >= 0 else {
      throw .cannotCreate(
        path: directory,
        reason: "cannot create a temporary file: \(System.message(errno)); "
          + "use another temporary directory")
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  /// Appends bytes; throws `.io` when the disk is full.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(ZonkeyError) {
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

  package func append(_ bytes: ArraySlice<UInt8>) throws(ZonkeyError) {
    try bytes.withUnsafeBufferPointer { buffer throws(ZonkeyError) in
      try append(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Appends a little-endian 64-bit number.
  package func append(_ value: Int) throws(ZonkeyError) {
    try withUnsafeBytes(of: Int64(value).littleEndian) { bytes throws(ZonkeyError) in
      try append(bytes)
    }
  }

  /// Ends the writing and hands out the 64-bit numbers that were appended.
  package func drainIntegers(_ body: (Int) throws -> Void) throws {
    let cursor = FileCursor(try finished(), 0..<byteCount)
    while let value = try cursor.integer() { try body(value) }
  }

  /// Ends the writing and gives the file for reading; `source` is its name in errors.
  package func finished(source: String? = nil) throws(ZonkeyError) -> RandomAccessFile {
    try flush()
    isOwned = false
    return RandomAccessFile(
      descriptor: descriptor, byteCount: byteCount, source: source ?? directory)
  }

  /// Ends the writing and hands out everything, piece by piece.
  package func drain(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
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
    guard let code = System.writeAll(bytes, to: descriptor) else { return }
    throw .io(
      path: directory,
      reason: "cannot write a temporary file: \(System.message(code)); "
        + "free some space or use another temporary directory")
  }
}
