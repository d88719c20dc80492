import Testing
import ZonkeyCore

/// Draws follow their weights; the schedule follows its plan.
@Suite struct TrainingDrawTests {
  private func draws(_ seed: UInt64 = 1, step: Int = 0) -> RandomDraws {
    RandomDraws(source: RandomSource(seed: seed), step: step)
  }

  /// Shares of places over an even grid of uniform numbers: no luck, only the table's own error.
  @Test(
    arguments: [
      [1], [1, 1], [0, 1], [3, 1, 0, 2], [0.5, 0, 0, 0, 0, 7], [1e-6, 1, 1e6],
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
    ] as [[Float]])
  func aliasTable(weights: [Float]) {
    let table = AliasTable(weights)
    let points = 1 << 16
    var counts = [Int](repeating: 0, count: weights.count)
    for i in 0..<points { counts[Int(table.place(Float(i) / Float(points)))] += 1 }
    let sum = weights.reduce(0, +)
    for (count, weight) in zip(counts, weights) {
      // Every slot has two borders, each of which may miss one point.
      #expect(abs(Float(count) - Float(points) * weight / sum) <= Float(2 * weights.count))
      #expect(weight > 0 || count == 0)
    }
  }

  /// Weights that say nothing give even draws; nothing to draw from gives place 0.
  @Test func weightsWithoutSum() {
    for weights in [[0, 0, 0], [.nan, 1, 1], [.infinity, 1, 1]] as [[Float]] {
      let table = AliasTable(weights)
      #expect((0..<9).map { table.place(Float($0) / 9) } == [0, 0, 0, 1, 1, 1, 2, 2, 2])
    }
    #expect(AliasTable([]).place(0.5) == 0)
  }

  @Test func placesFollowWeights() {
    let weights: [Float] = [0.1, 0.4, 0, 0.2, 0.3]
    // No row avoids a place here.
    let places = draws().places(
      .cleanNegative, level: 0, weights: weights, rows: 400, each: 50,
      avoiding: ContiguousArray(repeating: -1, count: 400))
    #expect(places.count == 20_000)
    for (place, weight) in weights.enumerated() {
      let share = Float(places.filter { $0 == place }.count) / 20_000
      #expect(abs(share - weight) < 0.015)
    }
  }

  @Test func placesAvoidTheirRow() {
    for weights in [[1, 1, 1], [0, 0, 1], [1, 0]] as [[Float]] {
      let avoiding = ContiguousArray((0..<60).map { Int32($0 % weights.count) })
      let places = draws().places(
        .dirtyNegative, level: 1, weights: weights, rows: 60, each: 20, avoiding: avoiding)
      for (i, place) in places.enumerated() {
        #expect(place != avoiding[i / 20] && weights.indices.contains(Int(place)))
      }
    }
    // One place alone cannot be avoided.
    let single = draws().places(
      .dirtyNegative, level: 1, weights: [1], rows: 2, each: 3, avoiding: [0, 0])
    #expect(single == [0, 0, 0, 0, 0, 0])
  }

