import Synchronization
import ZonkeyPlatform

/// The signals that ask the run to end: SIGINT, SIGTERM and SIGHUP, which a terminal sends when it
/// goes.
///
/// The first one ends the process at once, wherever it waits, and temporary files are removed. While
/// a run has something to save (`leavesTimeToSave`) it is only noted, and waiting for input ends, so
/// that the loop that looks at `pending` comes to it; then a second one ends the process, unless it
/// follows the first so closely that it is the same request: `timeout`, for one, signals a process
/// and then its group. SIGPIPE and SIGXFSZ are ignored: a write then fails with EPIPE or EFBIG.
enum Signals {
  /// Zero, or the number of the signal that came. Lock-free, so the handler may store to it.
  private static let noted = Atomic<Int32>(0)

  /// When it came, in nanoseconds of the monotonic clock.
  private static let notedAt = Atomic<Int>(0)

  private static let isSaving = Atomic<Bool>(false)

  /// Whether the run has something to save when a signal comes.
  static var leavesTimeToSave: Bool {
    get { isSaving.load(ordering: .relaxed) }
    set {
      if newValue { Waiting.prepare() }
      isSaving.store(newValue, ordering: .relaxed)
    }
  }

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
    // All are touched here, so that no initialiser can run for the first time in the handler.
    noted.store(0, ordering: .relaxed)
    notedAt.store(0, ordering: .relaxed)
    isSaving.store(false, ordering: .relaxed)
    TemporaryFiles.prepare()
    Waiting.touch()
    ZonkeyPlatform.signal(SIGPIPE, SIG_IGN)
    ZonkeyPlatform.signal(SIGXFSZ, SIG_IGN)
    for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) {
      var action = sigaction()
      // No SA_RESTART: a blocked read or write returns, and its loop looks at `pending`.
      action.sa_flags = 0
      action.__sigaction_handler.sa_handler = { Signals.note($0) }
      sigaction(signal, &action, nil)
    }
  }

  /// True for a signal that the parent has switched off, as a shell does for background jobs and
  /// `nohup` for SIGHUP.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var current = sigaction()
    guard sigaction(signal, nil, &current) == 0 else { return false }
    let handler = unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self)
    return handler == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Runs inside the handler: atomics, the clock, `unlink`, `write` and `_exit` are all it may use.
  fileprivate static func note(_ signal: Int32) {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = time.tv_sec * 1_000_000_000 + time.tv_nsec
    let (_, first) = notedAt.compareExchange(expected: 0, desired: now, ordering: .relaxed)
    noted.store(signal, ordering: .relaxed)
    let isAnother = first != 0 && now - first > 100_000_000
    if isAnother || !leavesTimeToSave {
      TemporaryFiles.removeAll()
      _exit(128 + signal)
    }
    Waiting.stop()
  }
}
