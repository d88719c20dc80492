import ZonkeyEngine

/// Generates documents from noise, top level first (model §9).
package struct Sampler {
  package let model: ZonkeyModel
  package let tape: Tape
  /// Denoising steps at the top level, at least 1.
  package var steps = 10
  /// A sequence ends where existence falls below this.
  package var existenceCutoff: Float = 0.2
  /// The most units of any level in a document; bounds work and memory.
  package var unitLimit = 1 << 16

  /// `tape` should not record.
  package init(model: ZonkeyModel, tape: Tape) {
    self.model = model
    self.tape = tape
  }

  /// Level 0's units of one document from a latent of level `top`, [M, D] row after row.
  ///
  /// `start` is noise [C·D] on the sphere.
  package func document(from start: [Float], top: Int) -> [Float] {
    expand(denoised(start, by: model.levels[top]), from: top)
  }

  /// Units of level `top` down to those of level 0.
  package func expand(_ units: [Float], from top: Int) -> [Float] {
    model.levels[..<top].reversed().reduce(units) { expand($0, by: $1) }
  }

  /// The units of the level that starts from noise.
  private func denoised(_ start: [Float], by level: Level) -> [Float] {
    tape.reset()
    let full = level.fullOffsets(1)
    var latent = tape.constant(start, columns: level.configuration.latentWidth)
    var decoded = level.decode(latent, noiseLevels: [noiseLevel(0)], offsets: full, on: tape)
    for step in 1..<max(1, steps) {
      latent = level.compress(
        decoded.vectors, existence: decoded.existence, offsets: full, on: tape)
      decoded = level.decode(latent, noiseLevels: [noiseLevel(step)], offsets: full, on: tape)
    }
    let placed = level.placed(
      decoded.vectors, existence: decoded.existence, joins: [false], lengths: [nil],
      existenceCutoff: existenceCutoff, keepsAll: true, on: tape)
    return placed.units.rows(0..<min(placed.units.rows, unitLimit)).array
  }

  /// 1, 1 - 1/n, … 1/n for n steps: the last decode still sees the last share of noise.
  private func noiseLevel(_ step: Int) -> Float { 1 - Float(step) / Float(max(1, steps)) }

  /// Latents of a level decoded, stitched and cut: the units of that level.
  private func expand(_ latents: [Float], by level: Level) -> [Float] {
    let limit = unitLimit * level.configuration.width
    var units: [Float] = []
    let expander = LatentExpander(
      model: model, level: level, tape: tape, existenceCutoff: existenceCutoff)
    let count = latents.count / level.configuration.latentWidth
    expander.expand([LatentSequence(latents: latents, count: count)]) { _, found in
      units += found.array.prefix(limit - units.count)
    }
    return units
  }

  /// The nearest of the first `count` symbols to every unit of level 0.
  package func symbols(_ units: [Float], among count: Int) -> [Int32] {
    tape.reset()
    return model.symbols(
      tape.constant(units, columns: model.levels[0].configuration.width), among: count, on: tape)
  }
}
