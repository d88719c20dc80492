import Dispatch
import Synchronization
import ZonkeyPlatform

/// A clock that stands while the process is stopped or the machine sleeps.
///
/// Nothing tells a process that it was stopped (SIGSTOP cannot be noticed, SIGCONT comes before it
/// runs again or not at all). So a thread beats several times a second: the time between two beats
/// that lie far apart passed without the process.
final class TrainingClock: Sendable {
  private struct State {
    var lastBeat: Double
    var paused = 0.0
  }

  private static let beatSeconds = 0.25
  /// A longer gap is a pause; on a machine that is very busy a beat comes late too.
  private static let pauseSeconds = 2.0

  private let state: Mutex<State>
  private let now: @Sendable () -> Double

  /// The clock can be replaced for tests, which then beat themselves.
  init(now: @escaping @Sendable () -> Double = { System.monotonicSeconds }) {
    self.now = now
    state = Mutex(State(lastBeat: now()))
  }

  /// Begins to beat; the thread ends with the object.
  func start() {
    DispatchQueue(label: "zk.clock").async { [weak self] in
      while let clock = self {
        clock.beat()
        usleep(useconds_t(Self.beatSeconds * 1e6))
      }
    }
  }

  /// Notes that the process runs.
  func beat() { _ = seconds }

  /// Seconds since some moment, without those of pauses.
  var seconds: Double {
    state.withLock { state in
      let time = now()
      let gap = time - state.lastBeat
      if gap > Self.pauseSeconds { state.paused += gap - Self.beatSeconds }
      state.lastBeat = max(state.lastBeat, time)
      return time - state.paused
    }
  }
}
