import ZonkeyEngine

/// Draws segments of the level at which generation begins, several side by side, each in a slot; one
/// for each thread.
protocol SegmentSource {
  /// Forgets all that was begun, and makes room for so many segments.
  mutating func reset(slots: Int)
  /// Begins a segment in a slot that is free.
  mutating func begin(_ segment: SegmentDraft, in slot: Int)
  /// Goes on with all segments that were begun. Those that are complete leave their slots. None depends on
  /// those beside it.
  mutating func advance() -> [(slot: Int, segment: DrawnSegment)]
}

/// A segment that is to be drawn.
struct SegmentDraft {
  /// Its random numbers.
  let source: RandomSource
  let part: Sampler.Part
  /// Its units, and whether its document ends with it, as text has them; nil where that was not counted.
  let frame: (units: Int, isLast: Bool)?
}

/// A segment that was drawn.
struct DrawnSegment {
  let bytes: [UInt8]
  /// Whether its document ends with it, where no frame says so.
  let isLast: Bool
}
