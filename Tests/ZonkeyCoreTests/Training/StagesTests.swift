import TestSupport
import Testing
import ZonkeyCore
import ZonkeyPlatform

/// Stages, probes, starts from other models: what training does beside its losses.
@Suite struct TrainingStageTests {
  private func trainer(_ configuration: Configuration) throws -> Trainer {
    try Trainer(
      configuration, seed: 3, crops: crops(of: ["one ", "two ", "three ", "four\n", "five "]),
      threads: 1)
  }

  private func values(_ trainer: Trainer, _ range: Range<Int>) -> [Float] {
    range.map { trainer.weights.values[$0] }
  }

  @Test func aFrozenLevelStaysAndCostsNoLosses() throws {
    var configuration = try smallTraining()
    try configuration.set("levels.0.learningRateShare=0")
    let trainer = try trainer(configuration)
    let (lower, upper) = (trainer.model.levels[0], trainer.model.levels[1])
    let before = values(trainer, 0..<lower.maskRange.upperBound)
    let upperBefore = values(trainer, upper.decoderRange)
    let report = try #require(try trainer.step())
    #expect(report.losses[0].isEmpty && !report.losses[1].isEmpty)
    #expect(values(trainer, 0..<lower.maskRange.upperBound) == before)
    #expect(values(trainer, upper.decoderRange) != upperBefore)
    #expect(report.gradientNorms.count == 1)
  }

  /// Segments exist as a splitter in use leaves them: up to the next start, or the crop's end.
  @Test func chosenEndsExistUpToTheNextStart() throws {
    var configuration = try smallTraining()
    try configuration.set("levels.0.chosenEnds=true")
    try configuration.set("wholeShare=0")
    let trainer = try trainer(configuration)
    let text = Array("one two three four five one two three".utf8)
    let tape = Tape(weights: trainer.weights, workers: Workers(count: 1), recording: false)
    let training = TrainingStep(model: trainer.model, tape: tape)
    for complete in [true, false] {
      let batch = training.firstBatch([
        Crop(bytes: text, complete: complete).symbols(configuration)
      ])
      let step = LevelStep(
        model: trainer.model, level: trainer.model.levels[0], batch: batch, tape: tape,
        draws: RandomDraws(source: RandomSource(seed: 3), step: 0))
      let segmentation = step.segmentation
      #expect(segmentation.segments > 2)
      for (segment, next) in segmentation.startOf.dropFirst().enumerated() {
        let rows = Array(segmentation.rows(segment..<segment + 1))
        let length = next - segmentation.startOf[segment]
        #expect(rows.count == min(length + 1, configuration.levels[0].segmentLength))
        for (k, row) in rows.enumerated() {
          let wanted: Float = k < length ? 1 : 0.0005
          #expect(abs(step.existence.values[row] - wanted) < 1e-4)
        }
      }
    }
  }

  /// Adam's first step is the learning rate whatever the gradient, so that it shows the shares.
  @Test func mapsWithMoreInputsLearnAtAPartOfTheRate() throws {
    var configuration = try smallTraining()
    for setting in [
      "levels.0.fullRateInputs=16", "levels.0.learningRateShare=0.5", "weightDecay=0",
    ] { try configuration.set(setting) }
    let trainer = try trainer(configuration)
    let before = values(trainer, 0..<trainer.weights.count)
    let rate = try #require(try trainer.step()).learningRate
    func largestStep(_ name: String) throws -> (inputs: Int, share: Float) {
      let entry = try #require(trainer.model.parameters.entries.first { $0.name == name })
      let range = entry.parameter.offset..<entry.parameter.offset + entry.parameter.count
      let steps = range.map { abs(trainer.weights.values[$0] - before[$0]) }
      return (entry.parameter.columns, (steps.max() ?? 0) / rate)
    }
    for (name, inputs, share) in [
      ("embedding", 16, Float(0.5)), ("levels.0.decompressor.maps", 32, 0.25),
      ("levels.1.existence.weight", 64, 1),
    ] {
      let found = try largestStep(name)
      #expect(found.inputs == inputs && abs(found.share - share) < 1e-3, "\(name): \(found)")
    }
  }

