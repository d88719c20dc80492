import ZonkeyCore

/// One reader, workers on all cores, one ordered writer.
///
/// Items are read in rounds that hold as many as there are at once: a single typed line is answered
/// before the next is read, a fast input fills rounds of bounded size, small ones first, so that
/// `head -1` need not wait for a full one. A round is cut into batches of consecutive items, which
/// the workers share out. Results leave in the order of the input, whatever worker made them.
struct OrderedPipeline<Item: Sendable, Output: Sendable> {
  /// The next item, nil at the end.
  let next: () throws -> Item?
  /// Whether the next item is likely there without waiting.
  let hasWaiting: () -> Bool
  /// An item's share of a round and a batch, in bytes of text.
  let bytes: (Item) -> Int
  let workers: Int
  /// The most items in a batch.
  let batch: Int

  /// A round ends at so many bytes; the first rounds are smaller.
  private let roundBytes = 1 << 18
  private let firstRoundBytes = 1 << 12
  /// A batch ends at so many bytes: enough for fast products, few enough to share out evenly.
  private let batchBytes = 1 << 13

  /// Calls `body` for every batch, with the number of its first item from 1, and `write` with the
  /// results of one round after another.
  func run(
    _ body: (_ worker: Int, _ items: ArraySlice<Item>, _ firstNumber: Int) -> [Output],
    write: (_ outputs: [Output], _ items: [Item]) throws -> Void
  ) throws {
    let pool = Workers(count: workers)
    var (number, limit) = (1, firstRoundBytes)
    var failure: (any Error)?
    while failure == nil {
      var round: [Item] = []
      (round, failure) = nextRound(limit)
      if round.isEmpty { break }
      let batches = batches(of: round)
      let results = ResultSlots<[Output]>(count: batches.count, initial: [])
      let (first, items) = (number, round)
      pool.run(batches.count) { worker, piece in
        let range = batches[piece]
        results[piece] = body(worker, items[range], first + range.lowerBound)
      }
      try write(batches.indices.flatMap { results[$0] }, items)
      try Signals.check()
      number += items.count
      limit = min(2 * limit, roundBytes)
    }
    if let failure { throw failure }
  }

  /// The items that are there at once; an error ends the round, not what was read before it.
  private func nextRound(_ limit: Int) -> ([Item], (any Error)?) {
    var (round, sum) = ([Item](), 0)
    do {
      while sum < limit, round.isEmpty || hasWaiting(), let item = try next() {
        round.append(item)
        // An empty document takes memory too.
        sum += bytes(item) + 16
      }
      return (round, nil)
    } catch {
      return (round, error)
    }
  }

  private func batches(of round: [Item]) -> [Range<Int>] {
    var (batches, first, sum) = ([Range<Int>](), 0, 0)
    for (index, item) in round.enumerated() {
      sum += bytes(item)
      if sum >= batchBytes || index + 1 - first >= batch {
        batches.append(first..<index + 1)
        (first, sum) = (index + 1, 0)
      }
    }
    if first < round.count { batches.append(first..<round.count) }
    return batches
  }
}

/// One result for each piece of a round; pieces write to their own places only.
final class ResultSlots<Value: Sendable>: @unchecked Sendable {
  private let slots: UnsafeMutablePointer<Value>
  private let count: Int

  init(count: Int, initial: Value) {
    self.count = count
    slots = .allocate(capacity: count)
    slots.initialize(repeating: initial, count: count)
  }

  deinit {
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  subscript(index: Int) -> Value {
    get { slots[index] }
    set { slots[index] = newValue }
  }
}