  @Test func drawsAreStreamsOfTheirOwn() {
    let first = draws().uniform(.cleanLevel, level: 0, count: 64)
    #expect(draws().uniform(.cleanLevel, level: 0, count: 64) == first)
    // A longer stream begins with the shorter one.
    #expect(Array(draws().uniform(.cleanLevel, level: 0, count: 100).prefix(64)) == first)
    let others = [
      draws(2).uniform(.cleanLevel, level: 0, count: 64),
      draws(step: 1).uniform(.cleanLevel, level: 0, count: 64),
      draws().uniform(.cleanLevel, level: 1, count: 64),
      draws().uniform(.cleanNoise, level: 0, count: 64),
    ]
    for other in others { #expect(zip(first, other).allSatisfy { $0 != $1 }) }
  }

  /// Beta(1, 3) has mean 1/4 and variance 3/80.
  @Test func betaDraws() {
    let x = draws().beta(.cleanLevel, level: 0, count: 20_000)
    #expect(x.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = x.reduce(0, +) / 20_000
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean - 0.25) < 0.006 && abs(variance - 3.0 / 80) < 0.002)
  }

  // MARK: Schedule

  private func schedule(
    warmup: Int = 4, decay: Float = 0.25, _ planned: Range<Int>? = nil
  ) throws -> Schedule {
    var configuration = try #require(Configuration.preset("tiny"))
    (configuration.learningRate, configuration.warmupSteps) = (0.8, warmup)
    configuration.decayShare = decay
    return Schedule(configuration, decay: planned)
  }

  @Test func scheduleOfKnownLength() throws {
    var schedule = try schedule()
    schedule.plan(totalSteps: 20)
    #expect(schedule.decay == 15..<20)
    let rates = (0..<22).map { schedule.learningRate(step: $0) }
    for (rate, wanted) in zip(rates, [0.2, 0.4, 0.6, 0.8, 0.8, 0.8] as [Float]) {
      #expect(abs(rate - wanted) < 1e-6)
    }
    #expect(rates[15] == 0.8 && abs(rates[19] - 0.16) < 1e-6 && rates[20] == 0 && rates[21] == 0)
    #expect(zip(rates[4...], rates[5...]).allSatisfy { $0 >= $1 })
    #expect(!schedule.isOver(atStep: 19) && schedule.isOver(atStep: 20))
    // What a checkpoint stores gives the same schedule.
    #expect(try self.schedule(15..<20) == schedule)
  }

  @Test(arguments: [Float(0), 1]) func extremeDecays(share: Float) throws {
    for total in [0, 1, 7] {
      var schedule = try schedule(warmup: 0, decay: share)
      schedule.plan(totalSteps: total)
      #expect(schedule.isOver(atStep: max(1, total)) && !schedule.isOver(atStep: 0))
      for step in 0..<total {
        let rate = schedule.learningRate(step: step)
        #expect(rate > 0 && rate <= 0.8 && (share > 0 || rate == 0.8))
      }
    }
  }

  @Test func scheduleByTime() throws {
    var schedule = try schedule()
    schedule.plan(step: 10, elapsed: 50, limit: 100)
    #expect(schedule.decay == nil && !schedule.isOver(atStep: 1_000_000))
    #expect(schedule.learningRate(step: 1000) == 0.8)
    schedule.plan(step: 15, elapsed: 75, limit: 100)
    #expect(schedule.decay == 15..<20)
    // A plan is made once.
    schedule.plan(step: 16, elapsed: 99, limit: 100)
    #expect(schedule.decay == 15..<20)
    // Late or without a step so far, the run still has an end.
    var late = try self.schedule()
    late.plan(step: 0, elapsed: 200, limit: 100)
    #expect(late.decay == nil)
    late.plan(step: 3, elapsed: 200, limit: 100)
    #expect(late.decay == 3..<4)
  }

  /// Whatever becomes of the speed in the fall, the rate comes down to nothing without a leap, and
  /// the time is met unless the machine all but stops.
  @Test(arguments: [1.0, 0.5, 2, 5]) func theFallMeetsTheTime(slower: Double) throws {
    var (schedule, step, elapsed, rates) = (try schedule(warmup: 4), 0, 0.0, [Float]())
    var stepSeconds = 0.1
    while true {
      schedule.plan(step: step, elapsed: elapsed, limit: 100, stepSeconds: stepSeconds)
      if schedule.isOver(atStep: step) { break }
      rates.append(schedule.learningRate(step: step))
      stepSeconds = elapsed > 80 ? 0.1 * slower : 0.1
      elapsed += stepSeconds
      step += 1
    }
    #expect(abs(elapsed - 100) < 3)
    let fall = rates.drop { $0 < 0.8 }
    #expect(zip(fall, fall.dropFirst()).allSatisfy { $0 >= $1 && $0 - $1 < 0.8 / 20 })
    #expect((rates.last ?? 1) < 0.8 / 20)
  }

  /// A time that is over at once: the rate still falls, in fewer and fewer steps.
  @Test func aTimeThatIsOverLetsTheRateFall() throws {
    var (schedule, step, rates) = (try schedule(warmup: 4), 100, [Float]())
    schedule.plan(step: step, elapsed: 75, limit: 100)
    while !schedule.isOver(atStep: step) {
      rates.append(schedule.learningRate(step: step))
      step += 1
      schedule.plan(step: step, elapsed: 500, limit: 100, stepSeconds: 0.75)
    }
    #expect(rates.count < 20)
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
    #expect((rates.last ?? 1) < 0.4)
  }

  /// A limit of steps is never passed for a time that is not over.
  @Test func stepsLimitTheFall() throws {
    var schedule = try schedule(15..<20)
    schedule.plan(step: 17, elapsed: 10, limit: 1000, stepSeconds: 1, lastStep: 20)
    #expect(schedule.decay == 15..<20)
  }

  @Test func aCompleteRunGoesOnWithMoreTime() throws {
    func goOn(step: Int, limit: Double?) throws -> Range<Int>? {
      var schedule = try schedule(15..<20)
      schedule.goOn(step: step, elapsed: 95, limit: limit)
      return schedule.decay
    }
    // In the fall, or with the time used up, the plan stays.
    #expect(try goOn(step: 19, limit: 1000) == 15..<20)
    #expect(try goOn(step: 20, limit: 100) == 15..<20)
    #expect(try goOn(step: 20, limit: 200) == nil)
    #expect(try goOn(step: 20, limit: nil) == nil)
  }
}
