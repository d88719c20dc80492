import ZonkeyEngine
import ZonkeyKernels

import ZonkeyPlatform

/// The optimiser: Adam with decoupled weight decay (β 0.9/0.999, ε 1e-7) and global-norm clipping.
package final class AdamW: @unchecked Sendable {
  /// First and second moments, laid out like the weights.
  package let first: ParameterStore
  package let second: ParameterStore
  package init(count: Int) {
    first = ParameterStore(count: count)
    second = ParameterStore(count: count)
  }

  /// Goes on with moments of an earlier run.
  package init(first: ParameterStore, second: ParameterStore) {
    self.first = first
    self.second = second
  }

  /// Parameters that are updated alike.
  package struct Group {
    let range: Range<Int>
    /// Updates of theirs before this one.
    let steps: Int
    /// The norm of the gradients that `clip` limits.
    let norm: Double
    let learningRate: Float

    package init(range: Range<Int>, steps: Int, norm: Double, learningRate: Float) {
      (self.range, self.steps, self.norm, self.learningRate) = (range, steps, norm, learningRate)
    }
  }

  /// One update of a group, of whose gradients `clip` limits the norm; 0 clips nothing.
  package func step(
    _ group: Group, weights: ParameterStore, gradients: ParameterStore, weightDecay: Float,
    clip: Float, workers: Workers
  ) {
    let steps = group.steps + 1
    let scale =
      clip > 0 && group.norm > Double(clip) ? Double(clip) / (group.norm + 1e-6) : 1
    // The corrections follow the float32 betas that the moments are made with.
    let (beta1, beta2): (Float, Float) = (0.9, 0.999)
    func correction(_ beta: Float) -> Float { Float(1 - pow(Double(beta), Double(steps))) }
    let settings = zk_adamw_settings(
      learning_rate: group.learningRate, beta1: beta1, beta2: beta2, epsilon: 1e-7,
      weight_decay: weightDecay, correction1: correction(beta1),
      correction2: correction(beta2), gradient_scale: Float(scale))
    weights.forEachRun(of: group.range, on: workers) { _, range in
      let at = range.lowerBound
      zk_adamw(
        weights.values + at, first.values + at, second.values + at, gradients.values + at,
        range.count, settings)
    }
  }
}
