import TestSupport
import Testing
import ZonkeyCore

/// Updates from several batches, on one rank or shared among several.
@Suite struct RanksTests {
  // MARK: The tree

  private static let length = 200

  /// Numbers of very different sizes: another order of additions gives another sum.
  private static func leaf(_ batch: Int, _ store: ParameterStore) {
    var numbers = SeededNumbers(UInt64(batch + 1))
    for i in 0..<length {
      store.values[i] += Float((numbers.uniform() - 0.5) * (batch % 3 == 1 ? 1e6 : 1))
    }
  }

  private static func leaf(_ batch: Int) -> [Float] {
    let store = ParameterStore(count: length)
    leaf(batch, store)
    return (0..<length).map { store.values[$0] }
  }

  /// The sum as the tree is defined, on its own.
  private func sum(_ range: Range<Int>) -> [Float] {
    if range.count == 1 { return Self.leaf(range.lowerBound) }
    var power = 1
    while 2 * power < range.count { power *= 2 }
    let middle = range.lowerBound + power
    return zip(sum(range.lowerBound..<middle), sum(middle..<range.upperBound)).map { $0 + $1 }
  }

  @Test(arguments: 1...9) func theTreeIsTheSameForAnyNumberOfRanks(batches: Int) async throws {
    let expected = sum(0..<batches).map { $0 * (1 / Float(batches)) }
    if batches > 3 {
      let plain = (1..<batches).map { Self.leaf($0) }.reduce(Self.leaf(0)) {
        zip($0, $1).map { $0 + $1 }
      }
      // The numbers are such that the order matters.
      #expect(plain != sum(0..<batches))
    }
    for ranks in 1...batches {
      let sums = try await onRanks(ranks) { rank in
        let gradients = ParameterStore(count: Self.length)
        var spares: [ParameterStore] = []
        var own: [Int] = []
        let tree = GradientTree(batches: batches, exchange: rank, workers: Workers(count: 1))
        try tree.run(into: gradients, spares: &spares) { batch, store in
          own.append(batch)
          Self.leaf(batch, store)
        }
        return (own: own, sum: (0..<Self.length).map { gradients.values[$0] })
      }
      #expect(sums[0].sum == expected, "\(ranks) ranks")
      #expect(sums.flatMap(\.own) == Array(0..<batches) && sums.allSatisfy { !$0.own.isEmpty })
    }
  }

  // MARK: Training

  private static func trainer(
    accumulate: Int, threads: Int = 1, rank: any GradientExchange = Alone(), seed: UInt64 = 3,
    text: String = "one two three four five six seven ", from state: Checkpoint? = nil
  ) throws -> Trainer {
    var configuration = try smallTraining(", \"accumulate\": \(accumulate)")
    try configuration.set("warmupSteps=2")
    let crops = crops(of: text.split(separator: " ").map { "\($0) " })
    guard let state else {
      return try Trainer(configuration, seed: seed, crops: crops, threads: threads, exchange: rank)
    }
    return try state.trainer(crops: crops, threads: threads, path: "", exchange: rank)
  }

  /// All numbers that a checkpoint has of a run.
  private static func numbers(_ trainer: Trainer) -> [Float] {
    [trainer.weights, trainer.average, trainer.optimiser.first, trainer.optimiser.second].flatMap {
      store in (0..<store.count).map { store.values[$0] }
    }
  }

