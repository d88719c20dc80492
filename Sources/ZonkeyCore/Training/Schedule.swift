import ZonkeyModel
import ZonkeyPlatform

/// When a run ends and how the learning rate goes: warm-up, a plateau, then a fall to zero.
///
/// The fall is planned when its share of the run begins, and stored with the checkpoint; so that up
/// to there a run with a time limit takes the same steps however fast the machine is, and resuming
/// repeats it exactly. A run with a time limit whose speed changes on the way plans the rest anew,
/// so that the rate reaches zero when the time is up.
package struct Schedule: Sendable, Equatable {
  package let peak: Float
  package let warmupSteps: Int
  package let decayShare: Float
  /// The first step of the fall and the step at which the rate is zero, once planned.
  package private(set) var decay: Range<Int>?

  package init(_ configuration: Configuration, decay: Range<Int>? = nil) {
    peak = configuration.learningRate
    warmupSteps = configuration.warmupSteps
    decayShare = configuration.decayShare
    self.decay = decay
  }

  /// Plans the fall for a run of a known number of steps.
  package mutating func plan(totalSteps: Int) {
    let share = (Double(totalSteps) * Double(decayShare)).rounded()
    decay = max(0, totalSteps - Int(bounded: share, to: 0...totalSteps))..<max(1, totalSteps)
  }

  /// Plans the fall for a run with a time limit when its time has come: as many steps as fit into
  /// the rest at the speed so far.
  ///
  /// Once it falls, `stepSeconds` of late tell whether the plan still meets the time; where it is
  /// off by more than a tenth of what is left the fall gets steeper or flatter from here, by no
  /// more than half, so that it never breaks off. It does not go beyond `lastStep`.
  package mutating func plan(
    step: Int, elapsed: Double, limit: Double, stepSeconds: Double? = nil, lastStep: Int? = nil
  ) {
    guard let decay else {
      guard step > 0, elapsed >= limit * Double(1 - decayShare) else { return }
      decay = step..<step + steps(in: limit - elapsed, each: elapsed / Double(step))
      return
    }
    guard decay.contains(step), step > decay.lowerBound, let stepSeconds, stepSeconds > 0 else {
      return
    }
    let left = decay.upperBound - step
    let most = lastStep.map { max(1, $0 - step) } ?? 2 * left
    let wanted = max(left / 2, min(steps(in: limit - elapsed, each: stepSeconds), 2 * left, most))
    guard abs(wanted - left) > max(1, left / 10) else { return }
    // The rate goes on from where it is: the fall began so long before its new end.
    let share = Double(left) / Double(decay.count)
    let end = step + max(1, wanted)
    let length = Int(bounded: (Double(end - step) / share).rounded(), to: end - step...Self.farAway)
    self.decay = max(0, end - length)..<end
  }

  /// The steps that fit into a time, at least one.
  private func steps(in seconds: Double, each stepSeconds: Double) -> Int {
    Int(bounded: seconds / max(stepSeconds, 1e-9), to: 1...Self.farAway)
  }

  /// More steps than any run has.
  private static let farAway = TrainingState.maximumSteps

  /// Forgets a fall that has reached its end, for a run that goes on: at the peak again, until the
  /// fall of the longer run is planned.
  ///
  /// With a time limit that is nearly used up the run stays complete, since a plan in steps does
  /// not meet a time exactly.
  package mutating func goOn(step: Int, elapsed: Double, limit: Double?) {
    guard isOver(atStep: step), limit.map({ elapsed < 0.9 * $0 }) ?? true else { return }
    decay = nil
  }

  /// Whether the planned fall has reached its end.
  package func isOver(atStep step: Int) -> Bool { decay.map { step >= $0.upperBound } ?? false }

  /// The learning rate of a step, counted from 0; `own` is the step of what warms up.
  package func learningRate(step: Int, own: Int? = nil) -> Float {
    var rate = peak
    let own = own ?? step
    if own < warmupSteps { rate *= Float(own + 1) / Float(warmupSteps) }
    if let decay, step >= decay.lowerBound {
      let left = Float(decay.upperBound - step) / Float(max(1, decay.count))
      rate *= max(0, left)
    }
    return rate
  }
}
