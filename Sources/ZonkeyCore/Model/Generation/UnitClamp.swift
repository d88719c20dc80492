import ZonkeyBase
import ZonkeyEngine

/// Brings decoded units to where true ones lie: those of level 1 to segments of the lexicon, others
/// down to bytes and up again.
final class UnitClamp {
  private let zonkey: Zonkey
  private let level: Level
  private let encoder: DocumentEncoder
  private let sampler: Sampler

  /// For the units of level `level`, at least 1.
  init(_ zonkey: Zonkey, level index: Int, options: GenerationOptions) throws(ZonkeyError) {
    self.zonkey = zonkey
    level = zonkey.model.levels[index]
    encoder = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: index - 1))
    sampler = try Sampler(zonkey, options: options, top: index)
  }

  /// The units of each text that `units` stand for, at most S of them; nothing where one has none.
  func clamped(_ units: [[Float]], of parts: [Sampler.Part]) -> [[Float]] {
    if level.index == 1, let rounded = sampler.rounded(units, of: parts) { return rounded }
    let symbols = sampler.symbols(
      units, of: parts, from: level.index, among: zonkey.configuration.vocabulary)
    let texts = symbols.map(Configuration.bytes)
    let limit = level.configuration.segmentLength * level.configuration.width
    return encoder.encode(texts, withLatents: true).map { Array($0.latents.prefix(limit)) }
  }
}
