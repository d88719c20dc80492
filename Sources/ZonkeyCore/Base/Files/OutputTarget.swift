import ZonkeyPlatform

/// Where an output path leads: to a file that can be replaced, or to something written directly.
enum OutputTarget: Equatable {
  case direct
  /// `old` is the file that is there now.
  case replace(directory: String, name: String, old: Ownership?)

  /// Finds out; throws `cannotCreate` for a directory and for a file that may not be written.
  init(path: String) throws(ZonkeyError) {
    if Self.isDescriptor(path) {
      self = .direct
      return
    }
    guard let status = System.status(path) else {
      // Whatever is wrong with the path beyond "not there", opening will report.
      self = try Self.replacing(Self.end(ofLinks: path), old: nil, path: path)
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      throw .cannotCreate(path: path, reason: "is a directory; give the name of a file in it")
    case S_IFREG:
      // Renaming would also replace a file that its owner has protected.
      guard System.allows(W_OK, path) else {
        throw .cannotCreate(path: path, reason: System.message(errno))
      }
      self = try Self.replacing(
        System.resolved(path) ?? path, old: Ownership(status), path: path)
    default:
      self = .direct
    }
  }

  static func join(_ directory: String, _ name: String) -> String {
    directory.utf8.last == UInt8(ascii: "/") ? directory + name : "\(directory)/\(name)"
  }

  private static func replacing(
    _ file: String, old: Ownership?, path: String
  ) throws(ZonkeyError) -> OutputTarget {
    let (directory, name) = split(file)
    guard !name.isEmpty else {
      throw .cannotCreate(path: path, reason: "is not the name of a file")
    }
    return .replace(directory: directory, name: name, old: old)
  }

  private static func split(_ file: String) -> (directory: String, name: String) {
    let utf8 = file.utf8
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", file) }
    let name = String(file[utf8.index(after: slash)...])
    return (slash == file.startIndex ? "/" : String(file[..<slash]), name)
  }

  /// Where a symbolic link leads, link after link, though nothing lies there.
  private static func end(ofLinks path: String) -> String {
    var place = path
    // As many as the system follows; a ring of links is an error when the file is opened.
    for _ in 0..<40 {
      guard let next = System.link(at: place) else { return place }
      place = next.utf8.first == UInt8(ascii: "/") ? next : join(split(place).directory, next)
    }
    return path
  }

  /// Whether the path names one of the program's own open descriptors.
  ///
  /// These can lead to a regular file that someone else appends to, so it must not be replaced.
  private static func isDescriptor(_ path: String) -> Bool {
    path == "/dev/stdout" || path == "/dev/stderr" || path.hasPrefix("/dev/fd/")
      || path.hasPrefix("/proc/self/fd/")
  }
}

/// Whose a file is, and who may do what with it.
struct Ownership: Equatable {
  private let user: uid_t
  private let group: gid_t
  private let permissions: mode_t

  init(_ status: stat) {
    (user, group) = (status.st_uid, status.st_gid)
    permissions = status.st_mode & 0o7777
  }

  /// Gives them to a new file, as far as the system allows it.
  ///
  /// What lets a program run as its owner or group is only passed to the same owner and group.
  func apply(to descriptor: Int32) {
    // Nobody but root may give a file away; then it stays its maker's.
    _ = fchown(descriptor, user, group)
    var status = stat()
    let isSame =
      fstat(descriptor, &status) == 0 && status.st_uid == user && status.st_gid == group
    // A file system without permissions refuses; the file then stays its owner's alone.
    _ = fchmod(descriptor, isSame ? permissions : permissions & 0o777)
  }
}
