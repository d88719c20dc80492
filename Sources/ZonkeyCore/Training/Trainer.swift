import ZonkeyModel
import ZonkeyEngine
import ZonkeyBase
import ZonkeyKernels

/// What one training step did.
public struct StepReport: Sendable {
  public let step: Int
  /// The weighted sum that was minimised, and its parts by level and name (unweighted).
  public let loss: Float
  package let losses: [[LossName: Float]]
  /// Reconstruction losses before the factor r of model §8.
  package let undivided: [[LossName: Float]]
  /// Mean segment length of each level, in its units.
  public let meanLengths: [Float]
  public let gradientNorm: Float
  /// The norms of the gradients of the levels, from 0.
  public let gradientNorms: [Float]
  public let learningRate: Float
  /// Segments of each level, and the positions of theirs that were computed.
  public let segments: [Int]
  public let positions: [Int]
  /// Text bytes in this step's crops.
  public let bytes: Int
}

/// Trains a model: one step at a time, all state in the open.
///
/// The trainer neither prints nor reads the clock; the caller says how much time has passed.
public final class Trainer {
  public let configuration: Configuration
  public internal(set) var state: TrainingState
  package let model: ZonkeyModel
  package let weights: ParameterStore
  package let average: ParameterStore
  package let optimiser: AdamW
  let gradients: ParameterStore
  /// Sums of the gradients of some batches, where an update has several.
  var partialSums: [ParameterStore] = []
  let exchange: any GradientExchange
  /// With one, level 0's splitter learns from it and nothing else does.
  let teacher: Teacher?
  /// Those of the levels that split as at the run's beginning, of where it began; nil for the others.
  let keptCalibrations: [Calibration?]
  /// The share of the learning rate of every parameter, level by level.
  let rateShares: [[RateShare]]
  let tape: Tape
  private let random: RandomSource
  private let crops: CropBuffer
  var schedule: Schedule
  private var watch: DivergenceWatch

  /// A new run, with weights of another model as its start where they fit. `crops` must start at
  /// the beginning of its corpus; a teacher must have checked the settings.
  package convenience init(
    _ configuration: Configuration, seed: UInt64, from start: Checkpoint? = nil,
    crops: CropBuffer, threads: Int, exchange: any GradientExchange = Alone(),
    teacher: Teacher? = nil
  ) throws {
    let model = try ZonkeyModel(configuration)
    let weights = ParameterStore(count: model.parameters.count)
    model.initialize(weights, random: RandomSource(seed: seed))
    _ = start?.copyWeights(to: weights, of: model)
    let average = ParameterStore(count: weights.count)
    average.copy(from: weights)
    var state = TrainingState(seed: seed)
    state.teacher = teacher?.id
    try self.init(
      model, state: state, weights: weights, average: average,
      optimiser: AdamW(count: weights.count), calibrations: start?.calibrations ?? [], crops: crops,
      threads: threads, exchange: exchange, teacher: teacher)
  }

  /// Continues a run from its parts; draws and forgets the crops that it has seen already.
  package init(
    _ model: ZonkeyModel, state: TrainingState, weights: ParameterStore, average: ParameterStore,
    optimiser: AdamW, calibrations: [Calibration], crops: CropBuffer, threads: Int,
    exchange: any GradientExchange = Alone(), teacher: Teacher? = nil
  ) throws {
    if let problem = BLAS.problem { throw ZonkeyError.io(path: "OpenBLAS", reason: problem) }
    configuration = model.configuration
    self.model = model
    self.state = state
    self.weights = weights
    self.average = average
    self.optimiser = optimiser
    self.crops = crops
    self.exchange = exchange
    self.teacher = teacher
    // A good pupil's loss is nearly nothing, and may be four times as much in places.
    keptCalibrations = TrainingStage.keepSplits(model.configuration).enumerated().map {
      index, stays in
      guard stays, teacher == nil, calibrations.indices.contains(index) else { return nil }
      return calibrations[index].isBlank ? nil : calibrations[index]
    }
    watch = DivergenceWatch(floor: teacher == nil ? 0 : 0.05)
    gradients = ParameterStore(count: weights.count)
    rateShares =
      teacher == nil
      ? model.levels.map { model.rateShares(of: $0) }
      : [[RateShare(range: model.levels[0].splitterRange, share: 1)]]
    tape = Tape(weights: weights, workers: Workers(count: threads), recording: true)
    random = RandomSource(seed: state.seed)
    schedule = Schedule(model.configuration, decay: state.decay)
    for _ in 0..<state.step {
      if try nextUpdate() == nil { break }
    }
  }

