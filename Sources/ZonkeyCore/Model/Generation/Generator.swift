import ZonkeyEngine
import ZonkeyBase

/// How documents are drawn from noise.
public struct GenerationOptions: Sendable, Equatable {
  public var seed: UInt64 = 0
  /// Denoising steps at the level that starts from noise.
  public var steps = 30
  /// The level that starts from noise; nil is the top.
  public var level: Int?
  /// A sequence ends where existence falls below this.
  public var existenceCutoff: Float = 0.2
  public var maxBytes = 1 << 16
  /// The share of the noise that is drawn anew at every step.
  public var freshNoise: Float = 0.3
  /// The noise level at which lower levels decode what upper ones have decoded.
  public var lowerNoise: Float = 0.1

  public init() {}
}

extension Zonkey {
  /// Makes on `threads` threads what the first generator of these options would make on its own.
  ///
  /// Throws `noLevel` when the model has no such level.
  package func prepare(for options: GenerationOptions, threads: Int) throws(ZonkeyError) {
    let top = options.level ?? levelCount - 1
    try check(level: top)
    _ = try lexiconTable(below: top, threads: threads)
  }
}

/// Generates documents; one for each thread.
///
/// Several documents are drawn together, since every step reads all weights of the top level once,
/// whatever number of documents it is for. No document depends on those beside it.
public final class Generator {
  /// The most segments that are drawn together.
  package static let together = 32

  private let zonkey: Zonkey
  private let options: GenerationOptions
  private let sampler: Sampler
  private let level: Level
  private let clamp: UnitClamp?
  private let unitSampler: UnitSampler?

  private var tape: Tape { sampler.tape }

  /// Throws `noLevel` when the model has no such level.
  public init(_ zonkey: Zonkey, options: GenerationOptions) throws(ZonkeyError) {
    let top = options.level ?? zonkey.levelCount - 1
    try zonkey.check(level: top)
    self.zonkey = zonkey
    self.options = options
    var sampler = try Sampler(zonkey, options: options, top: top)
    sampler.unitLimit = options.maxBytes
    self.sampler = sampler
    level = zonkey.model.levels[top]
    unitSampler = try UnitSampler(zonkey, top: top)
    clamp =
      top > 0 && unitSampler == nil ? try UnitClamp(zonkey, level: top, options: options) : nil
  }

  /// A segment of a document, by which its noise is drawn.
  private struct Place {
    let number: Int
    var segment = 0
  }

  /// A document as far as it has been drawn.
  private struct Draft {
    var place: Place
    var text: [UInt8] = []
  }

  /// Document `number` of the seed: bytes up to the end of document, at most `maxBytes`.
  ///
  /// Segments of the level that starts from noise are drawn one after the other, each behind the one
  /// before, until one ends the document. `consume` gets the bytes of each. They are what the model
  /// says; they need not be valid UTF-8.
  public func document(_ number: Int, _ consume: (_ bytes: [UInt8]) throws -> Void) rethrows {
    var (draft, goesOn) = (Draft(place: Place(number: number)), true)
    while goesOn {
      let known = draft.text.count
      goesOn = add(segments([draft.place])[0], to: &draft)
      try consume(Array(draft.text[known...]))
    }
  }

  /// The same in one piece.
  public func document(_ number: Int) -> [UInt8] { documents([number])[0] }

  /// The documents of these numbers, in their order.
  public func documents(_ numbers: [Int]) -> [[UInt8]] {
    var texts = numbers.map { _ in [UInt8]() }
    var (waiting, open) = (numbers.indices[...], [(index: Int, draft: Draft)]())
    while true {
      // A document that ends leaves its place to the next.
      while open.count < Self.together, let index = waiting.popFirst() {
        open.append((index, Draft(place: Place(number: numbers[index]))))
      }
      if open.isEmpty { return texts }
      let found = segments(open.map(\.draft.place))
      for place in open.indices.reversed() where !add(found[place], to: &open[place].draft) {
        let (index, draft) = open.remove(at: place)
        texts[index] = draft.text
      }
    }
  }

  /// Appends a segment to a document; whether it goes on behind it.
  private func add(_ segment: Drawn, to draft: inout Draft) -> Bool {
    draft.text += segment.bytes.prefix(options.maxBytes - draft.text.count)
    draft.place.segment += 1
    // Nothing at all is an end too.
    return !segment.isLast && !segment.bytes.isEmpty && draft.text.count < options.maxBytes
  }

