#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file open for reading from start to end; closed when it goes out of use.
struct InputFile: ~Copyable {
  private let descriptor: Int32
  private let path: String
  /// What the file system says; 0 for pipes and devices.
  let sizeBytes: Int

  /// Opens a file; throws `noInput` when it is missing, not allowed, or a directory.
  init(path: String) throws(ZonkeyError) {
    var descriptor: Int32
    repeat { descriptor = open(path, O_RDONLY | O_CLOEXEC) } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else {
      throw .noInput(path: path, reason: "cannot open: \(systemMessage(errno))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw .noInput(path: path, reason: "is a directory; give the file in it")
    }
    self.descriptor = descriptor
    self.path = path
    sizeBytes = status.st_mode & S_IFMT == S_IFREG ? max(0, Int(status.st_size)) : 0
  }

  deinit { close(descriptor) }

  /// Up to `count` bytes; fewer only at the end of the file. Throws `io` for a failing device.
  func read(upTo count: Int) throws(ZonkeyError) -> [UInt8] {
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let place = UnsafeMutableBufferPointer(rebasing: buffer[filled...])
        let got = systemRead(descriptor, UnsafeMutableRawBufferPointer(place))
        if got > 0 { filled += got }
        if got == 0 { break }
        if got < 0 && errno != EINTR {
          code = errno
          break
        }
      }
    }
    if code != 0 { throw .io(path: path, reason: "cannot read: \(systemMessage(code))") }
    return bytes
  }

  /// Everything from here on, after `start`, which was read before.
  func readAll(after start: [UInt8]) throws(ZonkeyError) -> [UInt8] {
    var bytes = start
    bytes.reserveCapacity(max(sizeBytes, start.count))
    while true {
      let piece = try read(upTo: 1 << 20)
      if piece.isEmpty { return bytes }
      bytes.append(contentsOf: piece)
    }
  }
}

// Free functions, because methods of the same names hide the system's.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  // The kernel reads at most 2 GiB at a time; asking for less keeps every system happy.
  read(descriptor, buffer.baseAddress, min(buffer.count, 1 << 30))
}
