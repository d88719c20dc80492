import Dispatch
import Synchronization

/// A fixed number of workers that share out numbered pieces of work.
///
/// Pieces are handed out in rising order; which worker gets which piece is open, so whatever a
/// piece computes must depend on its number alone.
package struct Workers: Sendable {
  package let count: Int

  package init(count: Int) { self.count = max(1, count) }

  /// Calls `body` for runs of at most `length` neighbours of a range, which are numbered in order;
  /// returns when all are done.
  package func forEachRun(
    of range: Range<Int>, length: Int,
    _ body: (_ worker: Int, _ number: Int, _ run: Range<Int>) -> Void
  ) {
    run((range.count + length - 1) / length) { worker, number in
      let first = range.lowerBound + number * length
      body(worker, number, first..<min(first + length, range.upperBound))
    }
  }

  /// Calls `body(worker, piece)` for every piece; returns when all are done.
  package func run(_ pieces: Int, _ body: (_ worker: Int, _ piece: Int) -> Void) {
    let workers = min(count, pieces)
    guard workers > 1 else {
      for piece in 0..<max(0, pieces) { body(0, piece) }
      return
    }
    let next = Atomic<Int>(0)
    withoutActuallyEscaping(body) { body in
      // Every call has its own worker and piece; what the pieces share is the caller's to order.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        while true {
          let piece = next.add(1, ordering: .relaxed).oldValue
          if piece >= pieces { return }
          body(worker, piece)
        }
      }
    }
  }
}
