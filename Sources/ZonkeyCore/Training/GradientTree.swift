import ZonkeyEngine
import ZonkeyKernels

/// Sums the gradients of an update's batches in a binary tree over their numbers.
///
/// A node adds the sum of its first 2^k batches, with the largest k that leaves some, to that of the
/// others. So the sum is the same to the bit however the batches are shared among ranks: each has a
/// run of neighbours and sums what lies in it; where a node's halves are on two ranks the second
/// half's rank sends its sum to the first's. Rank 0 has the whole in the end.
package struct GradientTree {
  /// Runs a batch, and adds its gradients to a store that is clear.
  package typealias Leaf = (_ batch: Int, _ gradients: ParameterStore) throws -> Void

  private let batches: Int
  private let exchange: any GradientExchange
  private let workers: Workers

  /// Floats in a message: large enough for the speed of the line, small enough to be no burden.
  private static let messageLength = 1 << 20

  /// `batches` must be at least as many as there are ranks.
  package init(batches: Int, exchange: any GradientExchange, workers: Workers) {
    self.batches = batches
    self.exchange = exchange
    self.workers = workers
  }

  /// The rank that runs a batch.
  private func owner(_ batch: Int) -> Int { batch * exchange.count / batches }

  /// Runs this rank's batches; on rank 0 `gradients` becomes the mean over all batches. `spares` is
  /// memory for partial sums, which grows as it must.
  package func run(
    into gradients: ParameterStore, spares: inout [ParameterStore], _ leaf: Leaf
  ) throws {
    try sum(0..<batches, into: gradients, depth: 0, &spares, leaf)
    guard batches > 1, exchange.isFirst else { return }
    let share = 1 / Float(batches)
    gradients.forEachRun(on: workers) { _, range in
      for i in range { gradients.values[i] *= share }
    }
  }

  private func isOwn(_ batch: Int) -> Bool { owner(batch) == exchange.rank }

  private func sum(
    _ range: Range<Int>, into store: ParameterStore, depth: Int, _ spares: inout [ParameterStore],
    _ leaf: Leaf
  ) throws {
    guard owner(range.lowerBound) <= exchange.rank, owner(range.upperBound - 1) >= exchange.rank
    else { return }
    if range.count == 1 {
      store.clear()
      return try leaf(range.lowerBound, store)
    }
    let middle = range.lowerBound + Self.largestPower(below: range.count)
    try sum(range.lowerBound..<middle, into: store, depth: depth + 1, &spares, leaf)
    if isOwn(range.lowerBound) && isOwn(middle) {
      while spares.count <= depth { spares.append(ParameterStore(count: store.count)) }
      let spare = spares[depth]
      try sum(middle..<range.upperBound, into: spare, depth: depth + 1, &spares, leaf)
      store.forEachRun(on: workers) { _, range in
        let at = range.lowerBound
        zk_axpy(1, spare.values + at, store.values + at, range.count)
      }
      return
    }
    // A rank's batches are neighbours: what it had of the first half has been sent.
    try sum(middle..<range.upperBound, into: store, depth: depth + 1, &spares, leaf)
    if isOwn(range.lowerBound) {
      try receive(addingTo: store, from: owner(middle))
    } else if isOwn(middle) {
      try send(store, to: owner(range.lowerBound))
    }
  }

  private func send(_ store: ParameterStore, to rank: Int) throws {
    for first in stride(from: 0, to: store.count, by: Self.messageLength) {
      let count = min(Self.messageLength, store.count - first)
      try exchange.send(
        UnsafeRawBufferPointer(UnsafeBufferPointer(start: store.values + first, count: count)),
        to: rank)
    }
  }

  private func receive(addingTo store: ParameterStore, from rank: Int) throws {
    let message = ParameterStore(count: min(Self.messageLength, store.count))
    for first in stride(from: 0, to: store.count, by: Self.messageLength) {
      let count = min(Self.messageLength, store.count - first)
      try exchange.receive(
        UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(start: message.values, count: count)), from: rank)
      zk_axpy(1, message.values, store.values + first, count)
    }
  }

  /// 2^k < `count`, which is at least 2.
  private static func largestPower(below count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }
}

extension GradientExchange {
  /// Gives every rank the numbers of rank 0.
  func broadcast(_ store: ParameterStore) throws {
    try broadcast(
      UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(start: store.values, count: store.count)))
  }
}
