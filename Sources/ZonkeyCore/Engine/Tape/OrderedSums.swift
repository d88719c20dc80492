import Synchronization

/// Adds what chunks computed in the order of the chunks, whatever worker runs them.
///
/// A worker whose turn has not come leaves its share here and goes on; whoever finishes the chunk
/// that all wait for adds the waiting ones too.
final class OrderedSums<Share: Sendable>: @unchecked Sendable {
  private struct State {
    var waiting: [Int: Share] = [:]
    var next = 0
    var adding = false
  }
  private let state = Mutex(State())
  private let add: (Share) -> Void

  /// `add` is never called by two threads at once.
  init(_ add: @escaping (Share) -> Void) { self.add = add }

  func add(_ share: Share, of chunk: Int) {
    let isMine = state.withLock { state in
      state.waiting[chunk] = share
      defer { state.adding = true }
      return !state.adding
    }
    guard isMine else { return }
    while let share = nextWaiting() { add(share) }
  }

  /// The share whose turn it is; when there is none, the next to come will add.
  private func nextWaiting() -> Share? {
    state.withLock { state in
      guard let share = state.waiting.removeValue(forKey: state.next) else {
        state.adding = false
        return nil
      }
      state.next += 1
      return share
    }
  }
}
