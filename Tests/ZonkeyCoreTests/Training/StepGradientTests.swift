import TestSupport
import Testing
import ZonkeyCore

/// The whole training step: its gradient, and that no bit depends on workers or earlier steps.
@Suite struct GradientStepTests {
  /// The small model with room for segments enough to fill several chunks.
  private static let configuration: Configuration = {
    var configuration = GradientModel.configuration
    for level in configuration.levels.indices { configuration.levels[level].segmentLimit = 1000 }
    return configuration
  }()

  private static let model = made(configuration)

  /// The same with what departs from the paper, in its two forms.
  private static let departing = roomy(GradientModel.departing)
  private static let sharing = roomy(GradientModel.sharing)

  private static func roomy(_ model: ZonkeyModel) -> ZonkeyModel {
    var configuration = model.configuration
    for level in configuration.levels.indices { configuration.levels[level].segmentLimit = 1000 }
    return made(configuration)
  }

  private static func made(_ configuration: Configuration) -> ZonkeyModel {
    do { return try ZonkeyModel(configuration) } catch { preconditionFailure("\(error)") }
  }

  /// Random documents of up to 60 bytes, some cut, with an empty one and one of a single byte.
  private static func documents(_ count: Int, seed: UInt64) -> [DocumentSymbols] {
    var numbers = SeededNumbers(seed)
    return (0..<count).map { index in
      let length = index < 2 ? index : Int(2 + 58 * numbers.uniform())
      let bytes = numbers.indices(length, below: 256).map { UInt8($0) }
      return Crop(bytes: bytes, complete: index < 2 || numbers.uniform() < 0.7)
        .symbols(configuration)
    }
  }

  private struct Outcome: Equatable {
    var losses: [[LossName: UInt32]]
    var total: UInt32
    var segments: [Int]
    var latents: [[UInt32]]
    var gradients: [UInt32]
  }

  private func outcome(
    _ tape: Tape, step: Int, documents: [DocumentSymbols], model: ZonkeyModel = model
  ) -> Outcome {
    let training = TrainingStep(model: model, tape: tape)
    let gradients = ParameterStore(count: model.parameters.count)
    let result = training.run(
      symbols: documents, draws: RandomDraws(source: RandomSource(seed: 3), step: step),
      gradients: gradients, keepLatents: true, weight: training.weight)
    return Outcome(
      losses: result.losses.map { $0.mapValues(\.bitPattern) }, total: result.total.bitPattern,
      segments: result.segments, latents: result.latents.map { $0.map(\.bitPattern) },
      gradients: (0..<gradients.count).map { gradients.values[$0].bitPattern })
  }

  private func tape(workers: Int) -> Tape {
    Tape(weights: GradientModel.weights, workers: Workers(count: workers), recording: true)
  }

  @Test(arguments: 0...2) func bitsDoNotDependOnWorkers(form: Int) {
    let model = [Self.model, Self.departing, Self.sharing][form]
    let weights = GradientModel.randomWeights(of: model)
    let documents = Self.documents(24, seed: 5)
    func outcome(workers: Int) -> Outcome {
      self.outcome(
        Tape(weights: weights, workers: Workers(count: workers), recording: true), step: 0,
        documents: documents, model: model)
    }
    let one = outcome(workers: 1)
    #expect(one.segments[0] * 7 > 4 * 256, "enough rows for several chunks")
    #expect(one.gradients.allSatisfy { Float(bitPattern: $0).isFinite })
    for workers in 2...3 { #expect(outcome(workers: workers) == one) }
  }

  @Test func bitsDoNotDependOnEarlierSteps() {
    let used = tape(workers: 2)
    // Steps of other sizes before, so that memory is laid out anew.
    _ = outcome(used, step: 0, documents: Self.documents(24, seed: 5))
    _ = outcome(used, step: 1, documents: Self.documents(3, seed: 6))
    for (step, count) in [(2, 5), (3, 20), (4, 20)] {
      let documents = Self.documents(count, seed: UInt64(step))
      #expect(
        outcome(used, step: step, documents: documents)
          == outcome(tape(workers: 2), step: step, documents: documents))
    }
  }

  /// A batch of the smallest documents: nothing to stitch, to mask or to split.
  @Test(arguments: 1...3) func smallestBatch(count: Int) {
    let result = outcome(tape(workers: 1), step: 0, documents: Self.documents(count, seed: 7))
    #expect(result.gradients.allSatisfy { Float(bitPattern: $0).isFinite })
    #expect(Float(bitPattern: result.total).isFinite)
  }

