import Synchronization

/// Ends waiting for input when a signal asks the run to end.
///
/// A run that has something to save when it ends reads pipes only when they have something, and
/// waits for them and for the signal at once.
package enum Waiting {
  /// The two ends of a pipe that becomes readable when waiting is to end; -1 without one.
  private static let readEnd = Atomic<Int32>(-1)
  private static let writeEnd = Atomic<Int32>(-1)

  /// Makes `stop` possible; without the descriptors for it, waiting goes on as long as it must.
  package static func prepare() {
    var ends: [Int32] = [-1, -1]
    guard readEnd.load(ordering: .relaxed) < 0, pipe(&ends) == 0 else { return }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    writeEnd.store(ends[1], ordering: .relaxed)
    readEnd.store(ends[0], ordering: .releasing)
  }

  /// Makes what `stop` looks at, which a handler must not do.
  package static func touch() { _ = writeEnd.load(ordering: .relaxed) }

  /// Ends all waiting, now and later. A signal's handler may call it.
  package static func stop() {
    let end = writeEnd.load(ordering: .relaxed)
    if end >= 0 { _ = write(end, "x", 1) }
  }

  /// Waits until a descriptor has something to read; true when waiting was ended before.
  static func isStopped(beforeReading descriptor: Int32) -> Bool {
    let end = readEnd.load(ordering: .acquiring)
    guard end >= 0 else { return false }
    while true {
      var requests = [
        pollfd(fd: end, events: Int16(POLLIN), revents: 0),
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let count = poll(&requests, nfds_t(requests.count), -1)
      if count > 0 { return requests[0].revents != 0 }
      if count < 0 && errno != EINTR { return false }
    }
  }
}