  private static func train(_ trainer: Trainer, steps: Int) throws -> [StepReport] {
    try (0..<steps).map { _ in try #require(try trainer.step()) }
  }

  /// The reports of the first rank, what it has in the end, and the weights that each rank has.
  private func shared(
    _ ranks: Int, accumulate: Int, steps: Int
  ) async throws -> (losses: [Float], norms: [Float], numbers: [Float], weights: [[Float]]) {
    let runs = try await onRanks(ranks) { rank in
      let trainer = try Self.trainer(accumulate: accumulate, rank: rank)
      try trainer.meet()
      var reports: [StepReport] = []
      for _ in 0..<steps {
        let update = try #require(try trainer.nextUpdate())
        #expect(try trainer.agree(.goOn, on: update) == .goOn)
        if rank.isFirst {
          reports.append(try trainer.step(on: update))
        } else {
          try trainer.help(on: update)
        }
      }
      #expect(trainer.state.step == steps)
      return (
        losses: reports.map(\.loss), norms: reports.map(\.gradientNorm),
        numbers: Self.numbers(trainer), bytes: trainer.state.bytes,
        weights: (0..<trainer.weights.count).map { trainer.weights.values[$0] }
      )
    }
    #expect(Set(runs.map(\.bytes)).count == 1)
    return (runs[0].losses, runs[0].norms, runs[0].numbers, runs.map(\.weights))
  }

  @Test func threadsMakeNoDifferenceToAccumulatedUpdates() throws {
    let results = try [1, 2, 3].map { threads in
      let trainer = try Self.trainer(accumulate: 3, threads: threads)
      let reports = try Self.train(trainer, steps: 3)
      return (reports.map(\.loss), Self.numbers(trainer))
    }
    for result in results.dropFirst() {
      let isSame = result == results[0]
      #expect(isSame)
    }
  }

  @Test func anUpdateIsTheMeanOverItsBatches() throws {
    // Two batches as one update: their figures are means, what is counted is added up.
    let two = try Self.trainer(accumulate: 2)
    let one = try Self.trainer(accumulate: 1)
    let update = try #require(try two.nextUpdate())
    #expect(update.count == 2)
    let report = try two.step(on: update)
    let first = try one.step(on: [update[0]])
    #expect(report.bytes == update.joined().reduce(0) { $0 + $1.bytes.count })
    #expect(report.segments[0] > first.segments[0] && report.positions[0] > first.positions[0])
    #expect(two.state.step == 1 && two.state.bytes == report.bytes)
    // The first batch draws what it would draw alone; the second one has another loss.
    #expect(report.loss != first.loss && abs(report.loss - first.loss) < 0.5 * first.loss)
    #expect(report.gradientNorm != first.gradientNorm)
  }

  @Test(arguments: [(4, 2), (4, 4), (3, 2), (5, 3)])
  func ranksMakeNoDifference(accumulate: Int, ranks: Int) async throws {
    let alone = try Self.trainer(accumulate: accumulate)
    let reports = try Self.train(alone, steps: 4)
    let shared = try await shared(ranks, accumulate: accumulate, steps: 4)
    #expect(shared.losses == reports.map(\.loss))
    #expect(shared.norms == reports.map(\.gradientNorm))
    let isSame = shared.numbers == Self.numbers(alone)
    #expect(isSame)
    for weights in shared.weights {
      let isSame = weights == shared.weights[0]
      #expect(isSame)
    }
  }

  @Test func aStoppedRunGoesOn() throws {
    let whole = try Self.trainer(accumulate: 3)
    _ = try Self.train(whole, steps: 5)
    let begun = try Self.trainer(accumulate: 3)
    _ = try Self.train(begun, steps: 2)
    let resumed = try Self.trainer(accumulate: 3, from: begun.checkpoint(calibratedOn: []))
    _ = try Self.train(resumed, steps: 3)
    let isSame = Self.numbers(resumed) == Self.numbers(whole)
    #expect(isSame)
    #expect(resumed.state == whole.state)
  }

  /// An update is whole or is not made.
  @Test func fewerBatchesThanAnUpdateAreNotUsed() throws {
    var configuration = try Self.trainer(accumulate: 3).configuration
    configuration.departures.beginningShare = 0
    var documents = (0..<8).map { _ in [UInt8](repeating: 0x61, count: 40) }
    let crops = CropBuffer(
      source: RandomSource(seed: 1), cropLength: 64, capacity: 8, passLimit: 1,
      next: { documents.popLast() }, restart: { false })
    let trainer = try Trainer(configuration, seed: 1, crops: crops, threads: 1)
    // Four batches of two: one update of three, and one batch that is left.
    #expect(try trainer.step() != nil)
    #expect(try trainer.step() == nil)
    #expect(trainer.state.step == 1)
  }

  // MARK: What ranks must have in common

  private func errors(
    _ ranks: Int, _ make: @escaping @Sendable (ThreadRank) throws -> Trainer
  ) async throws -> [String] {
    try await onRanks(ranks) { rank in
      do {
        let trainer = try make(rank)
        try trainer.meet()
        _ = try trainer.agree(.goOn, on: trainer.nextUpdate())
        return "none"
      } catch let error as ZonkeyError {
        return "\(error)"
      }
    }
  }

  @Test func differencesAreFoundBeforeTraining() async throws {
    let settings = try await errors(2) {
      try Self.trainer(accumulate: 2 + 2 * $0.rank, rank: $0)
    }
    #expect(settings.allSatisfy { $0.contains("same settings") }, "\(settings)")
    let seeds = try await errors(3) {
      try Self.trainer(accumulate: 4, rank: $0, seed: $0.rank == 2 ? 9 : 3)
    }
    #expect(seeds.allSatisfy { $0.contains("same settings, seed") }, "\(seeds)")
    let texts = try await errors(2) {
      try Self.trainer(accumulate: 2, rank: $0, text: $0.rank == 0 ? "a b c " : "a b d ")
    }
    #expect(texts.allSatisfy { $0.contains("different texts for step 1") }, "\(texts)")
    let few = try await errors(2) { try Self.trainer(accumulate: 1, rank: $0) }
    #expect(few.allSatisfy { $0.contains("too few batches for 2 ranks") }, "\(few)")
    #expect(try await errors(2) { try Self.trainer(accumulate: 2, rank: $0) } == ["none", "none"])
  }

  @Test func theLargestVoteHolds() async throws {
    let votes: [RunVote] = [.goOn, .stopped, .usedUp]
    let agreed = try await onRanks(3) { rank in
      try Self.trainer(accumulate: 3, rank: rank).agree(votes[rank.rank], on: nil)
    }
    #expect(agreed == [.stopped, .stopped, .stopped])
  }

  /// Who divergence concerns are all ranks, and none has changed its weights.
  @Test func divergenceEndsAllRanks() async throws {
    let ends = try await onRanks(2) { rank -> String in
      let trainer = try Self.trainer(accumulate: 2, rank: rank)
      for i in 0..<trainer.weights.count { trainer.weights.values[i] = .nan }
      let update = try #require(try trainer.nextUpdate())
      do {
        if rank.isFirst { _ = try trainer.step(on: update) } else { try trainer.help(on: update) }
        return "none"
      } catch ZonkeyError.diverged(let step, _) {
        return "step \(step)"
      }
    }
    #expect(ends == ["step 0", "step 0"])
  }
}
