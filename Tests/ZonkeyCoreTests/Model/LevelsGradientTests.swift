import TestSupport
import Testing
import ZonkeyCore

/// Gradients of the model's parts with all their parameters, along random directions.
@Suite struct GradientLevelTests {
  private let model = GradientModel.model

  @Test(arguments: [0, 1]) func boundaryProbability(index: Int) {
    let level = model.levels[index]
    GradientCheck(.random(23, level.configuration.width, seed: 1)) { tape, x in
      [level.boundaryProbability(x[0], offsets: [0, 1, 1, 19, 23], on: tape)]
    }.using(GradientModel.entries(level.splitterRange)).byDirection()
  }

  /// Segments of 7, 1, 0, 3 and 2 rows.
  private let ragged: ContiguousArray<Int32> = [0, 5, 6, 6, 9, 11]

  @Test(arguments: [0, 1]) func compress(index: Int) {
    let level = model.levels[index]
    GradientCheck(
      .random(11, level.configuration.width, seed: 1), .inside(11, seed: 2)
    ) { tape, x in
      [level.compress(x[0], existence: x[1], offsets: ragged, on: tape)]
    }.using(GradientModel.entries(level.compressorRange)).byDirection()
  }

  @Test(arguments: [0, 1]) func decode(index: Int) {
    let level = model.levels[index]
    GradientCheck(.random(5, level.configuration.latentWidth, seed: 1)) { tape, x in
      let decoded = level.decode(
        x[0], noiseLevels: [0, 0.2, 0.5, 0.9, 1], offsets: ragged, on: tape)
      return [decoded.vectors, decoded.existence]
    }.using(GradientModel.entries(level.decoderRange)).byDirection()
  }

  /// What is computed once, or in the same memory again, when nothing is recorded changes no bit.
  @Test(arguments: [0, 1], [Float(0), 0.4]) func decodeInUse(index: Int, noise: Float) {
    let level = model.levels[index]
    var numbers = SeededNumbers(UInt64(index + 1))
    let latents = numbers.floats(5 * level.configuration.latentWidth)
    func decode(_ noiseLevels: [Float], recording: Bool) -> [[Float]] {
      let tape = Tape(
        weights: GradientModel.weights, workers: Workers(count: 1), recording: recording)
      let decoded = level.decode(
        tape.constant(latents, columns: level.configuration.latentWidth),
        noiseLevels: noiseLevels, offsets: ragged, on: tape)
      return [decoded.vectors.array, decoded.existence.array]
    }
    for levels in [[noise, noise, noise, noise, noise], [noise, 0.9, noise, noise, 0.3]] {
      #expect(decode(levels, recording: false) == decode(levels, recording: true))
    }
  }

  /// One segment alone, of one row.
  @Test func decodeOneRow() {
    let level = model.levels[0]
    GradientCheck(.random(1, 36, seed: 1)) { tape, x in
      let decoded = level.decode(x[0], noiseLevels: [0.4], offsets: [0, 1], on: tape)
      return [decoded.vectors]
    }.using(
      GradientModel.entries(level.decoderRange).filter { !$0.name.contains("existence") }

    ).byDirection()
  }

  @Test(arguments: [0, 1]) func rollout(index: Int) {
    let level = model.levels[index]
    let order = Rollout(offsets: ragged, prefix: 2)
    GradientCheck(.random(10, level.configuration.width, seed: 1)) { tape, x in
      [level.rollout(x[0], order, on: tape)]
    }.using(
      GradientModel.entries(level.decoderRange).filter { $0.name.contains("decompressor") }
    ).byDirection()
  }

  /// Left segments of 7 (full), 3, 1 and 6 rows; right ones of 2, 7, 4 and 1.
  private let left: ContiguousArray<Int32> = [0, 7, 10, 11, 17]
  private let right: ContiguousArray<Int32> = [0, 2, 9, 13, 14]

  /// Existences that fall along every left segment, as the prior wants them.
  private var falling: Leaf {
    var numbers = SeededNumbers(8)
    var values: [Float] = []
    for (a, b) in zip(left, left.dropFirst()) {
      var e = 0.95
      for _ in a..<b {
        values.append(Float(e))
        e *= 0.6 + 0.3 * numbers.uniform()
      }
    }
    return Leaf(values)
  }

  @Test(arguments: [Float(0.6), 1.4]) func inferredStart(weight: Float) {
    let level = model.levels[0]
    var check = GradientCheck(
      .random(17, 12, seed: 1), .random(14, 12, seed: 2), falling
    ) { tape, x in
      [
        level.inferredStart(
          left: x[0], right: x[1], leftExistence: x[2], leftOffsets: left, rightOffsets: right,
          on: tape)
      ]
    }.using(
      GradientModel.entries(level.stitcherRange).filter { $0.name.contains("matching") }
    ).with(step: 2e-3)
    let store = ParameterStore(count: GradientModel.weights.count)
    store.copy(from: GradientModel.weights)
    store.values[level.stitcher.matchingWeight.offset] = weight
    check.weights = store
    check.byElement()
    check.byDirection()
  }

  /// Where existence rises the prior stands still; the gradient there is zero but defined.
  @Test func inferredStartWhereExistenceRises() {
    let level = model.levels[0]
    let rising = Leaf([0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95])
    GradientCheck(.random(7, 12, seed: 1), .random(5, 12, seed: 2), rising) { tape, x in
      [
        level.inferredStart(
          left: x[0], right: x[1], leftExistence: x[2], leftOffsets: [0, 7],
          rightOffsets: [0, 5], on: tape)
      ]
    }.using(
      GradientModel.entries(level.stitcherRange).filter { $0.name.contains("matching") }
    ).byDirection()
  }

  @Test func refine() {
    let level = model.levels[0]
    GradientCheck(
      .random(17, 12, seed: 1), .random(14, 12, seed: 2), falling, .inside(14, seed: 3)
    ) { tape, x in
      [
        level.refine(
          left: x[0], right: x[1], leftExistence: x[2], rightExistence: x[3], leftOffsets: left,
          rightOffsets: right, on: tape)
      ]
    }.using(
      GradientModel.entries(level.stitcherRange).filter { !$0.name.contains("matching") }
    ).byDirection()
  }

  /// What masked modelling runs: hidden rows, then the compressor's stack without convolution.
  @Test func maskedStack() throws {
    let level = model.levels[1]
    let mask = try #require(level.mask)
    let entries = GradientModel.entries(level.compressorRange, level.maskRange)
    let hidden = [0, 3, 6, 9]
    // Rows with the learned vectors in front of every segment: those of segments 0, 0, 3, 4.
    let rows = zip(hidden, [1, 1, 4, 5]).map { $0 + $1 * level.vectors }
    let wanted = SegmentRows(of: widened(ragged, by: level.vectors), rows: rows)
    GradientCheck(.random(11, 36, seed: 1), .inside(11, seed: 2)) { tape, x in
      let masked = tape.masked(
        x[0], at: hidden, mask: tape.use(mask), kinds: [Float](repeating: 0.5, count: 11),
        random: Leaf.random(11, 36, seed: 3).values[...])
      return [
        level.compressorStack(
          masked, existence: x[1], offsets: ragged, wanted: wanted, on: tape)
      ]
    }.using(entries.filter { !$0.name.contains("convolution") }).byDirection()
  }
}
