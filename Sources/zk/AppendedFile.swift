import ZonkeyCore
import ZonkeyPlatform

/// A file that grows at its end; what is appended is visible at once.
final class AppendedFile {
  private let descriptor: Int32
  private let path: String

  /// Opens a file, which is created when it is not there; throws `cannotCreate`.
  init(path: String) throws {
    self.path = path
    descriptor = System.open(
      path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, permissions: 0o644)
    if descriptor < 0 {
      throw ZonkeyError.cannotCreate(path: path, reason: System.message(errno))
    }
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes {
      try DescriptorWriter(descriptor: descriptor, name: path).writeAll($0)
    }
  }
}

/// A folder for files of a run.
enum Folder {
  /// Creates a folder unless it is there; those above it must be. Throws `cannotCreate`.
  static func create(_ path: String) throws {
    guard System.withName(path, { mkdir($0, 0o777) }) < 0 else { return }
    let code = errno
    if code == EEXIST, let status = System.status(path), status.st_mode & S_IFMT == S_IFDIR {
      return
    }
    throw ZonkeyError.cannotCreate(path: path, reason: System.message(code))
  }
}
