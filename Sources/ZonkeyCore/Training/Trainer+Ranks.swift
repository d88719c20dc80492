import ZonkeyBase
import ZonkeyEngine
import ZonkeyModel

/// What a rank would do before an update; the largest vote of all ranks holds for all.
package enum RunVote: Int64 {
  case goOn
  /// The corpus has no more batches.
  case usedUp
  /// Time or steps are over.
  case over
  /// A signal asked for the end.
  case stopped
  /// The rank cannot go on.
  case failed
}

extension Trainer {
  /// The beginning of a run of several ranks: compares what they are to do, and gives all of them
  /// the weights of rank 0.
  ///
  /// Throws `badConfiguration` on every rank when they differ or there are more than batches.
  package func meet() throws {
    guard exchange.count > 1 else { return }
    let accumulate = configuration.departures.accumulate
    var hasher = FingerprintHasher()
    hasher.update(configuration.json.serialised(sortedKeys: true))
    hasher.update((state.teacher ?? "").utf8)
    let (step, bytes) = (state.step, state.bytes)
    for number in [exchange.count, step, bytes, Int(truncatingIfNeeded: state.seed)] {
      hasher.update(number)
    }
    guard try isCommon(hasher.finish(), with: []).isCommon else {
      throw ZonkeyError.badConfiguration(
        key: "of ranks",
        reason: "not all have the same settings, seed and checkpoint; start all with the same "
          + "arguments and files")
    }
    guard accumulate >= exchange.count else {
      throw ZonkeyError.badConfiguration(
        key: "accumulate",
        reason: "is \(accumulate), too few batches for \(exchange.count) ranks; set it to a "
          + "multiple of \(exchange.count) or start fewer")
    }
    try exchange.broadcast(weights)
  }

  /// What all ranks do next; every rank calls it before each update, with the update that it has
  /// drawn if it goes on.
  ///
  /// Throws `badInput` on every rank when they have drawn different texts.
  package func agree(_ vote: RunVote, on update: [[Crop]]?) throws -> RunVote {
    guard exchange.count > 1 else { return vote }
    var hasher = FingerprintHasher()
    for crop in (update ?? []).joined() {
      hasher.update(crop.complete ? crop.bytes.count : ~crop.bytes.count)
      hasher.update(crop.bytes)
    }
    let (isCommon, votes) = try isCommon(hasher.finish(), with: [vote.rawValue])
    guard let agreed = votes.first.flatMap({ RunVote(rawValue: $0) }) else { return .failed }
    guard agreed != .goOn || isCommon else {
      throw ZonkeyError.badInput(
        source: "corpus", line: nil, offset: nil,
        reason: "the ranks have read different texts for step \(state.step + 1); give all of them "
          + "the same files")
    }
    return agreed
  }

  /// A rank's share of an update on documents that `nextUpdate` gave, for those that are not the
  /// first. Throws `diverged` where rank 0 does.
  package func help(on batches: [[Crop]]) throws {
    _ = try run(batches, stage: stage)
    if try exchange.largest([0]) != [0] {
      throw ZonkeyError.diverged(step: state.step, reason: "the first rank tells why")
    }
    try exchange.broadcast(weights)
    state.step += 1
    state.bytes += batches.joined().reduce(0) { $0 + $1.bytes.count }
  }

  /// Whether all ranks have the same fingerprint, and the largest of other numbers.
  private func isCommon(
    _ fingerprint: Fingerprint, with numbers: [Int64]
  ) throws -> (isCommon: Bool, largest: [Int64]) {
    let number = Int64(bitPattern: fingerprint.value)
    let largest = try exchange.largest(numbers + [number, ~number])
    guard largest.count == numbers.count + 2 else { return (false, []) }
    return (largest[numbers.count] == ~largest[numbers.count + 1], largest.dropLast(2))
  }

  /// Runs this rank's batches and sums the gradients; rank 0 has the mean in `gradients` then, and
  /// the results of all batches in their order.
  func run(_ batches: [[Crop]], stage: TrainingStage) throws -> [TrainingStep.Result] {
    let tree = GradientTree(batches: batches.count, exchange: exchange, workers: tape.workers)
    var results: [TrainingStep.Result] = []
    try tree.run(into: gradients, spares: &partialSums) { index, gradients in
      results.append(
        run(batches[index], number: state.step * batches.count + index, stage, gradients))
    }
    guard exchange.isFirst else {
      try exchange.send(list: results.flatMap(\.words), to: 0)
      return results
    }
    for rank in 0..<exchange.count where rank > 0 {
      guard let list = try exchange.receiveList(from: rank) else { throw Self.unreadable(rank) }
      var words = list[...]
      while !words.isEmpty {
        guard let result = TrainingStep.Result(&words) else { throw Self.unreadable(rank) }
        results.append(result)
      }
    }
    guard results.count == batches.count else { throw Self.unreadable(exchange.count - 1) }
    return results
  }

  private static func unreadable(_ rank: Int) -> ZonkeyError {
    .io(path: "rank \(rank)", reason: "what it sent is no result of a batch; is it the same zk?")
  }
}
