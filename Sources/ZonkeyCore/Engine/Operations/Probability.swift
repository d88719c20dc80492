/// What all operations on probabilities agree on.
package enum Probability {
  /// ε of the method: probabilities and cosines keep this distance from their limits.
  @inlinable package static var epsilon: Float { 1e-7 }

  /// The probability of a start as splitting and existence use it: certain at a document's first
  /// position, none where a start is forbidden, otherwise p clipped to [ε, 1 - ε].
  @inlinable package static func boundary(
    _ p: Float, isFirst: Bool, isAllowed: Bool
  ) -> Float {
    if isFirst { return 1 - epsilon }
    return isAllowed ? min(max(p, epsilon), 1 - epsilon) : 0
  }
}
