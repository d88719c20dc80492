#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file or standard input, read by descriptor as its bytes are.
///
/// Interrupted reads go on; a descriptor that does not block is waited for.
final class FileInput: Sendable {
  let path: String
  /// What is left from the descriptor's position to the file's end; `nil` unless a regular file.
  let totalBytes: Int?
  private let descriptor: Int32
  private let isOwned: Bool
  /// The descriptor's position when it was opened; not 0 for a file that is half read.
  private let startOffset: Int

  /// Opens a file; `-` is standard input.
  ///
  /// Throws `.noInput` when there is no such file, it may not be read, or it is a directory.
  init(path: String) throws(ZonkeyError) {
    let descriptor = path == "-" ? STDIN_FILENO : try Self.open(path)
    let isOwned = path != "-"
    var status = stat()
    if fstat(descriptor, &status) != 0 {
      let reason = systemMessage(errno)
      if isOwned { close(descriptor) }
      throw .noInput(path: path, reason: reason)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      if isOwned { close(descriptor) }
      throw .noInput(path: path, reason: "is a directory, not a file")
    }
    self.path = path
    self.descriptor = descriptor
    self.isOwned = isOwned
    startOffset = max(0, Int(lseek(descriptor, 0, SEEK_CUR)))
    totalBytes = Self.remainingBytes(status, descriptor)
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  /// Reads what is there, at most the buffer's size; 0 at the end of the file.
  ///
  /// Throws `.io` when the system cannot read on.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int {
    try read(buffer) { systemRead(descriptor, $0, $1) }
  }

  /// Reads from an offset of a regular file, counted from where it was opened; any thread may.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(ZonkeyError) -> Int {
    try read(buffer) { pread(descriptor, $0, $1, off_t(startOffset + offset)) }
  }

  private func read(
    _ buffer: UnsafeMutableRawBufferPointer, _ count: (UnsafeMutableRawPointer, Int) -> Int
  ) throws(ZonkeyError) -> Int {
    guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
    while true {
      let result = count(base, buffer.count)
      if result >= 0 { return result }
      switch errno {
      case EINTR: continue
      case EAGAIN, EWOULDBLOCK:
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&request, 1, -1)
      case let code:
        throw .io(path: path, reason: "cannot be read: " + systemMessage(code))
      }
    }
  }

  /// The size of a regular file in bytes, `nil` for pipes and devices; throws as `init` does.
  static func checkedSize(path: String) throws(ZonkeyError) -> Int? {
    var status = stat()
    let result = path == "-" ? fstat(STDIN_FILENO, &status) : stat(path, &status)
    if result != 0 { throw .noInput(path: path, reason: systemMessage(errno)) }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw .noInput(path: path, reason: "is a directory, not a file")
    }
    return path == "-" ? remainingBytes(status, STDIN_FILENO) : remainingBytes(status, nil)
  }

  private static func open(_ path: String) throws(ZonkeyError) -> Int32 {
    #if canImport(Darwin)
      let opened = { Darwin.open(path, O_RDONLY | O_CLOEXEC) }
    #elseif canImport(Musl)
      let opened = { Musl.open(path, O_RDONLY | O_CLOEXEC) }
    #else
      let opened = { Glibc.open(path, O_RDONLY | O_CLOEXEC) }
    #endif
    while true {
      let descriptor = opened()
      if descriptor >= 0 { return descriptor }
      if errno != EINTR { throw .noInput(path: path, reason: systemMessage(errno)) }
    }
  }

  private static func remainingBytes(_ status: stat, _ descriptor: Int32?) -> Int? {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    let position = descriptor.map { max(0, lseek($0, 0, SEEK_CUR)) } ?? 0
    return max(0, Int(status.st_size) - Int(position))
  }
}

/// A free function, because methods of the same name hide the system's.
private func systemRead(_ descriptor: Int32, _ base: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, base, count)
}
