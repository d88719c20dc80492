import ZonkeyCore
import ZonkeyPlatform

/// Files that are read more than once: what comes through a pipe is copied to a temporary file.
enum RereadableFile {
  /// The largest copy.
  private static let limitBytes = 1 << 36
  /// How much of a copy tells whether it is anything that could be read: whole blocks of every
  /// compression.
  private static let headBytes = 1 << 20

  /// Calls `body` with a path that can be read again; errors name the file as it was given.
  static func with<Result>(_ path: String, _ body: (String) throws -> Result) throws -> Result {
    if path != "-" && (FileStatus.isRegularFile(path) || !FileStatus.isThere(path)) {
      return try body(path)
    }
    let name = "\(TemporaryDirectory.path)/zk-\(getpid()).tmp"
    let entry = TemporaryFiles.add(name)
    defer {
      System.remove(name)
      TemporaryFiles.forget(entry)
    }
    do {
      try copy(path, to: name)
      return try body(name)
    } catch let error as ZonkeyError {
      throw error.naming(path, for: name)
    }
  }

  /// Copies what a pipe gives, as it is.
  private static func copy(_ path: String, to name: String) throws {
    let file = try File(path: path)
    let descriptor = System.open(
      name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions: 0o600)
    guard descriptor >= 0 else {
      throw ZonkeyError.cannotCreate(
        path: name,
        reason: "cannot create a temporary file: \(System.message(errno)); "
          + "set TMPDIR to another directory")
    }
    defer { close(descriptor) }
    var (buffer, total) = ([UInt8](repeating: 0, count: 1 << 18), 0)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
      if count == 0 { return }
      total += count
      let code = buffer[..<count].withUnsafeBytes { System.writeAll($0, to: descriptor) }
      if let code {
        throw ZonkeyError.io(
          path: TemporaryDirectory.path,
          reason: "cannot write a temporary file: \(System.message(code))")
      }
      if total >= headBytes, total - count < headBytes {
        // What has no end may be nothing at all: that is not copied until the disk is full.
        _ = try LatentsFormat.detect(BufferedInput(ByteStream(path: name)))
      }
      if total > limitBytes {
        throw ZonkeyError.badInput(
          source: path, line: nil, offset: limitBytes, reason: "more than \(limitBytes) bytes")
      }
    }
  }
}

extension ZonkeyError {
  /// The same error with another name for a file.
  fileprivate func naming(_ name: String, for old: String) -> ZonkeyError {
    switch self {
    case .badInput(old, let line, let offset, let reason):
      .badInput(source: name, line: line, offset: offset, reason: reason)
    case .noInput(old, let reason): .noInput(path: name, reason: reason)
    case .badModel(old, let reason): .badModel(path: name, reason: reason)
    case .io(old, let reason): .io(path: name, reason: reason)
    case .otherContent(old, let content, let isText):
      .otherContent(source: name, content: content, isText: isText)
    default: self
    }
  }
}
