import ZonkeyPlatform

/// Where an output path leads: to a file that can be replaced, or to something written directly.
enum OutputTarget: Equatable {
  case direct
  /// `permissions` are those of the file that is there now.
  case replace(directory: String, name: String, permissions: mode_t?)

  /// Finds out; throws `cannotCreate` for a directory and for a file that may not be written.
  init(path: String) throws(ZonkeyError) {
    if Self.isDescriptor(path) {
      self = .direct
      return
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      // Whatever is wrong with the path beyond "not there", opening will report.
      self = try Self.replacing(path, permissions: nil, path: path)
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      throw .cannotCreate(path: path, reason: "is a directory; give the name of a file in it")
    case S_IFREG:
      // Renaming would also replace a file that its owner has protected.
      guard access(path, W_OK) == 0 else {
        throw .cannotCreate(path: path, reason: System.message(errno))
      }
      self = try Self.replacing(
        Self.resolved(path), permissions: status.st_mode & 0o7777, path: path)
    default:
      self = .direct
    }
  }

  static func join(_ directory: String, _ name: String) -> String {
    directory.utf8.last == UInt8(ascii: "/") ? directory + name : "\(directory)/\(name)"
  }

  private static func replacing(
    _ file: String, permissions: mode_t?, path: String
  ) throws(ZonkeyError) -> OutputTarget {
    let utf8 = file.utf8
    let slash = utf8.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { String(file[utf8.index(after: $0)...]) } ?? file
    guard !name.isEmpty else {
      throw .cannotCreate(path: path, reason: "is not the name of a file")
    }
    guard let slash else {
      return .replace(directory: ".", name: name, permissions: permissions)
    }
    let directory = slash == file.startIndex ? "/" : String(file[..<slash])
    return .replace(directory: directory, name: name, permissions: permissions)
  }

  /// Whether the path names one of the program's own open descriptors.
  ///
  /// These can lead to a regular file that someone else appends to, so it must not be replaced.
  private static func isDescriptor(_ path: String) -> Bool {
    path == "/dev/stdout" || path == "/dev/stderr" || path.hasPrefix("/dev/fd/")
      || path.hasPrefix("/proc/self/fd/")
  }

  /// The file that symbolic links lead to.
  private static func resolved(_ path: String) -> String {
    guard let pointer = realpath(path, nil) else { return path }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}
