import ZonkeyEngine

/// Work in rounds: as many items as there are at once, cut into batches of consecutive items that
/// workers share out. Results come in the order of the items, whatever worker made them.
package enum Rounds {
  /// A round ends at so many bytes of text; the first is small, each later one up to twice the one
  /// before, so that a first answer does not wait for a full round.
  package static let firstBytes = 1 << 12
  package static let fullBytes = 1 << 18
  /// An item of so many bytes is worked on alone, by all workers, where its parts can be shared
  /// out: a round has too few of them for that.
  package static let longBytes = 1 << 15
  /// A batch ends at so many bytes: enough for fast products, few enough to share out evenly.
  private static let batchBytes = 1 << 13

  /// Calls `body` for every batch of a round, with the number of its first item; the numbers of
  /// neighbours are `step` apart.
  package static func outputs<Item: Sendable, Output: Sendable>(
    of items: [Item], firstNumber: Int, step: Int = 1, bytes: (Item) -> Int, workers: Int,
    batch: Int,
    _ body: (_ worker: Int, _ items: ArraySlice<Item>, _ firstNumber: Int) -> [Output]
  ) -> [Output] {
    let batches = batches(of: items, bytes: bytes, batch: batch)
    let results = ResultSlots<[Output]>(count: batches.count, initial: [])
    Workers(count: workers).run(batches.count) { worker, piece in
      let range = batches[piece]
      results[piece] = body(worker, items[range], firstNumber + step * range.lowerBound)
    }
    return batches.indices.flatMap { results[$0] }
  }

  private static func batches<Item>(
    of round: [Item], bytes: (Item) -> Int, batch: Int
  ) -> [Range<Int>] {
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
