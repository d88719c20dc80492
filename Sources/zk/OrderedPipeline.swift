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

  /// Calls `body` for every batch, with the number of its first item from `first` on, and `write`
  /// with the results of one round after another.
  func run(
    from first: Int = 1,
    _ body: (_ worker: Int, _ items: ArraySlice<Item>, _ firstNumber: Int) -> [Output],
    write: (_ outputs: [Output], _ items: [Item]) throws -> Void
  ) throws {
    var (number, limit) = (first, Rounds.firstBytes)
    var failure: (any Error)?
    while failure == nil {
      var round: [Item] = []
      (round, failure) = nextRound(limit)
      if round.isEmpty { break }
      let outputs = Rounds.outputs(
        of: round, firstNumber: number, bytes: bytes, workers: workers, batch: batch, body)
      try write(outputs, round)
      number += round.count
      limit = min(2 * limit, Rounds.fullBytes)
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
}