  /// A segment that was drawn.
  private struct Drawn {
    let bytes: [UInt8]
    /// Whether the document ends with it.
    let isLast: Bool
  }

  /// Segments, drawn together.
  private func segments(_ places: [Place]) -> [Drawn] {
    let seed = RandomSource(seed: options.seed)
    let sources = places.map {
      RandomSource(seed: seed.key(0x6E, UInt64($0.number), UInt64($0.segment)))
    }
    let parts = places.map { $0.segment == 0 ? Sampler.Part.firstSegment : .segment }
    let frames = lengths.map { lengths in
      sources.map { lengths[$0.index($0.key(0x4C, 0), below: lengths.count)] }
    }
    if let unitSampler {
      return unitSampler.segments(sources, of: parts).enumerated().map { index, bytes in
        Drawn(bytes: bytes, isLast: frames?[index].isLast ?? true)
      }
    }
    let symbols = sampler.symbols(
      walked(sources, of: parts, lengths: frames?.map(\.units)), of: parts, from: level.index,
      among: zonkey.configuration.vocabulary)
    return symbols.enumerated().map { index, symbols in
      let bytes = Configuration.bytes(of: symbols)
      // Segments of a lexicon have no end of a document in them.
      let ends = zonkey.lexicon != nil && level.index > 0 || bytes.count < symbols.count
      return Drawn(bytes: bytes, isLast: frames?[index].isLast ?? ends)
    }
  }

  /// The units of segments that come out of noise.
  private func walked(
    _ sources: [RandomSource], of parts: [Sampler.Part], lengths: [Int]?
  ) -> [[Float]] {
    let width = level.configuration.latentWidth
    func noise(_ draw: Int) -> [Float] {
      sources.flatMap { $0.normal($0.key(UInt64(draw)), count: width) }
    }
    tape.reset()
    let starts = tape.normalized(tape.constant(noise(0), columns: width)).array
    var walk = NoiseWalk(model: zonkey.model, level: level, tape: tape)
    (walk.steps, walk.freshShare) = (options.steps, options.freshNoise)
    return units(
      walk.decoded(
        from: starts, lengths: level.saysLengths ? lengths : nil, noise: { noise($0 + 1) },
        settled: { settled($0, of: parts, share: $1) }))
  }

  /// The lengths that the level's segments have in text, where they were counted. Noise says nothing
  /// about them, and shares of a latent that moves would move with them.
  private var lengths: SegmentLengths? {
    guard let lengths = zonkey.lexicon?.lengths, lengths.indices.contains(level.index - 1)
    else { return nil }
    return lengths[level.index - 1]
  }

  /// The units up to where existence ends, in the last third of the way brought to where true ones
  /// lie.
  private func settled(
    _ decoded: NoiseWalk.Sequences, of parts: [Sampler.Part], share: Float
  ) -> NoiseWalk.Sequences {
    var units = units(decoded)
    if let clamp, share >= 2.0 / 3 {
      // Only where nothing tells lengths may they change on the way.
      let keepsLengths = level.saysLengths && lengths != nil
      units = zip(units, clamp.clamped(units, of: parts)).map { own, clamped in
        clamped.isEmpty || keepsLengths && clamped.count != own.count ? own : clamped
      }
    }
    let width = level.configuration.width
    let rows = tape.constant(Array(units.joined()), columns: width)
    return NoiseWalk.Sequences(
      units: rows,
      existence: tape.constant([Float](repeating: 1 - Probability.epsilon, count: rows.rows)),
      offsets: packedOffsets(units.map { $0.count / width }))
  }

  /// Of each sequence the units that exist, [·, D] row after row; at least one.
  private func units(_ decoded: NoiseWalk.Sequences) -> [[Float]] {
    (0..<decoded.offsets.count - 1).map { segment in
      let rows = rowRange(decoded.offsets, segment)
      let end =
        level.saysLengths
        ? nil
        : rows.dropFirst().first { decoded.existence.values[$0] < options.existenceCutoff }
      return decoded.units.rows(rows.lowerBound..<(end ?? rows.upperBound)).array
    }
  }
}

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
