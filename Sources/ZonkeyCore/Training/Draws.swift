/// What a training step draws at random, in the order in which a level needs it.
package enum Draw: UInt64, Sendable, CaseIterable {
  case splitter = 1
  case cleanLevel, cleanNoise
  case middleLevel, middleNoise
  case dirtyShare, dirtyNoise
  case maskPosition, maskKind, maskVector, maskNegative
  case cleanNegative, dirtyNegative, stitchNegative, nullNegative
  case wholeSegment
  case selfCondition
}

/// The source of a training step's random numbers.
///
/// A type of its own so that the fixtures of the published code can be replayed.
package protocol DrawSource {
  /// Uniform in [0, 1).
  func uniform(_ draw: Draw, level: Int, count: Int) -> [Float]
  /// Standard normal.
  func normal(_ draw: Draw, level: Int, count: Int) -> [Float]
  /// Beta(1, 3).
  func beta(_ draw: Draw, level: Int, count: Int) -> [Float]
  /// `rows`·`each` places, drawn in proportion to `weights`; row i avoids place `avoiding[i]`.
  func places(
    _ draw: Draw, level: Int, weights: [Float], rows: Int, each: Int,
    avoiding: ContiguousArray<Int32>
  ) -> ContiguousArray<Int32>
}
