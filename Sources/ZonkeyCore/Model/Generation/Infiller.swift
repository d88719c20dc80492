import ZonkeyEngine
import ZonkeyBase

/// A document with gaps: known texts, and a gap between each two of them.
public struct GappedDocument: Sendable, Equatable {
  /// One more than there are gaps.
  public let known: [[UInt8]]
  /// How many units of the level that is denoised a gap has; nil leaves it to the model's default.
  public let gaps: [Int?]

  public init(known: [[UInt8]], gaps: [Int?]) {
    precondition(known.count == gaps.count + 1, "a gap stands between two texts")
    self.known = known
    self.gaps = gaps
  }
}

/// Fills gaps in documents (model §9, infilling); one for each thread.
///
/// A gap's units are denoised in one window with the known units around it, by the walk that makes
/// documents; after every step the known ones are put back. The number of units is given; how many
/// bytes each becomes is the model's decision.
public final class Infiller {
  private let zonkey: Zonkey
  private let options: GenerationOptions
  private let sampler: Sampler
  private let encoder: DocumentEncoder
  private let level: Level

  private var tape: Tape { sampler.tape }

  /// Throws `noLevel` when the model has no such level.
  public init(_ zonkey: Zonkey, options: GenerationOptions) throws(ZonkeyError) {
    let top = options.level ?? zonkey.levelCount - 1
    try zonkey.check(level: top)
    self.zonkey = zonkey
    self.options = options
    level = zonkey.model.levels[top]
    encoder = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: max(0, top - 1)))
    var sampler = try Sampler(zonkey, options: options, top: top)
    sampler.unitLimit = options.maxBytes
    self.sampler = sampler
  }

  /// Multiply-adds of all that was computed so far.
  package var multiplyAdds: Int { tape.multiplyAdds + encoder.tape.multiplyAdds }

  /// What stands in the gaps of document `number`, one after the other; each sees those before it.
  ///
  /// The bytes are what the model says; they need not be valid UTF-8.
  public func fill(_ document: GappedDocument, number: Int) -> [[UInt8]] {
    var (before, fillings) = (document.known[0], [[UInt8]]())
    for (index, length) in document.gaps.enumerated() {
      let after = document.known[index + 1]
      let filling = fill(
        before: before, after: after, units: length ?? level.configuration.segmentLength / 4,
        key: RandomSource(seed: options.seed).key(0x6F, UInt64(number), UInt64(index)))
      fillings.append(filling)
      // What lies further back than any window reaches would be encoded again for every gap.
      before = near(before + filling + after, isBefore: true)
    }
    return fillings
  }

  private func fill(before: [UInt8], after: [UInt8], units: Int, key: UInt64) -> [UInt8] {
    let (s, width) = (level.configuration.segmentLength, level.configuration.width)
    let gap = min(max(units, 1), s)
    let (left, right) = (
      self.units(near(before, isBefore: true)), self.units(near(after, isBefore: false))
    )
    // The window is shared fairly; what one side does not use is the other's.
    let half = (s - gap) / 2
    let rightCount = min(right.count / width, max(half, s - gap - left.count / width))
    let leftCount = min(left.count / width, s - gap - rightCount)
    let known = (
      left: Array(left.suffix(leftCount * width)), right: Array(right.prefix(rightCount * width))
    )
    let filled = denoise(known.left, gap: gap, known.right, key: key)
    return Configuration.bytes(
      of: sampler.symbols(
        [filled], of: [.inside], from: level.index, among: 256)[0])
  }

  /// As much of a text on one side of a gap as the gap's window can depend on: the bytes of twice
  /// its units, each as long as units get, cut between characters.
  private func near(_ text: [UInt8], isBefore: Bool) -> [UInt8] {
    guard text.count > reach else { return text }
    var place = isBefore ? text.count - reach : reach
    while place > 0, place < text.count, text[place].isUTF8Continuation { place += 1 }
    return Array(isBefore ? text[place...] : text[..<place])
  }

  private var reach: Int {
    let lengths = zonkey.model.levels[...level.index].map(\.configuration.segmentLength)
    return lengths.reduce(2) { min($0 * $1, 1 << 20) }
  }

  /// A text's units of the level: vectors on the sphere, row after row.
  private func units(_ text: [UInt8]) -> [Float] {
    guard level.index == 0 else {
      return encoder.encode([text], withLatents: true)[0].latents
    }
    tape.reset()
    // More than a window is never seen.
    let s = level.configuration.segmentLength
    let near = text.count > 2 * s ? Array(text.prefix(s) + text.suffix(s)) : text
    return tape.normalized(
      tape.gather(
        tape.use(zonkey.model.embedding), ContiguousArray(near.map { Int32($0) }))
    ).array
  }

  /// The gap's units after all steps.
  private func denoise(
    _ left: [Float], gap: Int, _ right: [Float], key: UInt64
  ) -> [Float] {
    let (width, latentWidth) = (level.configuration.width, level.configuration.latentWidth)
    let rows = (left.count + right.count) / width + gap
    let place = left.count / width..<left.count / width + gap
    let noise = RandomSource(seed: key)
    tape.reset()
    let start = tape.normalized(
      tape.constant(noise.normal(noise.key(0), count: latentWidth), columns: latentWidth)
    ).array
    var walk = NoiseWalk(model: zonkey.model, level: level, tape: tape)
    (walk.steps, walk.freshShare) = (options.steps, options.freshNoise)
    let offsets: ContiguousArray<Int32> = [0, Int32(rows)]
    let decoded = walk.decoded(
      from: start, lengths: [rows],
      noise: { noise.normal(noise.key(UInt64($0) + 1), count: latentWidth) },
      settled: { decoded, _ in
        let window = left + decoded.units.rows(place).array + right
        return NoiseWalk.Sequences(
          units: tape.normalized(tape.constant(window, columns: width)),
          existence: tape.constant([Float](repeating: 1 - Probability.epsilon, count: rows)),
          offsets: offsets)
      })
    return decoded.units.rows(place).array
  }
}
