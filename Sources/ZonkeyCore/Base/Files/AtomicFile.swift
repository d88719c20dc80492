import ZonkeyPlatform

/// An output file that appears at its path complete or not at all.
///
/// What is written goes to a hidden file beside the path (`.NAME.PID.tmp`); `commit` brings it
/// to the disk and renames it. Whatever ends the program before, the path holds what it held.
/// `discard`, a failure, or letting go of the object removes the hidden file, and so does a
/// signal; one that a killed process left is removed by the next output to the same name. A
/// symbolic link is followed, even to where nothing lies yet, and owner and permissions of the
/// file that is replaced are kept as far as the system allows it.
///
/// Pipes, devices and descriptors (`/dev/null`, `/dev/stdout`, `/dev/fd/3`) cannot be renamed
/// onto: they are written directly. Writes are not buffered. Not for use by two threads at once.
package final class AtomicFile {
  /// The path as the caller gave it, which errors name.
  package let path: String
  private let target: OutputTarget
  private var descriptor: Int32
  /// The hidden file, while there is one to remove.
  private var temporary: (path: String, entry: TemporaryFiles.Entry?)?
  /// The first thing that went wrong, given again to every later call.
  private var failure: ZonkeyError?

  /// Opens the output; throws `cannotCreate` when the place cannot be written to.
  package init(path: String) throws(ZonkeyError) {
    self.path = path
    target = try OutputTarget(path: path)
    switch target {
    case .direct:
      descriptor = System.open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
      if descriptor < 0 { throw .cannotCreate(path: path, reason: System.message(errno)) }
    case .replace(let directory, let name, let old):
      let hidden = HiddenName(directory: directory, name: name)
      hidden.sweep()
      let file: HiddenName.File
      do {
        file = try hidden.open(isPrivate: old != nil)
      } catch {
        throw .cannotCreate(
          path: path, reason: "cannot create a file in \(directory): \(System.message(error.code))")
      }
      descriptor = file.descriptor
      temporary = (file.path, file.entry)
      old?.apply(to: descriptor)
    }
  }

  deinit { discard() }

  /// Writes all the bytes; throws `io` when the device is full or fails.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(ZonkeyError) {
    if let failure { throw failure }
    precondition(descriptor >= 0, "written to after commit or discard")
    if let code = System.writeAll(bytes, to: descriptor) { throw fail("cannot write", code) }
  }

  /// Writes all the bytes; throws as the other `write` does.
  package func write(_ bytes: [UInt8]) throws(ZonkeyError) {
    try bytes.withUnsafeBufferPointer { buffer throws(ZonkeyError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Ends the file: its bytes reach the disk, then the path names it.
  ///
  /// Throws `io`; the path then holds what it held before, unless only the last step failed,
  /// which is to bring the new name to the disk.
  package func commit() throws(ZonkeyError) {
    if let failure { throw failure }
    precondition(descriptor >= 0, "committed after commit or discard")
    if temporary != nil, !syncFile(descriptor) { throw fail("cannot write", errno) }
    if case .replace(let directory, let name, _) = target, let temporary {
      // Renamed while it is open, and so locked: nobody takes it for one that was left.
      if !System.move(temporary.path, to: OutputTarget.join(directory, name)) {
        throw fail("cannot put the new file in place", errno)
      }
      TemporaryFiles.forget(temporary.entry)
      self.temporary = nil
    }
    let closed = close(descriptor)
    descriptor = -1
    // After EINTR it is closed all the same.
    if closed != 0 && errno != EINTR { throw fail("cannot write", errno) }
    if case .replace(let directory, _, _) = target, !syncDirectory(directory) {
      throw fail("cannot write its directory", errno)
    }
  }

  /// Gives the output up: the path keeps what it held. Does nothing after `commit`.
  package func discard() {
    if let temporary {
      System.remove(temporary.path)
      TemporaryFiles.forget(temporary.entry)
    }
    temporary = nil
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    if failure == nil {
      failure = .io(path: path, reason: "the output is closed")
    }
  }

  private func fail(_ what: String, _ code: Int32) -> ZonkeyError {
    let advice =
      switch code {
      case ENOSPC, EDQUOT: "; free some space or write to another place"
      case EFBIG: "; raise the limit on the size of files (ulimit -f)"
      default: ""
      }
    let error = ZonkeyError.io(path: path, reason: "\(what): \(System.message(code))\(advice)")
    failure = error
    discard()
    return error
  }
}

/// Brings a file to the disk; true also where the file system has no such thing.
private func syncFile(_ descriptor: Int32) -> Bool {
  while fsync(descriptor) != 0 {
    if errno == EINTR { continue }
    return errno == EINVAL || errno == ENOTSUP
  }
  return true
}

/// Brings a directory to the disk; one that may be written but not read is left to the system.
private func syncDirectory(_ path: String) -> Bool {
  let descriptor = System.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  if descriptor < 0 { return true }
  let synced = syncFile(descriptor)
  let code = errno
  close(descriptor)
  errno = code
  return synced
}
