import ZonkeyPlatform

/// A file or standard input, open for reading as its bytes are; closed when it goes out of use.
///
/// Interrupted reads go on; a descriptor that does not block is waited for.
package final class File: Sendable {
  package let path: String
  /// What is left from the descriptor's position to the file's end; `nil` unless a regular file.
  package let totalBytes: Int?
  private let descriptor: Int32
  private let isOwned: Bool
  /// The descriptor's position when it was opened; not 0 for a file that is half read.
  private let startOffset: Int

  /// Opens a file; `-` is standard input, unless that is to be a file's name like any other.
  ///
  /// Throws `.noInput` when there is no such file, it may not be read, or it is a directory.
  package init(path: String, dashIsStandardInput: Bool = true) throws(ZonkeyError) {
    isOwned = path != "-" || !dashIsStandardInput
    descriptor = isOwned ? System.open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
    self.path = path
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      let reason = System.message(errno)
      if isOwned && descriptor >= 0 { close(descriptor) }
      throw .noInput(path: path, reason: reason)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      if isOwned { close(descriptor) }
      throw .noInput(path: path, reason: Self.isDirectory)
    }
    startOffset = max(0, Int(lseek(descriptor, 0, SEEK_CUR)))
    totalBytes = Self.remainingBytes(status, after: startOffset)
  }

  /// Takes over an open descriptor of a file that is read at offsets from its beginning.
  package init(descriptor: Int32, byteCount: Int, path: String) {
    self.path = path
    self.descriptor = descriptor
    totalBytes = byteCount
    (isOwned, startOffset) = (true, 0)
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  private static let isDirectory = "is a directory, not a file"

  /// Reads what there is, at most the buffer's size; 0 at the end of the file.
  ///
  /// Throws `.io` when the system cannot read on.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int {
    try checked(
      buffer.isEmpty ? 0 : System.read(descriptor, into: buffer, waits: totalBytes == nil))
  }

  /// Reads from an offset of a regular file, counted from where it was opened; any thread may.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(ZonkeyError) -> Int {
    try checked(
      buffer.isEmpty ? 0 : System.read(descriptor, into: buffer, at: startOffset + offset))
  }

  private func checked(_ count: Int) throws(ZonkeyError) -> Int {
    guard count >= 0 else {
      throw .io(path: path, reason: "cannot be read: \(System.message(errno))")
    }
    return count
  }

  /// The size of a regular file in bytes, `nil` for pipes and devices; throws as `init` does.
  package static func checkedSize(path: String) throws(ZonkeyError) -> Int? {
    var standardInput = stat()
    let found =
      path != "-"
      ? System.status(path) : fstat(STDIN_FILENO, &standardInput) == 0 ? standardInput : nil
    guard let status = found else { throw .noInput(path: path, reason: System.message(errno)) }
    if status.st_mode & S_IFMT == S_IFDIR { throw .noInput(path: path, reason: isDirectory) }
    let position = path == "-" ? max(0, Int(lseek(STDIN_FILENO, 0, SEEK_CUR))) : 0
    return remainingBytes(status, after: position)
  }

  private static func remainingBytes(_ status: stat, after position: Int) -> Int? {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    return max(0, Int(status.st_size) - position)
  }
}
