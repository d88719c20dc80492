import ZonkeyCore

/// One reader, workers on all cores, one ordered writer.
///
/// Items are read in rounds that hold as many as there are at once: a single typed line is answered
/// before the next is read, a fast input fills rounds of bounded size, small ones first, so that
/// `head -1` need not wait for a full one. Results leave in the order of the input.
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
  /// How far apart the numbers of neighbours are.
  var step = 1
  /// Whether an item is so long that it is worked on alone.
  var isLong: (Item) -> Bool = { _ in false }

  private struct Round {
    var items: [Item] = []
    /// The long item that ended it.
    var long: Item?
    /// The error that ended it, not what was read before.
    var failure: (any Error)?
  }

  /// Calls `body` for every batch, with the number of its first item from `first` on, and `write`
  /// with the results of one round after another; and `long` for every long item in its turn.
  func run(
    from first: Int = 1,
    _ body: (_ worker: Int, _ items: ArraySlice<Item>, _ firstNumber: Int) -> [Output],
    write: (_ outputs: [Output], _ items: [Item]) throws -> Void,
    long: (_ item: Item, _ number: Int) throws -> Void = { _, _ in }
  ) throws {
    var (number, limit) = (first, Rounds.firstBytes)
    while true {
      let round = nextRound(limit)
      if !round.items.isEmpty {
        let outputs = Rounds.outputs(
          of: round.items, firstNumber: number, step: step, bytes: bytes, workers: workers,
          batch: batch, body)
        try write(outputs, round.items)
        number += step * round.items.count
      }
      if let item = round.long {
        try long(item, number)
        number += step
      }
      if let failure = round.failure { throw failure }
      if round.items.isEmpty && round.long == nil { return }
      limit = min(2 * limit, Rounds.fullBytes)
    }
  }

  /// The items that are there at once.
  private func nextRound(_ limit: Int) -> Round {
    var (round, sum) = (Round(), 0)
    do {
      while sum < limit, round.items.isEmpty || hasWaiting(), let item = try next() {
        if isLong(item) {
          round.long = item
          break
        }
        round.items.append(item)
        // An empty document takes memory too.
        sum += bytes(item) + 16
      }
    } catch {
      round.failure = error
    }
    return round
  }
}
