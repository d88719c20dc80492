import Glibc
import Synchronization

/// The signals that ask the run to end, noted for the loops that look.
///
/// SIGINT and SIGTERM only set a flag, so a checkpoint or a document in hand can be completed. A
/// second one ends the process at once. SIGPIPE is ignored: a write then fails with EPIPE.
enum Signals {
  /// Zero, or the number of the signal that came. Lock-free, so the handler may store to it.
  private static let noted = Atomic<Int32>(0)

  /// The signal that asked the run to end, if one came.
  static var pending: Int32? {
    let signal = noted.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// Throws `Interruption` when a signal has come.
  static func check() throws {
    if let signal = pending { throw Interruption(signal: signal) }
  }

  static func install() {
    // Touched here, so that no initialiser can run for the first time inside the handler.
    noted.store(0, ordering: .relaxed)
    Glibc.signal(SIGPIPE, SIG_IGN)
    for signal in [SIGINT, SIGTERM] where !isIgnored(signal) {
      var action = sigaction()
      // No SA_RESTART: a blocked read or write returns, and its loop looks at `pending`.
      action.sa_flags = 0
      action.__sigaction_handler.sa_handler = { Signals.note($0) }
      sigaction(signal, &action, nil)
    }
  }

  /// True for a signal that the parent has switched off, as a shell does for background jobs.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var current = sigaction()
    guard sigaction(signal, nil, &current) == 0 else { return false }
    let handler = unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self)
    return handler == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Runs inside the handler: an atomic exchange and `_exit` are all it may do.
  fileprivate static func note(_ signal: Int32) {
    if noted.exchange(signal, ordering: .relaxed) != 0 { _exit(128 + signal) }
  }
}
