import Testing
import ZonkeyCore

/// Replays the random draws of the published code's training step.
struct FixtureDraws: DrawSource {
  /// The number of each draw in the fixture, by level.
  private static let numbers: [[Draw: Int]] = [
    [
      .splitter: 0, .cleanLevel: 1, .cleanNoise: 2, .middleLevel: 3, .middleNoise: 4,
      .dirtyShare: 5, .dirtyNoise: 6,
    ],
    [
      .splitter: 7, .maskPosition: 8, .maskKind: 9, .maskVector: 10, .maskNegative: 11,
      .cleanLevel: 12, .cleanNoise: 13, .stitchNegative: 14, .cleanNegative: 15, .middleLevel: 16,
      .middleNoise: 17, .dirtyShare: 19, .dirtyNoise: 20, .dirtyNegative: 22, .nullNegative: 23,
    ],
  ]

  private func values(_ draw: Draw, _ level: Int, _ count: Int) -> [Float] {
    let number = Self.numbers[level][draw] ?? -1
    let values = Parity.floats("training_step/draw_\(number < 10 ? "0" : "")\(number)")
    #expect(values.count == count, "draw \(draw) of level \(level)")
    return values
  }

  func uniform(_ draw: Draw, level: Int, count: Int) -> [Float] { values(draw, level, count) }
  func normal(_ draw: Draw, level: Int, count: Int) -> [Float] { values(draw, level, count) }
  func beta(_ draw: Draw, level: Int, count: Int) -> [Float] { values(draw, level, count) }
  func places(
    _ draw: Draw, level: Int, weights: [Float], rows: Int, each: Int,
    avoiding: ContiguousArray<Int32>
  ) -> ContiguousArray<Int32> {
    ContiguousArray(values(draw, level, rows * each).map { Int32($0) })
  }
}

/// Gives the splitter fixture's uniforms and nothing else.
private struct SplitterDraws: DrawSource {
  func uniform(_ draw: Draw, level: Int, count: Int) -> [Float] {
    Parity.floats("splitter/uniform")
  }
  func normal(_ draw: Draw, level: Int, count: Int) -> [Float] { [] }
  func beta(_ draw: Draw, level: Int, count: Int) -> [Float] { [] }
  func places(
    _ draw: Draw, level: Int, weights: [Float], rows: Int, each: Int,
    avoiding: ContiguousArray<Int32>
  ) -> ContiguousArray<Int32> { [] }
}

@Suite struct ParityStepTests {
  let model = Parity.model

  private var documents: [DocumentSymbols] {
    let tokens = Parity.ints("documents/tokens")
    return (0..<2).map { document in
      let symbols = Array(tokens[document * 96..<(document + 1) * 96])
      return DocumentSymbols(
        symbols: symbols, real: symbols.filter { $0 != 0 }.count, complete: false)
    }
  }

  @Test func splitter() {
    let tape = Parity.tape()
    let symbols = ContiguousArray(documents.flatMap(\.symbols))
    let x = tape.leaf(tape.gather(tape.use(model.embedding), symbols).array, columns: 16)
    let extents = documents.enumerated().map {
      DocumentExtent(offset: $0.offset * 96, rows: 96, real: $0.element.real)
    }
    let batch = UnitBatch(
      vectors: x, documents: extents, startLimit: [84, 84], symbols: symbols,
      forbidden: [Bool](repeating: false, count: 192))
    let step = LevelStep(
      model: model, level: model.levels[0], batch: batch, tape: tape, draws: SplitterDraws())
    let counts = Parity.ints("splitter/segments_per_document").map { Int($0) }
    #expect(step.segmentation.counts == counts)
    let positions = Parity.ints("splitter/original_position")
    let rows = (0..<29 * 12).map { (row: Int) -> Float in
      Float(positions[2 * row] * 96 + positions[2 * row + 1])
    }
    #expect(step.segmentation.rowOf.map { Float($0) } == rows)
    Parity.expect(step.segmentation.real, "splitter/segment_is_real")
    Parity.expect(
      step.segmentation.rowOf.map { Float(symbols[Int($0)]) }, "splitter/segment_tokens")
    Parity.expect(step.raw.array, "splitter/segment_vectors")
    Parity.expect(step.existence.array, "splitter/existence")
    Parity.expect(step.share.array, "splitter/existence_share")
    let mean = tape.meanBoundary(step.boundaries, documents: extents)
    let patch = tape.patchLoss(step.boundaries, documents: extents, windows: [12, 13, 14])
    let short = tape.shortSegmentLoss(step.boundaries, documents: extents, lengths: [2, 1, 0])
    Parity.expect(mean.array, "splitter/mean_bos_probability")
    Parity.expect(patch.array, "splitter/patch_loss")
    Parity.expect(short.array, "splitter/short_segment_loss")
    tape.backward(
      from: [
        (step.share, Parity.floats("splitter/gradient_existence_share")),
        (step.existence, Parity.floats("splitter/gradient_existence")), (mean, [1]), (patch, [1]),
        (short, [1]),
      ], into: ParameterStore(count: model.parameters.count))
    Parity.expect(
      tape.gradientArray(x), "splitter/gradient_x", relative: 1e-3, absolute: 1e-6)
  }

