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
      let learning = level.rangeThatLearns(scope)
      for share in rateShares[level.index]
      where share.range.lowerBound >= learning.lowerBound
        && share.range.upperBound <= learning.upperBound
      {
        optimiser.step(
          AdamW.Group(
            range: share.range, steps: steps[level.index], norm: byLevel ? own : norm,
            learningRate: rate * share.share),
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
    for (level, scope) in zip(model.levels, stage.scopes) where scope.learns && scope.encodes {
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
  var ownRange: Range<Int> { (index == 0 ? 0 : range.lowerBound)..<range.upperBound }

  /// The parameters that learn. Before them are those of a splitter that stays, and with level 0's the
  /// token embedding that it reads. If that went on, the splitter would still drift: seen at a rate
  /// that did not fall, from 6 bytes to 280 within a hundred steps. A compressor that stays is behind
  /// them. A prior without a loss is at the end: decay alone would wear it away.
  func rangeThatLearns(_ scope: LevelScope) -> Range<Int> {
    let end = scope.wants(.unitPrior) ? range.upperBound : priorRange.lowerBound
    if !scope.encodes { return compressorRange.upperBound..<end }
    return (scope.splits ? ownRange.lowerBound : splitterRange.upperBound)..<end
  }
}

/// Neighbouring parameters with one share of the learning rate.
struct RateShare {
  var range: Range<Int>
  let share: Float
}

extension ZonkeyModel {
  /// The parameters of a level by their share of the learning rate, part by part.
  func rateShares(of level: Level) -> [RateShare] {
    let departures = level.configuration.departures
    let ends = parameters.entries.dropFirst().map(\.parameter.offset) + [parameters.count]
    var shares: [RateShare] = []
    for (entry, end) in zip(parameters.entries, ends)
    where level.ownRange.contains(entry.parameter.offset) {
      let (range, inputs) = (entry.parameter.offset..<end, entry.parameter.columns)
      let isWide = departures.fullRateInputs > 0 && inputs > departures.fullRateInputs
      let share =
        departures.learningRateShare
        * (isWide ? Float(departures.fullRateInputs) / Float(inputs) : 1)
      let begins = [
        level.splitterRange.upperBound, level.compressorRange.upperBound,
        level.priorRange.lowerBound,
      ].contains(range.lowerBound)
      if let last = shares.last, last.share == share, !begins {
        shares[shares.count - 1].range = last.range.lowerBound..<end
      } else {
        shares.append(RateShare(range: range, share: share))
      }
    }
    return shares
  }
}