  @Test func levelsAndNoiseBeginWhenTheirBytesHaveCome() throws {
    var configuration = try smallTraining()
    try configuration.set("levels.1.fromByte=1")
    try configuration.set("levels.1.noiseFromByte=150")
    let trainer = try trainer(configuration)
    #expect(try #require(try trainer.step()).losses.count == 1)
    let second = try #require(try trainer.step())
    #expect(second.losses.count == 2 && second.losses[1][.dirtyReconstruction] == nil)
    // Warm-up and corrections of the new level count its own steps.
    #expect(trainer.state.levelSteps == [2, 1])
    #expect(try #require(try trainer.step()).losses[1][.dirtyReconstruction] != nil)
    #expect(throws: ZonkeyError.self) { try configuration.checkStages(steps: 1) }
    try configuration.checkStages(steps: 100)
  }

  @Test func aSplitterStaysBehindItsLastByte() throws {
    var configuration = try smallTraining()
    try configuration.set("levels.0.splitterToByte=2")
    try configuration.set("levels.0.splitterGradient=1")
    let trainer = try trainer(configuration)
    let level = trainer.model.levels[0]
    // With the token embedding, which it reads.
    let splitting = 0..<level.splitterRange.upperBound
    let first = values(trainer, splitting)
    _ = try trainer.step()
    let second = values(trainer, splitting)
    #expect(first != second)
    let decoder = values(trainer, level.decoderRange)
    let report = try #require(try trainer.step())
    #expect(values(trainer, splitting) == second)
    #expect(values(trainer, level.decoderRange) != decoder)
    #expect(report.losses[0][.patch] == nil && report.losses[0][.cleanReconstruction] != nil)
  }

  /// What splits as before finds its starts as before, on whatever text it is calibrated.
  @Test func aSplitterThatNeverLearnsKeepsItsCalibration() throws {
    let old = try trainer(smallTraining())
    _ = try old.step()
    let start = try old.checkpoint(calibratedOn: [Array("one two three two five four".utf8)])
    let other = [Array("0123456789\n\n0123456789".utf8)]
    func calibrations(_ assignments: [String]) throws -> [Calibration] {
      var configuration = start.configuration
      for assignment in assignments { try configuration.set(assignment) }
      let run = try Trainer(
        configuration, seed: 4, from: start, crops: crops(of: ["six ", "seven "]), threads: 1)
      let splitting = 0..<run.model.levels[0].splitterRange.upperBound
      for _ in 0..<2 { _ = try run.step() }
      if !assignments.isEmpty {
        #expect(values(run, splitting) == splitting.map { start.average.values[$0] })
      }
      let checkpoint = try run.checkpoint(calibratedOn: other)
      let resumed = try checkpoint.trainer(
        crops: crops(of: ["six ", "seven "]), threads: 1, path: "resumed")
      #expect(try resumed.checkpoint(calibratedOn: other).calibrations == checkpoint.calibrations)
      return checkpoint.calibrations
    }
    for assignments in [["levels.0.splitterToByte=1"], ["levels.0.encoderToByte=1"]] {
      let kept = try calibrations(assignments)
      #expect(kept[0] == start.calibrations[0])
      // Level 1's splitter learns.
      #expect(kept[1] != start.calibrations[1])
    }
    let above = ["levels.0.encoderToByte=1", "levels.1.learningRateShare=0"]
    #expect(try calibrations(above) == start.calibrations)
    #expect(try calibrations([])[0] != start.calibrations[0])
  }

  /// Latents stay what they are, and level 0's decoder learns from level 1's.
  @Test func latentsStayBehindTheirLastByte() throws {
    func decoder(unitSymbols: Int) throws -> [Float] {
      var configuration = try smallTraining()
      for assignment in [
        "levels.0.encoderToByte=2", "levels.1.downwardGradient=0",
        "levels.1.weights.unitSymbols=\(unitSymbols)",
      ] { try configuration.set(assignment) }
      let trainer = try trainer(configuration)
      let level = trainer.model.levels[0]
      let encoding = 0..<level.compressorRange.upperBound
      let first = values(trainer, encoding)
      _ = try trainer.step()
      let (second, before) = (values(trainer, encoding), values(trainer, level.decoderRange))
      #expect(first != second)
      _ = try trainer.step()
      #expect(values(trainer, encoding) == second)
      #expect(values(trainer, level.decoderRange) != before)
      return values(trainer, level.decoderRange)
    }
    #expect(try decoder(unitSymbols: 0) != decoder(unitSymbols: 1))
  }

