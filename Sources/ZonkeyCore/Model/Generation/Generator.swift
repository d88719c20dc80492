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

  public init() {}
}

/// Generates documents; one for each thread.
public final class Generator {
  private let zonkey: Zonkey
  private let options: GenerationOptions
  private let tape: Tape
  private let top: Int

  /// Throws `badConfiguration` when the model has no such level.
  public init(_ zonkey: Zonkey, options: GenerationOptions) throws(ZonkeyError) {
    top = options.level ?? zonkey.levelCount - 1
    try zonkey.check(level: top)
    self.zonkey = zonkey
    self.options = options
    tape = zonkey.tape()
  }

  /// Document `number` of the seed: bytes up to the end of document, at most `maxBytes`.
  ///
  /// The bytes are what the model says; they need not be valid UTF-8.
  public func document(_ number: Int) -> [UInt8] {
    tape.reset()
    let source = RandomSource(seed: options.seed)
    let width = zonkey.model.levels[top].configuration.latentWidth
    let noise = tape.normalized(
      tape.constant(
        source.normal(source.key(0x6E, UInt64(number)), count: width), columns: width)
    ).array
    var sampler = Sampler(model: zonkey.model, tape: tape)
    sampler.steps = options.steps
    sampler.existenceCutoff = options.existenceCutoff
    sampler.unitLimit = options.maxBytes
    let symbols = sampler.symbols(
      sampler.document(from: noise, top: top), among: zonkey.configuration.vocabulary)
    return Configuration.bytes(of: symbols)
  }
}