  /// The published code divides each level's sum by the number of its losses, a detached
  /// diagnostic included; masked modelling of level 1 counts at level 0.
  static func publishedWeight(_ level: Int, _ name: LossName) -> Float {
    // Losses that the published code does not have.
    if [.rate, .lineStart, .unitSymbols, .unitPrior].contains(name) { return 0 }
    return level == 0 || name == .maskedModelling ? 1 / 14 : 1 / 13
  }

  @Test(arguments: [1, 2, 3]) func trainingStep(workers: Int) {
    let tape = Tape(weights: Parity.weights, workers: Workers(count: workers), recording: true)
    let gradients = ParameterStore(count: model.parameters.count)
    let result = TrainingStep(model: model, tape: tape).run(
      symbols: documents, draws: FixtureDraws(), gradients: gradients, keepLatents: true,
      weight: Self.publishedWeight)
    let names: [LossName: String] = [
      .collapse: "collapse_loss", .cleanExistence: "clean_bos_loss",
      .cleanReconstruction: "clean_reconstruction_loss",
      .cleanStitcherPosition: "clean_stitcher_position_loss",
      .cleanStitcherSequence: "clean_stitcher_sequence_loss", .dirtyExistence: "dirty_bos_loss",
      .dirtyReconstruction: "dirty_reconstruction_loss", .meanBoundary: "average_bos_loss",
      .patch: "patch_loss", .shortSegment: "short_sentence_loss",
      .nullPosition: "null_position_loss", .nullSequence: "null_sequence_loss",
    ]
    for level in 0..<2 {
      for (name, published) in names {
        Parity.expect(
          [result.losses[level][name] ?? .nan], "training_step/level_\(level)/\(published)")
      }
      Parity.expect(
        [result.meanBoundary[level]], "training_step/level_\(level)/avg_bos_prob")
      Parity.expect(result.latents[level], "training_step/level_\(level)/compressed")
    }
    Parity.expect(
      [result.losses[1][.maskedModelling] ?? .nan], "training_step/level_1/clean_mlm_loss")
    // The published total counts the diagnostic's value too.
    let diagnostics = result.meanBoundary[0] / 14 + result.meanBoundary[1] / 13
    Parity.expect([result.total + diagnostics], "training_step/total_loss")
    checkGradients(gradients)
    checkOptimiser(gradients)
  }

  private func checkGradients(_ gradients: ParameterStore) {
    var checked = 0
    for entry in model.parameters.entries {
      var missing = false
      let wanted = PublishedName(entry.name).gather { name in
        let gradient = "training_step/gradient/\(name)"
        guard let array = Parity.cases[gradient] else {
          missing = true
          return []
        }
        return (try? array.floats()) ?? []
      }
      // An array that the fixtures do not list has no gradient in the published code.
      if missing { continue }
      checked += 1
      Parity.expect(
        gradients.array(entry.parameter), equals: wanted, "gradient of \(entry.name)",
        relative: 1e-3, absolute: 1e-6)
    }
    #expect(checked == model.parameters.entries.count)
  }

  private func checkOptimiser(_ gradients: ParameterStore) {
    let weights = ParameterStore(count: Parity.weights.count)
    weights.copy(from: Parity.weights)
    let optimiser = AdamW(count: weights.count)
    let workers = Workers(count: 2)
    let norm = gradients.norm(on: workers)
    optimiser.step(
      AdamW.Group(range: 0..<weights.count, steps: 0, norm: norm, learningRate: 1e-3),
      weights: weights, gradients: gradients, weightDecay: 0.01, clip: 1, workers: workers)
    Parity.expect([Float(norm)], "training_step/gradient_norm")
    var compared = 0
    for entry in model.parameters.entries {
      let wanted = PublishedName(entry.name).gather { name in
        (try? Parity.cases["training_step/after_adamw/\(name)"]?.floats()) ?? []
      }
      guard !wanted.isEmpty else { continue }
      compared += 1
      // Of a projection the fixtures hold q, k and v, which come first here.
      Parity.expect(
        Array(weights.array(entry.parameter).prefix(wanted.count)), equals: wanted,
        "\(entry.name) after AdamW", relative: 1e-4, absolute: 1e-5)
    }
    // Four published arrays; the splitter's last map is two parameters here.
    #expect(compared == 5)
  }
}
