import Synchronization

/// Adds what chunks computed in the order of the chunks, whatever worker runs them.
///
/// A worker whose turn has not come leaves its share here and goes on; whoever finishes the chunk
/// that all wait for adds the waiting ones too.
final class OrderedSums: @unchecked Sendable {
  private struct State {
    var waiting: [Int: BlockPool.Memory] = [:]
    var next = 0
    var adding = false
  }
  private let state = Mutex(State())
  private let add: (BlockPool.Memory) -> Void

  /// `add` is never called by two threads at once.
  init(_ add: @escaping (BlockPool.Memory) -> Void) { self.add = add }

  func add(_ memory: BlockPool.Memory, of chunk: Int) {
    let isMine = state.withLock { state in
      state.waiting[chunk] = memory
      defer { state.adding = true }
      return !state.adding
    }
    guard isMine else { return }
    while let memory = nextWaiting() { add(memory) }
  }

  /// The share whose turn it is; when there is none, the next to come will add.
  private func nextWaiting() -> BlockPool.Memory? {
    state.withLock { state in
      guard let memory = state.waiting.removeValue(forKey: state.next) else {
        state.adding = false
        return nil
      }
      state.next += 1
      return memory
    }
  }
}