  // MARK: The gradient of the sum

  /// Draws that do not depend on probabilities: every third position begins a segment, all places
  /// are as likely. So the loss is a smooth function of the weights.
  private struct FixedDraws: DrawSource {
    let draws = RandomDraws(source: RandomSource(seed: 11), step: 0)

    func uniform(_ draw: Draw, level: Int, count: Int) -> [Float] {
      if draw == .splitter { return (0..<count).map { $0 % 3 == 0 ? 0 : 0.9999999 } }
      return draws.uniform(draw, level: level, count: count)
    }
    func normal(_ draw: Draw, level: Int, count: Int) -> [Float] {
      draws.normal(draw, level: level, count: count)
    }
    func beta(_ draw: Draw, level: Int, count: Int) -> [Float] {
      draws.beta(draw, level: level, count: count)
    }
    func places(
      _ draw: Draw, level: Int, weights: [Float], rows: Int, each: Int,
      avoiding: ContiguousArray<Int32>
    ) -> ContiguousArray<Int32> {
      draws.places(
        draw, level: level, weights: weights.map { _ in 1 }, rows: rows, each: each,
        avoiding: avoiding)
    }
  }

  /// The labels of the existence losses are constants, so those two are left out here, and so is the
  /// loss that takes level 0 as it is.
  private static func weight(_ level: Int, _ name: LossName) -> Float {
    [.cleanExistence, .dirtyExistence, .unitSymbols].contains(name) ? 0 : 1
  }

  private func sum(
    _ weights: ParameterStore, _ documents: [DocumentSymbols], model: ZonkeyModel = model,
    weight: (Int, LossName) -> Float = weight
  ) -> Double {
    let tape = Tape(weights: weights, workers: Workers(count: 1), recording: false)
    let result = TrainingStep(model: model, tape: tape).run(
      symbols: documents, draws: FixedDraws(), gradients: nil, weight: weight)
    return result.losses.enumerated().reduce(0) { sum, level in
      level.element.reduce(sum) {
        $0 + Double(weight(level.offset, $1.key)) * Double($1.value)
      }
    }
  }

  @Test(arguments: ["embedding", "splitter", "compressor", "decompressor", "denoiser", "stitcher"])
  func gradientOfTheSum(part: String) {
    expectGradient(along: { $0.contains(part) }, weight: Self.weight)
  }

  /// Symbols of units, by what level 0 makes of level 1's: the gradient of level 1 is that of the
  /// loss; level 0's decoder has none.
  @Test(arguments: ["compressor", "decompressor", "denoiser"])
  func gradientOfUnitSymbols(part: String) {
    let gradients = expectGradient(along: { $0.hasPrefix("levels.1.") && $0.contains(part) }) {
      $1 == .unitSymbols ? 1 : 0
    }
    let decoder = Self.model.levels[0].decoderRange
    #expect(decoder.allSatisfy { gradients.values[$0] == 0 })
  }

  /// Units by those before them: nothing but the prior learns by it.
  @Test func gradientOfUnitPrior() {
    let gradients = expectGradient(along: { $0.contains(".prior.") }, of: Self.sharing) {
      $1 == .unitPrior ? 1 : 0
    }
    let prior = Self.sharing.levels[1].priorRange
    #expect((0..<gradients.count).allSatisfy { prior.contains($0) || gradients.values[$0] == 0 })
  }

  /// Units that are decoded as they are have no loss, and take none from those that are not.
  @Test func onlyUnitsThatAreWrongAreJudged() throws {
    let tape = tape(workers: 1)
    let (level, count) = (Self.model.levels[1], 12)
    let vectors = tape.normalized(
      tape.leaf(Leaf.random(count, 36, seed: 4).values, columns: level.configuration.width))
    let symbols = UnitSymbols(
      offsets: ContiguousArray((0...count).map { Int32(2 * $0) }),
      symbols: ContiguousArray((0..<2 * count).map { Int32(65 + $0) }),
      existence: [Float](repeating: 1, count: 2 * count),
      segmentOf: ContiguousArray((0..<count).map { Int32($0) }))
    let step = LevelStep(
      model: Self.model, level: level,
      batch: UnitBatch(
        vectors: vectors, documents: [DocumentExtent(offset: 0, rows: count, real: count)],
        startLimit: [count], symbols: nil, forbidden: [Bool](repeating: false, count: count)),
      tape: tape, draws: FixedDraws())
    /// With some of the first rows that units own turned about.
    func loss(wrong: Set<Int>) -> Float {
      var (values, seen) = (step.sequence.array, 0)
      for row in 0..<step.sequence.rows where step.share.values[row] >= 0.5 {
        if wrong.contains(seen) { for j in 36 * row..<36 * (row + 1) { values[j] *= -1 } }
        seen += 1
      }
      return step.unitSymbolLoss(tape.leaf(values, columns: 36), symbols).scalar
    }
    #expect(loss(wrong: []) == 0)
    let (first, second) = (loss(wrong: [0]), loss(wrong: [3]))
    #expect(first > 0 && second > 0)
    #expect(abs(loss(wrong: [0, 3]) - first - second) < 1e-4 * (first + second))
  }

