import ZonkeyEngine
import ZonkeyModel

extension Trainer {
  /// The losses of the averaged weights on crops that do not change from call to call; the next
  /// checkpoint will tell them. A run with a teacher has one loss, but its checkpoint tells as much of
  /// the model as any.
  package func validate(_ crops: [Crop]) -> TrainingStep.Result {
    tape.reset()
    let tape = Tape(
      weights: average, workers: tape.workers, recording: false, memoryOf: tape)
    var sum = TrainingStep.Result()
    let batches = stride(from: 0, to: crops.count, by: configuration.batch).map {
      crops[$0..<min($0 + configuration.batch, crops.count)]
    }
    for (index, batch) in batches.enumerated() {
      let step = TrainingStep(model: model, tape: tape)
      let result = step.run(
        symbols: batch.map { $0.symbols(configuration) },
        draws: RandomDraws(source: RandomSource(seed: 0x7A1D), step: index), gradients: nil,
        stage: .validation(configuration, bytes: state.bytes), probes: index == 0,
        weight: step.weight)
      sum.add(result, share: 1 / Float(batches.count))
    }
    state.validation = ValidationFigures(
      step: state.step, losses: sum.undivided, probes: sum.probes)
    return teacher.map { distance(to: $0, on: batches, tape: tape) } ?? sum
  }

  /// How far the averaged weights' splitter is from the teacher's, batch by batch.
  private func distance(
    to teacher: Teacher, on batches: [ArraySlice<Crop>], tape: Tape
  ) -> TrainingStep.Result {
    let step = TrainingStep(model: model, tape: tape)
    return .mean(
      of: batches.enumerated().map { number, batch in
        step.run(
          lessons: lessons(batch, number: number, of: RandomSource(seed: 0x7A1D)),
          teacher: teacher, gradients: nil)
      })
  }
}

extension TrainingStep.Result {
  /// Adds another result's figures, weighted.
  fileprivate mutating func add(_ other: TrainingStep.Result, share: Float) {
    if losses.isEmpty {
      losses = other.losses.map { $0.mapValues { _ in 0 } }
      undivided = other.undivided.map { $0.mapValues { _ in 0 } }
      meanBoundary = other.meanBoundary.map { _ in 0 }
      // Of the first batch: a direction to look at, no figure.
      meanLatents = other.meanLatents
    }
    for level in other.losses.indices {
      for (name, value) in other.losses[level] { losses[level][name, default: 0] += share * value }
      for (name, value) in other.undivided[level] {
        undivided[level][name, default: 0] += share * value
      }
      meanBoundary[level] += share * other.meanBoundary[level]
    }
    if probes.isEmpty { probes = other.probes }
    total += share * other.total
  }
}