  /// A decoder that is given another segment's latent must not pass: the published dirty loss could
  /// be met without any latent.
  @Test func permutedLatentsDoNotPass() throws {
    let trainer = try trainer(smallTraining(", \"learningRate\": 0.01"))
    for _ in 0..<150 { _ = try trainer.step() }
    let text = Array("one two three five one three two two five one".utf8)
    let result = trainer.validate([
      Crop(bytes: text, complete: true), Crop(bytes: Array(text.reversed()), complete: true),
    ])
    #expect(result.probes.count == 2)
    // What a decoder can know without the latents: how often each symbol stands in the text.
    var counts: [UInt8: Float] = [:]
    for byte in text { counts[byte, default: 0] += 1 / Float(text.count) }
    let entropy = counts.values.reduce(0) { $0 - $1 * log($1) }
    for (probe, known) in zip(result.probes, [entropy, 0.6 * result.probes[1].chance]) {
      #expect(probe.permutedLoss > known, "\(probe)")
      #expect(probe.exact.count == LevelProbe.noiseLevels.count)
      #expect(probe.exact.allSatisfy { (0...1).contains($0) } && probe.participation >= 1)
    }
    // At level 0 the latents count.
    #expect(result.probes[0].noisyLoss < 0.8 * result.probes[0].permutedLoss)
    let figures = try #require(trainer.state.validation)
    #expect(ValidationFigures(json: figures.json) == figures && figures.probes.count == 2)
  }

  @Test func aPriorWithoutALossStays() throws {
    for weight in [0, 1] {
      var configuration = try smallTraining()
      for assignment in ["levels.1.priorLayers=1", "levels.1.weights.unitPrior=\(weight)"] {
        try configuration.set(assignment)
      }
      let trainer = try trainer(configuration)
      let level = trainer.model.levels[1]
      let (prior, decoder) = (
        values(trainer, level.priorRange), values(trainer, level.decoderRange)
      )
      for _ in 0..<2 { _ = try trainer.step() }
      #expect((values(trainer, level.priorRange) == prior) == (weight == 0))
      #expect(values(trainer, level.decoderRange) != decoder)
    }
  }

  /// What a prior learns is what stands before a unit, not how common it is.
  @Test func permutedContextsDoNotPass() throws {
    var configuration = try smallTraining(", \"learningRate\": 0.01")
    #expect(try validated(configuration, steps: 0).priorLoss == nil)
    for assignment in ["levels.1.priorLayers=1", "levels.1.weights.unitPrior=1"] {
      try configuration.set(assignment)
    }
    let probe = try validated(configuration, steps: 150)
    let (loss, permuted) = (try #require(probe.priorLoss), try #require(probe.permutedPriorLoss))
    #expect(loss < 0.7 * permuted, "\(probe)")
    #expect(LevelProbe(json: probe.json) == probe)
  }

  /// What level 1 has learned of words that always follow each other in one order.
  private func validated(_ configuration: Configuration, steps: Int) throws -> LevelProbe {
    let words = "one two three four five "
    let trainer = try Trainer(configuration, seed: 3, crops: crops(of: [words]), threads: 1)
    for _ in 0..<steps { _ = try trainer.step() }
    let text = Array(String(repeating: words, count: 3).utf8)
    return trainer.validate([Crop(bytes: text, complete: true)]).probes[1]
  }

  /// The running mean takes latents to where their mean is zero.
  @Test func centringConverges() throws {
    let trainer = try trainer(smallTraining())
    let first = try #require(trainer.validate([try sample()]).meanLatents[0])
    for _ in 0..<60 { _ = try trainer.step() }
    let last = try #require(trainer.validate([try sample()]).meanLatents[0])
    func square(_ x: [Float]) -> Float { x.reduce(0) { $0 + $1 * $1 } }
    #expect(square(last) < 0.5 * square(first))
  }

  private func sample() throws -> Crop {
    Crop(bytes: Array("two one five three two five".utf8), complete: true)
  }

  @Test func aRunBeginsWithAnotherModelsWeights() throws {
    let old = try trainer(smallTraining())
    _ = try old.step()
    let start = try old.checkpoint(calibratedOn: [])
    var wider = start.configuration
    wider.levels.append(wider.levels[1])
    wider.levels[2].width = wider.levels[1].latentWidth
    let (taken, all) = try start.fit(wider)
    #expect(taken == old.model.parameters.entries.count && all > taken)
    let model = try ZonkeyModel(wider)
    let weights = ParameterStore(count: model.parameters.count)
    #expect(start.copyWeights(to: weights, of: model) == taken)
    let range = old.model.levels[0].decoderRange
    #expect(range.allSatisfy { weights.values[$0] == old.average.values[$0] })
    try start.checkStart(wider)
    for setting in ["vocabulary=300", "levels.1.width=64", "levels.0.width=32"] {
      var other = start.configuration
      try other.set(setting)
      #expect(throws: ZonkeyError.self) { try start.checkStart(other) }
    }
  }
}
