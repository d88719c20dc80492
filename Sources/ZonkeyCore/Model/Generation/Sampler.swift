import ZonkeyBase
import ZonkeyEngine

/// Makes level 0's units of what a level above has (model §9), and of noise as the published code.
package struct Sampler {
  package let model: ZonkeyModel
  package let tape: Tape
  /// Denoising steps at the top level, at least 1.
  package var steps = 10
  /// A sequence ends where existence falls below this.
  package var existenceCutoff: Float = 0.2
  /// The noise level at which levels below the top are told that they decode: their latents are
  /// decoded themselves and lie beside the true ones.
  package var lowerNoise: Float = 0
  /// The most units of any level in a document; bounds work and memory.
  package var unitLimit = 1 << 16

  /// What latents of level 0 that another level was decoded to are rounded to.
  private var lexicon: (table: LexiconTable, tape: Tape)?

  /// `tape` should not record.
  package init(model: ZonkeyModel, tape: Tape) {
    self.model = model
    self.tape = tape
  }

  /// As documents are drawn by these options from noise at level `top`.
  init(_ zonkey: Zonkey, options: GenerationOptions, top: Int) throws(ZonkeyError) {
    self.init(model: zonkey.model, tape: zonkey.tape())
    existenceCutoff = options.existenceCutoff
    lowerNoise = options.lowerNoise
    lexicon = try zonkey.lexiconTable(below: top).map { ($0, $0.tape()) }
  }

  /// The symbols of units of level `top`, document by document: the nearest of the first `count`, or
  /// those of the lexicon's segments.
  func symbols(_ units: [[Float]], from top: Int, among count: Int) -> [[Int32]] {
    guard let lexicon else { return symbols(expand(units, from: top), among: count) }
    let latents = model.levels[1..<top].reversed().reduce(units) { expand($0, by: $1) }
    return latents.map { latents in
      let segments = lexicon.table.nearest(latents, on: lexicon.tape)
      let ending = count > 256 ? firstEnd(latents) : nil
      return segments.prefix(ending.map { $0 + 1 } ?? segments.count).joined().map { Int32($0) }
        + (ending == nil ? [] : [model.configuration.endSymbol])
    }
  }

  /// The first of some latents of level 0 that is decoded to the end of a document.
  private func firstEnd(_ latents: [Float]) -> Int? {
    let width = model.levels[0].configuration.latentWidth
    let alone = stride(from: 0, to: latents.count, by: width).map {
      Array(latents[$0..<$0 + width])
    }
    return symbols(expand(alone, by: model.levels[0]), among: model.configuration.vocabulary)
      .firstIndex { $0.contains(model.configuration.endSymbol) }
  }

  /// Level 0's units of one document from a latent of level `top`, [M, D] row after row.
  ///
  /// `start` is noise [C·D] on the sphere.
  package func document(from start: [Float], top: Int) -> [Float] {
    expand([denoised(start, by: model.levels[top])], from: top)[0]
  }

  /// Units of level `top`, of any number of documents, down to those of level 0.
  package func expand(_ units: [[Float]], from top: Int) -> [[Float]] {
    model.levels[..<top].reversed().reduce(units) { expand($0, by: $1) }
  }

  /// The units of the level that starts from noise, by the published sampler.
  private func denoised(_ start: [Float], by level: Level) -> [Float] {
    var walk = NoiseWalk(model: model, level: level, tape: tape)
    (walk.steps, walk.carriesNoise) = (steps, false)
    let decoded = walk.decoded(from: start, noise: { _ in [] }, settled: { decoded, _ in decoded })
    let windows = level.fullWindows(decoded.units, decoded.existence, decoded.offsets, on: tape)
    let placed = level.placed(
      windows.vectors, existence: windows.existence, joins: [false], lengths: [nil],
      existenceCutoff: existenceCutoff, keepsAll: true, on: tape)
    return placed.units.rows(0..<min(placed.units.rows, unitLimit)).array
  }

  /// Latents of a level decoded, stitched and cut: the units of that level, document by document.
  private func expand(_ latents: [[Float]], by level: Level) -> [[Float]] {
    let limit = unitLimit * level.configuration.width
    var units = latents.map { _ in [Float]() }
    let expander = LatentExpander(
      model: model, level: level, tape: tape, existenceCutoff: existenceCutoff,
      noiseLevel: lowerNoise)
    let width = level.configuration.latentWidth
    expander.expand(latents.map { LatentSequence(latents: $0, count: $0.count / width) }) {
      units[$0] += $1.array.prefix(limit - units[$0].count)
    }
    return units
  }

  /// The nearest of the first `count` symbols to every unit of level 0, document by document.
  package func symbols(_ units: [[Float]], among count: Int) -> [[Int32]] {
    let width = model.levels[0].configuration.width
    tape.reset()
    let all = model.symbols(
      tape.constant(Array(units.joined()), columns: width), among: count, on: tape)
    var place = 0
    return units.map { own in
      let first = place
      place += own.count / width
      return Array(all[first..<place])
    }
  }
}