  /// Expects that the sum rises along the gradient of some parameters by the gradient's length.
  @discardableResult private func expectGradient(
    along isWanted: (String) -> Bool, of model: ZonkeyModel = model,
    weight: (Int, LossName) -> Float
  ) -> ParameterStore {
    let documents = Self.documents(5, seed: 9)
    let weights = GradientModel.randomWeights(of: model)
    let gradients = ParameterStore(count: weights.count)
    let tape = Tape(weights: weights, workers: Workers(count: 2), recording: true)
    _ = TrainingStep(model: model, tape: tape).run(
      symbols: documents, draws: FixedDraws(), gradients: gradients, weight: weight)
    let entries = model.parameters.entries.filter { isWanted($0.name) }
    let square = entries.reduce(0.0) { sum, entry in
      let gradient = doubles(gradients.array(entry.parameter))
      return sum + dot(gradient, gradient)
    }
    let length = square.squareRoot()
    #expect(length > 0)
    func at(_ h: Double) -> Double {
      let moved = ParameterStore(count: weights.count)
      moved.copy(from: weights)
      for entry in entries {
        for i in entry.parameter.range {
          moved.values[i] += Float(h * Double(gradients.values[i]) / length)
        }
      }
      return sum(moved, documents, model: model, weight: weight)
    }
    let h = 4e-3
    let measured = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
    #expect(abs(measured - length) < 0.01 * length, "\(length), measured \(measured)")
    return gradients
  }

  // MARK: Living rows

  /// Weights with which nearly every probability of a start is close to 0 or 1.
  private func sharpWeights() -> ParameterStore {
    let weights = ParameterStore(count: GradientModel.weights.count)
    weights.copy(from: GradientModel.weights)
    for level in Self.model.levels {
      for parameter in [level.splitter.fromSequence.weight, level.splitter.fromFeatures] {
        for i in parameter.range { weights.values[i] *= 100 }
      }
    }
    return weights
  }

  /// With sharp probabilities the rows that `livingBound` drops hardly exist; the step without
  /// them gives nearly the same losses.
  @Test func droppedRowsHardlyCount() throws {
    let weights = sharpWeights()
    let documents = Self.documents(12, seed: 13)
    func run(bound: Float) throws -> TrainingStep.Result {
      var configuration = Self.configuration
      configuration.livingBound = bound
      configuration.wholeShare = 0
      let model = try ZonkeyModel(configuration)
      let tape = Tape(weights: weights, workers: Workers(count: 2), recording: true)
      let training = TrainingStep(model: model, tape: tape)
      let gradients = ParameterStore(count: weights.count)
      let result = training.run(
        symbols: documents, draws: RandomDraws(source: RandomSource(seed: 1), step: 0),
        gradients: gradients, keepLatents: true, weight: training.weight)
      #expect((0..<gradients.count).allSatisfy { gradients.values[$0].isFinite })
      return result
    }
    let (all, living) = (try run(bound: 0), try run(bound: 1e-3))
    #expect(all.segments == living.segments)
    for (a, b) in zip(all.latents[0], living.latents[0]) { #expect(abs(a - b) < 0.05) }
    let exact: Set<LossName> = [.meanBoundary, .patch, .shortSegment]
    // Means over rows change with the rows, and the stitcher sees the decoder's existence, which
    // does not yet end where the splitter's does.
    let others: Set<LossName> = [.cleanExistence, .dirtyExistence, .cleanStitcherPosition]
    for level in all.losses.indices {
      for (name, loss) in all.losses[level] {
        let other = try #require(living.losses[level][name])
        #expect(other.isFinite)
        if others.contains(name) { continue }
        let allowed: Float = level == 0 && exact.contains(name) ? 1e-6 : 0.1
        #expect(
          abs(other - loss) <= allowed * max(abs(loss), 0.1),
          "level \(level), \(name): \(loss), without dead rows \(other)")
      }
    }
  }
}
