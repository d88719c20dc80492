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
/// Several documents are drawn together, since every step reads the same weights once, whatever number
/// of documents it is for. No document depends on those beside it.
public final class Generator {
  /// The most segments that are drawn together.
  package static let together = 64

  private let options: GenerationOptions
  private var source: any SegmentSource
  /// The lengths that segments of the level have in text, where they were counted.
  private let lengths: SegmentLengths?

  /// Throws `noLevel` when the model has no such level.
  public init(_ zonkey: Zonkey, options: GenerationOptions) throws(ZonkeyError) {
    let top = options.level ?? zonkey.levelCount - 1
    try zonkey.check(level: top)
    self.options = options
    if let sampler = try UnitSampler(zonkey, top: top) {
      source = sampler
    } else {
      source = try NoiseSampler(zonkey, options: options, top: top)
    }
    let counted = zonkey.lexicon?.lengths ?? []
    lengths = counted.indices.contains(top - 1) ? counted[top - 1] : nil
  }

  /// Document `number` of the seed: bytes up to the end of document, at most `maxBytes`.
  ///
  /// Segments of the level at which generation begins are drawn one after the other, each behind the one
  /// before, until one ends the document. `consume` gets the bytes of each. They are what the model
  /// says; they need not be valid UTF-8.
  public func document(_ number: Int, _ consume: (_ bytes: [UInt8]) throws -> Void) rethrows {
    try draw([number]) { _, bytes in try consume(bytes) }
  }

  /// The same in one piece.
  public func document(_ number: Int) -> [UInt8] { documents([number])[0] }

  /// The documents of these numbers, in their order.
  public func documents(_ numbers: [Int]) -> [[UInt8]] {
    var texts = numbers.map { _ in [UInt8]() }
    draw(numbers) { index, bytes in texts[index] += bytes }
    return texts
  }

  /// A document as far as it has been drawn.
  private struct Draft {
    let index: Int
    /// The segment that is being drawn, and the bytes before it.
    var segment = 0
    var count = 0
    var frame: (units: Int, isLast: Bool)?
  }

  /// Draws documents; `consume` gets the bytes of their segments, by their indices.
  private func draw(
    _ numbers: [Int], _ consume: (_ index: Int, _ bytes: [UInt8]) throws -> Void
  ) rethrows {
    var waiting = numbers.indices[...]
    var drafts = [Draft?](repeating: nil, count: min(Self.together, numbers.count))
    source.reset(slots: drafts.count)
    // A document that ends leaves its slot to the next.
    func begin(_ goingOn: Draft?, in slot: Int) {
      drafts[slot] = (goingOn ?? waiting.popFirst().map { Draft(index: $0) }).map {
        begun($0, number: numbers[$0.index], in: slot)
      }
    }
    for slot in drafts.indices { begin(nil, in: slot) }
    while drafts.contains(where: { $0 != nil }) {
      for (slot, segment) in source.advance() {
        guard var draft = drafts[slot] else { continue }
        let bytes = Array(segment.bytes.prefix(options.maxBytes - draft.count))
        draft.count += bytes.count
        draft.segment += 1
        try consume(draft.index, bytes)
        // Nothing at all is an end too.
        let isLast = (draft.frame?.isLast ?? segment.isLast) || bytes.isEmpty
        begin(isLast || draft.count == options.maxBytes ? nil : draft, in: slot)
      }
    }
  }

  /// Begins the next segment of a document in a slot.
  private func begun(_ draft: Draft, number: Int, in slot: Int) -> Draft {
    var draft = draft
    let seed = RandomSource(seed: options.seed)
    let random = RandomSource(seed: seed.key(0x6E, UInt64(number), UInt64(draft.segment)))
    draft.frame = lengths.map { $0[random.index(random.key(0x4C, 0), below: $0.count)] }
    source.begin(
      SegmentDraft(
        source: random, part: draft.segment == 0 ? .firstSegment : .segment, frame: draft.frame),
      in: slot)
    return draft
  }
}