  /// The batches of the next update; nil when the corpus has no more as many.
  package func nextUpdate() throws -> [[Crop]]? {
    var batches: [[Crop]] = []
    while batches.count < configuration.departures.accumulate {
      guard let batch = try nextBatch() else { return nil }
      batches.append(batch)
    }
    return batches
  }

  /// The documents of a batch; nil when the corpus is used up.
  ///
  /// Where lines are documents, there are more of them when they are short.
  private func nextBatch() throws -> [Crop]? {
    let (count, length) = (configuration.batch, configuration.levels[0].documentLength)
    let byBytes = configuration.departures.beginningShare > 0
    var (batch, bytes) = ([Crop](), 0)
    func isFull() -> Bool { byBytes ? 2 * bytes >= (2 * count - 1) * length : batch.count == count }
    while !isFull() {
      guard let crop = try crops.draw() else { return nil }
      batch.append(crop)
      bytes += crop.bytes.count
    }
    return batch
  }

  /// Plans the fall of the learning rate for a run of a known number of steps.
  public func plan(totalSteps: Int) {
    schedule.plan(totalSteps: totalSteps)
    state.decay = schedule.decay
  }

  /// Plans it for a run with a time limit, when its share of the time has come, and plans it anew
  /// when steps have become slower or faster.
  public func plan(limitSeconds: Double, stepSeconds: Double? = nil, lastStep: Int? = nil) {
    schedule.plan(
      step: state.step, elapsed: state.elapsedSeconds, limit: limitSeconds,
      stepSeconds: stepSeconds, lastStep: lastStep)
    state.decay = schedule.decay
  }

  /// Lets a complete run go on, where a time limit leaves time for it.
  public func goOn(limitSeconds: Double?) {
    schedule.goOn(step: state.step, elapsed: state.elapsedSeconds, limit: limitSeconds)
    state.decay = schedule.decay
  }

  /// Whether the planned run is over.
  public var isOver: Bool { schedule.isOver(atStep: state.step) }

  /// Bytes of memory in tapes and parameters.
  public var memoryBytes: Int {
    tape.heldBytes + (6 + partialSums.count) * weights.count * MemoryLayout<Float>.stride
  }

  /// Memory in which a step keeps activations for its backward pass; what does not fit is computed
  /// twice, with the same result.
  public static let standardKeptBytes = 1 << 30
  public var keptBytes: Int {
    get { tape.keptBytes }
    set { tape.keptBytes = newValue }
  }

  /// Learned numbers.
  public var parameterCount: Int { model.parameters.learnedCount }

  /// Texts of the last crops, about 64 KiB, for calibration where there is no validation text.
  public private(set) var recentTexts: [[UInt8]] = []

  /// Gives a step's memory back; the next one takes it anew.
  package func releaseMemory() { tape.releaseMemory() }

  /// Adds to the time spent training.
  public func addElapsed(seconds: Double) { state.elapsedSeconds += max(0, seconds) }

  /// What takes part in the next step.
  var stage: TrainingStage {
    teacher == nil ? TrainingStage(configuration, bytes: state.bytes) : .withTeacher
  }

  /// The parameters that a run with a teacher changes; without one it may be all of them.
  private var learned: Range<Int>? { teacher == nil ? nil : model.levels[0].splitterRange }

  /// One step; nil when the corpus is used up. Throws `diverged` before any weight is changed.
  public func step() throws -> StepReport? {
    try nextUpdate().map { try step(on: $0) }
  }

