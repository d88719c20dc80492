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

  /// Which part of a document units are.
  enum Part {
    /// The first segment, another one, or what has no ends of its own.
    case firstSegment, segment, inside

    /// Where the first of its units of level 1 stands.
    var start: Lexicon.Place {
      switch self {
      case .firstSegment: .documentStart
      case .segment: .segmentStart
      case .inside: .inside
      }
    }

    /// Where its units of level 1 stand; of a document's only unit its start is told.
    func places(_ count: Int) -> [Lexicon.Place] {
      var places = [Lexicon.Place](repeating: .inside, count: count)
      guard self != .inside, count > 0 else { return places }
      places[count - 1] = .segmentEnd
      if self == .firstSegment || count > 1 { places[0] = start }
      return places
    }
  }

  /// The symbols of units of level `top`, document by document: the nearest of the first `count`, or
  /// the bytes of the lexicon's segments.
  func symbols(
    _ units: [[Float]], of parts: [Part], from top: Int, among count: Int
  ) -> [[Int32]] {
    guard let lexicon else { return symbols(expand(units, from: top), among: count) }
    let width = model.levels[0].configuration.latentWidth
    let latents = model.levels[1..<top].reversed().reduce(units) { expand($0, by: $1) }
    return zip(latents, parts).map { latents, part in
      // Of levels further up nothing says where segments of level 1 end.
      let places = (top == 1 ? part : .inside).places(latents.count / width)
      return lexicon.table.nearest(latents, at: places, on: lexicon.tape).joined()
        .map { Int32($0) }
    }
  }

  /// Units of level 1, document by document, rounded to the latents of the lexicon's segments; nil
  /// where there is none.
  func rounded(_ units: [[Float]], of parts: [Part]) -> [[Float]]? {
    let width = model.levels[0].configuration.latentWidth
    return lexicon.map { lexicon in
      zip(units, parts).map { units, part in
        lexicon.table.rounded(units, at: part.places(units.count / width), on: lexicon.tape)
      }
    }
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
