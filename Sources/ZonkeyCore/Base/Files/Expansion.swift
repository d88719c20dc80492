import ZonkeyPlatform

/// How much compressed data may unpack to where all of it is held at once.
///
/// Weights and latents hardly shrink when they are compressed. What grows beyond this is made to
/// fill memory or a disk; a small file must not be enough for it.
package enum Expansion {
  /// How many bytes a compressed one may become.
  package static let factor = 64

  /// The most bytes that `compressed` ones may become, `free` of them without a reason.
  package static func limit(compressed: Int, free: Int) -> Int {
    let (product, overflow) = compressed.multipliedReportingOverflow(by: factor)
    return overflow ? .max : product.adding(bounded: free)
  }
}

extension BufferedInput {
  /// The largest copy of a file that is made, and what a compressed one may be whatever its size.
  private static let maximumCopyBytes = 1 << 36
  private static let freeCopyBytes = 1 << 30

  /// Throws `badInput` when a copy of so many bytes on disk is more than there is a reason for.
  package func checkCopy(of bytes: Int) throws(ZonkeyError) {
    let plausible =
      stream.compression == .plain
      ? .max
      : Expansion.limit(compressed: stream.compressedBytesRead, free: Self.freeCopyBytes)
    if bytes > min(plausible, Self.maximumCopyBytes) {
      throw .badInput(
        source: source, line: nil, offset: nil,
        reason: "it unpacks to more than \(bytes) bytes, which are not waited for")
    }
  }
}
