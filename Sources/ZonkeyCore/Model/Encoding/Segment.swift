/// A learned segment of a document.
public struct Segment: Sendable, Equatable {
  public let level: Int
  /// Byte offsets in the document, end exclusive.
  public let start: Int
  public let end: Int
  /// The probability of the start.
  public let probability: Float

  package init(level: Int, start: Int, end: Int, probability: Float) {
    self.level = level
    self.start = start
    self.end = end
    self.probability = probability
  }
}

/// How probabilities become starts.
public struct SplitOptions: Sendable, Equatable {
  public enum Rule: Sendable, Equatable {
    /// Starts where p lies above the calibrated threshold of the expected rate.
    case calibrated
    /// Starts where p lies above this.
    case threshold(Float)
    /// Starts where p lies above the calibrated threshold for this mean length in units.
    case meanLength(Float)
    /// Draws starts with their probability; the seed and the document's number make the draws.
    case sample(seed: UInt64)
  }
  public var rule: Rule = .calibrated
  /// Levels 0 ... this one are split.
  public var topLevel = 0

  public init(rule: Rule = .calibrated, topLevel: Int = 0) {
    self.rule = rule
    self.topLevel = topLevel
  }
}

/// What a model makes of one document, or of a part of it.
public struct EncodedDocument: Sendable, Equatable {
  /// The segments of levels 0 ... the top one asked for; those of a level tile the document, or the
  /// same part of it.
  public let segments: [[Segment]]
  /// The latents of the top level's segments [N, C·D], row after row; empty unless asked for.
  public let latents: [Float]
}
