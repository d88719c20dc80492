import ZonkeyBase
import ZonkeyEngine

/// Draws segments of a level from noise, by the walk of `NoiseWalk`.
struct NoiseSampler: SegmentSource {
  private let zonkey: Zonkey
  private let options: GenerationOptions
  private let sampler: Sampler
  private let level: Level
  private let clamp: UnitClamp?
  private var begun: [(slot: Int, draft: SegmentDraft)] = []

  private var tape: Tape { sampler.tape }

  init(_ zonkey: Zonkey, options: GenerationOptions, top: Int) throws(ZonkeyError) {
    self.zonkey = zonkey
    self.options = options
    var sampler = try Sampler(zonkey, options: options, top: top)
    sampler.unitLimit = options.maxBytes
    self.sampler = sampler
    level = zonkey.model.levels[top]
    clamp = top > 0 ? try UnitClamp(zonkey, level: top, options: options) : nil
  }

  mutating func reset(slots: Int) { begun = [] }

  mutating func begin(_ segment: SegmentDraft, in slot: Int) { begun.append((slot, segment)) }

  /// All that were begun are complete.
  mutating func advance() -> [(slot: Int, segment: DrawnSegment)] {
    defer { begun = [] }
    let drafts = begun.map(\.draft)
    let symbols = sampler.symbols(
      walked(drafts), of: drafts.map(\.part), from: level.index,
      among: zonkey.configuration.vocabulary)
    return zip(begun, symbols).map { begun, symbols in
      let bytes = Configuration.bytes(of: symbols)
      // Segments of a lexicon have no end of a document in them.
      let isLast = zonkey.lexicon != nil && level.index > 0 || bytes.count < symbols.count
      return (begun.slot, DrawnSegment(bytes: bytes, isLast: isLast))
    }
  }

  /// The units of segments that come out of noise.
  private func walked(_ drafts: [SegmentDraft]) -> [[Float]] {
    let width = level.configuration.latentWidth
    func noise(_ draw: Int) -> [Float] {
      drafts.flatMap { $0.source.normal($0.source.key(UInt64(draw)), count: width) }
    }
    tape.reset()
    let starts = tape.normalized(tape.constant(noise(0), columns: width)).array
    var walk = NoiseWalk(model: zonkey.model, level: level, tape: tape)
    (walk.steps, walk.freshShare) = (options.steps, options.freshNoise)
    // Noise says nothing of lengths, and shares of a latent that moves would move with them.
    let lengths = drafts.compactMap(\.frame?.units)
    let keepsLengths = level.saysLengths && lengths.count == drafts.count
    return units(
      walk.decoded(
        from: starts, lengths: keepsLengths ? lengths : nil, noise: { noise($0 + 1) },
        settled: {
          settled($0, of: drafts.map(\.part), share: $1, keepsLengths: keepsLengths)
        }))
  }

  /// The units up to where existence ends, in the last third of the way brought to where true ones
  /// lie.
  private func settled(
    _ decoded: NoiseWalk.Sequences, of parts: [Sampler.Part], share: Float, keepsLengths: Bool
  ) -> NoiseWalk.Sequences {
    var units = units(decoded)
    if let clamp, share >= 2.0 / 3 {
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
