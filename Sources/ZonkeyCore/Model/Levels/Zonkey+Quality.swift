import ZonkeyEngine
import ZonkeyPlatform

extension Zonkey {
  /// The level whose latents are worth keeping: the highest of which validation found at least nine
  /// units in ten to come back exactly, or else 0. The top where nothing is known.
  public var standardLevel: Int {
    guard let probes = state.validation?.probes, probes.count == levelCount else {
      return state.validation == nil ? levelCount - 1 : 0
    }
    return probes.lastIndex { ($0.exact.first ?? 0) >= 0.9 } ?? 0
  }

  /// Why little is to be expected of a level, for the user; nil where validation found nothing amiss.
  public func doubt(about level: Int) -> String? {
    guard let validation = state.validation, validation.clean.indices.contains(level) else {
      return nil
    }
    guard validation.probes.indices.contains(level) else {
      // Older files: a unit was told from 63 others, at level 0 from all symbols.
      let chance = log(Float(level == 0 ? configuration.vocabulary : 64))
      return validation.clean[level] > 0.8 * chance
        ? "level \(level) of this model has learned next to nothing" : nil
    }
    let exact = validation.probes[level].exact.first ?? 0
    guard exact < 0.5 else { return nil }
    return "of the units of level \(level) this model brings back only "
      + "\(Int((100 * exact).rounded())) in a hundred"
  }
}
