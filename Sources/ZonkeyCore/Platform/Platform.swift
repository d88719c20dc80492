// The only place that names a C library: whatever needs one imports this module.

#if canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#else
  @_exported import Darwin
#endif

/// Calls of the system in the one form that the whole program uses.
///
/// Interrupted calls go on. Results are the system's: negative for failure, then `errno` says why.
package enum System {
  /// Opens a file; the permissions are for one that is created.
  package static func open(_ path: String, _ flags: Int32, permissions: mode_t = 0) -> Int32 {
    while true {
      let descriptor = withName(path) { cOpen($0, flags, permissions) }
      if descriptor >= 0 || errno != EINTR { return descriptor }
    }
  }

  /// Writes all of the bytes, however the system splits them; returns the error number of what
  /// went wrong, or nil.
  ///
  /// A descriptor that does not block is waited for. After every signal `interrupted` decides by
  /// throwing whether the writing ends there: a full pipe must not hold up Ctrl-C.
  package static func writeAll<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32,
    interrupted: () throws(Failure) -> Void
  ) throws(Failure) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {
      // The kernel writes at most 2 GiB at a time; asking for less keeps every system happy.
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      let count = cWrite(descriptor, part.baseAddress, part.count)
      if count > 0 {
        rest = rest.dropFirst(count)
        continue
      }
      // Nothing written and no error cannot be: better an error than a loop without end.
      let code = count < 0 ? errno : EIO
      switch code {
      case EINTR: break
      case EAGAIN, EWOULDBLOCK: wait(for: descriptor, Int16(POLLOUT))
      default: return code
      }
      try interrupted()
    }
    return nil
  }

  /// The same without a way to end it.
  package static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    writeAll(bytes, to: descriptor) {}
  }

  /// Reads once, into a buffer that has room: from the descriptor's position, or from an offset.
  ///
  /// What may have to be waited for (`waits`) fails with ECANCELED once `stopWaiting` was called.
  package static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int? = nil,
    waits: Bool = false
  ) -> Int {
    // The kernel reads at most 2 GiB at a time, as above.
    let limit = min(buffer.count, 1 << 30)
    while true {
      if waits, Waiting.isStopped(beforeReading: descriptor) {
        errno = ECANCELED
        return -1
      }
      let count =
        offset.map { pread(descriptor, buffer.baseAddress, limit, off_t($0)) }
        ?? cRead(descriptor, buffer.baseAddress, limit)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN, EWOULDBLOCK: wait(for: descriptor, Int16(POLLIN))
      default: return count
      }
    }
  }

  private static func wait(for descriptor: Int32, _ events: Int16) {
    var request = pollfd(fd: descriptor, events: events, revents: 0)
    _ = poll(&request, 1, -1)
  }

  /// The system's words for an error number.
  package static func message(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }

  /// Seconds of a clock that never goes back.
  package static var monotonicSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The processors that are online.
  package static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Seconds since 1970.
  package static var wallClockSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The time as `2026-01-31T12:34:56Z`.
  package static var utcTime: String {
    var (seconds, parts) = (time(nil), tm())
    gmtime_r(&seconds, &parts)
    func digits(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(parts.tm_year + 1900)-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))T"
      + "\(digits(parts.tm_hour)):\(digits(parts.tm_min)):\(digits(parts.tm_sec))Z"
  }

  /// The name of this machine.
  package static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

// Free functions, because methods of the same names hide the system's.

private func cOpen(
  _ path: UnsafePointer<CChar>, _ flags: Int32, _ permissions: mode_t
) -> Int32 {
  open(path, flags, permissions)
}

private func cRead(_ descriptor: Int32, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, base, count)
}

private func cWrite(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, base, count)
}
