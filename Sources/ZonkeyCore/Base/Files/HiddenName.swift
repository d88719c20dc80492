import ZonkeyPlatform

/// The hidden files beside an output: `.NAME.PID.tmp` while it is written, `.NAME.lock` for those
/// who want it to themselves.
struct HiddenName {
  let directory: String
  /// The output's name; a very long one leaves no room for the rest, so that its fingerprint
  /// stands in for it.
  private let stem: String

  /// Why there is no file, as the system says it.
  struct Failure: Error {
    let code: Int32
  }

  init(directory: String, name: String) {
    self.directory = directory
    var hasher = FingerprintHasher()
    hasher.update(FileName.bytes(name))
    stem = FileName.bytes(name).count <= 200 ? name : hasher.finish().description
  }

  var lockPath: String { OutputTarget.join(directory, ".\(stem).lock") }

  /// A new hidden file, which a signal removes until its entry is forgotten.
  struct File {
    let descriptor: Int32
    let path: String
    let entry: TemporaryFiles.Entry?
  }

  /// Opens a new file and locks it, which tells others that its process lives.
  func open(isPrivate: Bool) throws(Failure) -> File {
    // A number is added when a killed run, or another thread, has left or has the same name.
    for attempt in 0..<100 {
      let suffix = attempt == 0 ? "" : "-\(attempt)"
      let candidate = OutputTarget.join(directory, ".\(stem).\(getpid())\(suffix).tmp")
      // Remembered first: a signal may come as soon as the file is there. The name has this
      // process's number, so that nobody else's file is meant.
      let entry = TemporaryFiles.add(candidate)
      let descriptor = System.open(
        candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
        permissions: isPrivate ? 0o600 : 0o666)
      if descriptor >= 0 {
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        return File(descriptor: descriptor, path: candidate, entry: entry)
      }
      let code = errno
      TemporaryFiles.forget(entry)
      guard code == EEXIST else { throw Failure(code: code) }
    }
    throw Failure(code: EEXIST)
  }

  /// Removes what processes left that are gone: their number is free and nobody holds the lock.
  func sweep() {
    for name in System.names(in: directory) {
      guard let process = process(of: name), process != getpid(), kill(process, 0) != 0,
        errno == ESRCH
      else { continue }
      let path = OutputTarget.join(directory, name)
      let descriptor = System.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      // One that may not be read belongs to somebody else.
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { System.remove(path) }
      close(descriptor)
    }
  }

  /// The process that a hidden file's name tells; nil for the name of anything else.
  private func process(of name: String) -> pid_t? {
    let (start, end) = (".\(stem).", ".tmp")
    guard name.hasPrefix(start), name.hasSuffix(end), name.utf8.count > start.utf8.count + 4 else {
      return nil
    }
    let parts = name.dropFirst(start.count).dropLast(end.count)
      .split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ $0.allSatisfy(\.isASCIIDigit) }),
      let process = parts.first.flatMap({ pid_t($0) }), process > 0
    else { return nil }
    return process
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}

/// An output that this process has to itself until the object goes, as far as others ask too.
///
/// It is a lock on a hidden file beside it (`.NAME.lock`), which the system takes back whatever
/// ends the process. Where the file system has no locks nobody is kept out.
package final class OutputLock {
  private let descriptor: Int32
  private let path: String
  private let entry: TemporaryFiles.Entry?

  /// Takes the lock; nil where there is nothing to lock: no locks, or no file to replace.
  ///
  /// Throws `cannotCreate` when another process has it, or the place cannot be written to.
  package init?(path output: String) throws(ZonkeyError) {
    guard case .replace(let directory, let name, _) = try OutputTarget(path: output) else {
      return nil
    }
    path = HiddenName(directory: directory, name: name).lockPath
    while true {
      let opened = System.open(
        path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, permissions: 0o600)
      guard opened >= 0 else {
        throw .cannotCreate(
          path: output,
          reason: "cannot create a file in \(directory): \(System.message(errno))")
      }
      if flock(opened, LOCK_EX | LOCK_NB) != 0 {
        let isTaken = errno == EWOULDBLOCK
        close(opened)
        if !isTaken { return nil }
        throw .cannotCreate(
          path: output,
          reason: "another process is writing it; wait for it or name another file")
      }
      // The one who had it may have removed the file between the two calls.
      var status = stat()
      if let named = System.status(path, followingLinks: false), fstat(opened, &status) == 0,
        named.st_ino == status.st_ino, named.st_dev == status.st_dev
      {
        descriptor = opened
        break
      }
      close(opened)
    }
    entry = TemporaryFiles.add(path)
  }

  deinit {
    System.remove(path)
    TemporaryFiles.forget(entry)
    close(descriptor)
  }
}
