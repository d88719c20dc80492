import ZonkeyModel
import ZonkeyPlatform

/// When a run ends and how the learning rate goes: warm-up, a plateau, then a fall to zero.
///
/// The fall is planned once, when its share of the run begins, and stored with the checkpoint; so
/// that up to there a run with a time limit takes the same steps however fast the machine is, and
/// resuming repeats it exactly.
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
    let length = Int((Float(totalSteps) * decayShare).rounded())
    decay = max(0, totalSteps - length)..<max(1, totalSteps)
  }

  /// Plans the fall for a run with a time limit when its time has come: as many steps as fit into
  /// the rest at the speed so far.
  package mutating func plan(step: Int, elapsed: Double, limit: Double) {
    guard decay == nil, step > 0, elapsed >= limit * Double(1 - decayShare) else { return }
    let remaining = max(1, Int((limit - elapsed) / elapsed * Double(step)))
    decay = step..<step + remaining
  }

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
