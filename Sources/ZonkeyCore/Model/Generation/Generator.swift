import ZonkeyEngine
import ZonkeyBase

/// How documents are drawn from noise.
public struct GenerationOptions: Sendable, Equatable {
  public var seed: UInt64 = 0
  /// Denoising steps at the level that starts from noise.
  public var steps = 10
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

/// Generates documents; one for each thread.
public final class Generator {
  private let zonkey: Zonkey
  private let options: GenerationOptions
  private let tape: Tape
  private let level: Level
  private let clamp: UnitClamp?

  /// Throws `badConfiguration` when the model has no such level.
  public init(_ zonkey: Zonkey, options: GenerationOptions) throws(ZonkeyError) {
    let top = options.level ?? zonkey.levelCount - 1
    try zonkey.check(level: top)
    self.zonkey = zonkey
    self.options = options
    tape = zonkey.tape()
    level = zonkey.model.levels[top]
    clamp = top > 0 ? try UnitClamp(zonkey, level: top, options: options) : nil
  }

  /// Document `number` of the seed: bytes up to the end of document, at most `maxBytes`.
  ///
  /// Segments of the level that starts from noise are drawn one after the other until one has the
  /// end of a document in it; each begins where existence has ended the one before. `consume` gets
  /// the bytes of each. They are what the model says; they need not be valid UTF-8.
  public func document(_ number: Int, _ consume: (_ bytes: [UInt8]) throws -> Void) rethrows {
    var (count, segment, goesOn) = (0, 0, true)
    while goesOn && count < options.maxBytes {
      let symbols = symbols(number, segment: segment)
      let bytes = symbols.prefix { $0 < 256 }.map { UInt8(truncatingIfNeeded: $0) }
      // Nothing at all is an end too.
      goesOn = bytes.count == symbols.count && !bytes.isEmpty
      try consume(Array(bytes.prefix(options.maxBytes - count)))
      count += bytes.count
      segment += 1
    }
  }

  /// The same in one piece.
  public func document(_ number: Int) -> [UInt8] {
    var text: [UInt8] = []
    document(number) { text += $0 }
    return text
  }

  private func symbols(_ number: Int, segment: Int) -> [Int32] {
    let (s, width) = (level.configuration.segmentLength, level.configuration.latentWidth)
    let source = RandomSource(seed: options.seed)
    let noise = RandomSource(seed: source.key(0x6E, UInt64(number), UInt64(segment)))
    tape.reset()
    let start = tape.normalized(
      tape.constant(noise.normal(noise.key(0), count: width), columns: width)
    ).array
    var walk = NoiseWalk(model: zonkey.model, level: level, tape: tape)
    (walk.steps, walk.freshShare) = (options.steps, options.freshNoise)
    let decoded = walk.decoded(
      from: start, rows: s,
      noise: { noise.normal(noise.key(UInt64($0) + 1), count: width) },
      settled: { settled($0, share: $1) })
    let units = decoded.vectors.rows(0..<length(decoded)).array
    var sampler = Sampler(model: zonkey.model, tape: tape)
    sampler.existenceCutoff = options.existenceCutoff
    sampler.lowerNoise = options.lowerNoise
    sampler.unitLimit = options.maxBytes
    return sampler.symbols(
      sampler.expand(units, from: level.index), among: zonkey.configuration.vocabulary)
  }

  /// The units up to where existence ends, in the last third of the way as the levels below say
  /// that they are.
  private func settled(_ decoded: Decoded, share: Float) -> NoiseWalk.Sequence {
    let length = length(decoded)
    var units = decoded.vectors.rows(0..<length)
    if let clamp, share >= 2.0 / 3 {
      let clamped = clamp.clamped(units.array)
      if !clamped.isEmpty { units = tape.constant(clamped, columns: units.columns) }
    }
    return NoiseWalk.Sequence(
      units: units,
      existence: tape.constant([Float](repeating: 1 - Probability.epsilon, count: units.rows)))
  }

  /// How many positions exist.
  private func length(_ decoded: Decoded) -> Int {
    let e = decoded.existence
    return (1..<e.rows).first { e.values[$0] < options.existenceCutoff } ?? e.rows
  }
}

/// Brings decoded units to where true ones lie: down to bytes and up again.
final class UnitClamp {
  private let zonkey: Zonkey
  private let level: Level
  private let encoder: DocumentEncoder
  private var sampler: Sampler

  /// For the units of level `level`, at least 1.
  init(_ zonkey: Zonkey, level index: Int, options: GenerationOptions) throws(ZonkeyError) {
    self.zonkey = zonkey
    level = zonkey.model.levels[index]
    encoder = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: index - 1))
    sampler = Sampler(model: zonkey.model, tape: zonkey.tape())
    sampler.existenceCutoff = options.existenceCutoff
    sampler.lowerNoise = options.lowerNoise
  }

  /// The units of the text that `units` stand for, at most S of them; nothing where that has none.
  func clamped(_ units: [Float]) -> [Float] {
    let symbols = sampler.symbols(
      sampler.expand(units, from: level.index), among: zonkey.configuration.vocabulary)
    let bytes = symbols.prefix { $0 < 256 }.map { UInt8(truncatingIfNeeded: $0) }
    let found = encoder.encode([bytes], withLatents: true)[0].latents
    return Array(found.prefix(level.configuration.segmentLength * level.configuration.width))
  }
}
