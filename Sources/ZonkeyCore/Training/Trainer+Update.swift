import ZonkeyEngine
import ZonkeyKernels
import ZonkeyModel
import ZonkeyPlatform

extension Trainer {
  /// One update of the levels that learn; returns the norms of the gradients of each.
  func update(_ stage: TrainingStage, norm: Double) -> [Float] {
    let byLevel = configuration.departures.clipsByLevel
    var steps = state.levelSteps ?? model.levels.map { _ in state.step }
    var norms: [Float] = []
    for (level, scope) in zip(model.levels, stage.scopes) where scope.learns {
      let own = gradients.norm(of: level.ownRange, on: tape.workers)
      norms.append(Float(own))
      let rate = schedule.learningRate(step: state.step, own: steps[level.index])
      for range in scope.splits ? [level.ownRange] : level.rangesBesideSplitter {
        optimiser.step(
          AdamW.Group(
            range: range, steps: steps[level.index], norm: byLevel ? own : norm,
            learningRate: rate * level.configuration.departures.learningRateShare),
          weights: weights, gradients: gradients, weightDecay: configuration.weightDecay,
          clip: configuration.gradientClip, workers: tape.workers)
      }
      steps[level.index] += 1
    }
    state.levelSteps = steps.allSatisfy { $0 == state.step + 1 } ? nil : steps
    return norms
  }

  /// Moves the running means of latents so far that those of the sphere have none in the end.
  func centre(_ result: TrainingStep.Result, stage: TrainingStage) {
    for (level, scope) in zip(model.levels, stage.scopes) where scope.learns {
      guard let mean = level.compressor.mean, let found = result.meanLatents[level.index] else {
        continue
      }
      zk_axpy(Self.centringRate, found, weights.values + mean.offset, mean.count)
    }
  }

  private static let centringRate: Float = 0.02
}

extension Level {
  /// All parameters of the level; the token embedding is level 0's.
  var ownRange: Range<Int> { (index == 0 ? 0 : splitterRange.lowerBound)..<maskRange.upperBound }

  /// The same without the splitter's.
  var rangesBesideSplitter: [Range<Int>] {
    [
      ownRange.lowerBound..<splitterRange.lowerBound,
      splitterRange.upperBound..<ownRange.upperBound,
    ]
  }
}
