import ZonkeyEngine

/// The rows of a segment's window that are computed.
package enum Window {
  /// Calls `body` with the positions that exist with at least `bound`, and one more, where
  /// existence learns to end; each with its probability of a start. 0 keeps all.
  ///
  /// A position exists with ∏ (1 - p) over the positions behind the window's first up to it.
  @inline(__always)
  package static func forEachLiving(
    _ window: Range<Int>, bound: Float, boundary: (_ position: Int) -> Float,
    _ body: (_ position: Int, _ boundary: Float) -> Void
  ) {
    var exists: Float = 1
    for position in window {
      let p = boundary(position)
      if position > window.lowerBound { exists *= 1 - p }
      body(position, p)
      if exists < bound { return }
    }
  }

  /// How much the row behind a segment exists where a start was chosen: what a splitter that has
  /// learned leaves of it. Decoders find a segment's end by it.
  package static let behindStart: Float = 0.0005

  /// The probability of a start behind a document's end: none where documents are padded and
  /// existence goes on in the padding, otherwise certain.
  package static func pastEnd(_ configuration: Configuration) -> Float {
    configuration.paddedDocuments ? 0 : 1 - Probability.epsilon
  }
}