  /// One step on documents that `nextUpdate` gave; of several ranks the first calls it, the others
  /// `help`. Throws `diverged` before any weight is changed.
  package func step(on batches: [[Crop]]) throws -> StepReport {
    let stage = stage
    let result = TrainingStep.Result.mean(of: try run(batches, stage: stage))
    let norm = gradients.norm(of: learned, on: tape.workers)
    let problem =
      watch.reason(loss: result.total, step: state.step)
      ?? (norm.isFinite ? nil : "a gradient is not a number; lower learningRate")
    _ = try exchange.largest([problem == nil ? 0 : 1])
    if let problem { throw ZonkeyError.diverged(step: state.step, reason: problem) }
    let rate = schedule.learningRate(step: state.step)
    let norms = update(stage, norm: norm)
    centre(result, stage: stage)
    state.step += 1
    let early = Float(1 + state.step) / Float(10 + state.step)
    let decay = min(configuration.averageDecay, early)
    average.forEachRun(of: learned, on: tape.workers) { _, range in
      let at = range.lowerBound
      zk_moving_average(average.values + at, weights.values + at, decay, range.count)
    }
    let crops = Array(batches.joined())
    let bytes = crops.reduce(0) { $0 + $1.bytes.count }
    state.bytes += bytes
    let kept = max(1, (1 << 16) / max(1, configuration.levels[0].documentLength))
    recentTexts = Array((recentTexts + crops.map(\.bytes)).suffix(kept))
    try exchange.broadcast(weights)
    return StepReport(
      step: state.step, loss: result.total, losses: result.losses, undivided: result.undivided,
      meanLengths: result.meanBoundary.map { 1 / max($0, 1e-6) }, gradientNorm: Float(norm),
      gradientNorms: norms,
      learningRate: rate, segments: result.segments, positions: result.rows, bytes: bytes)
  }

  /// Runs one batch, whose number decides its draws, and adds its gradients.
  func run(
    _ batch: [Crop], number: Int, _ stage: TrainingStage, _ gradients: ParameterStore
  ) -> TrainingStep.Result {
    let training = TrainingStep(model: model, tape: tape)
    if let teacher {
      return training.run(
        lessons: lessons(batch, number: number, of: random), teacher: teacher,
        gradients: gradients)
    }
    return training.run(
      symbols: symbols(batch, number: number), draws: RandomDraws(source: random, step: number),
      gradients: gradients, stage: stage, weight: training.weight)
  }

  /// A batch for a splitter that learns from a teacher. Of the crops that hide spaces half hide all,
  /// and the others a part, which is what people leave out.
  func lessons(
    _ batch: some Sequence<Crop>, number: Int, of random: RandomSource
  ) -> [Lesson] {
    let share = configuration.departures.hiddenSpaces
    return batch.enumerated().map { index, crop in
      let draws = random.uniform(
        random.key(0x4D, UInt64(number), UInt64(index)), count: crop.bytes.count + 1)
      let hidden = draws[0] < share ? 2 * draws[0] / share : 0
      return Lesson(crop, configuration, hides: { draws[$0 + 1] < hidden })
    }
  }

  /// The batch's symbols; where line starts are learned, half of the crops hide their newlines.
  private func symbols(_ batch: [Crop], number: Int) -> [DocumentSymbols] {
    let hides = configuration.levels.contains {
      ($0.weights ?? configuration.weights).lineStart > 0
    }
    return batch.enumerated().map { index, crop in
      let key = random.key(0x4C, UInt64(number), UInt64(index))
      return crop.symbols(configuration, hidesLines: hides && random.index(key, below: 2) == 0)
    }
  }
}

/// Notices a run that has gone wrong.
private struct DivergenceWatch {
  /// What the lowest loss is taken for at least.
  private let floor: Float
  private var running: Float?
  private var lowest = Float.infinity

  init(floor: Float) { self.floor = floor }

  /// Why the run must stop, or nil.
  mutating func reason(loss: Float, step: Int) -> String? {
    guard loss.isFinite else { return "the loss is not a number; lower learningRate" }
    let mean = running.map { 0.98 * $0 + 0.02 * loss } ?? loss
    running = mean
    if step > 100 { lowest = min(lowest, mean) }
    return mean > 4 * max(lowest, floor)
      ? "the loss has risen to \(mean), four times its lowest; lower learningRate" : nil
  }
}
