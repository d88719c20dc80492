import CZstd

/// Cuts a zstd file into runs of whole frames, each decoded on its own.
///
/// A frame too large to be held whole ends the cutting: from there the file is read in order.
/// Unchecked, because it is called under the lock of a `ReadAhead` only.
package final class ZstdCutter: PieceSource, @unchecked Sendable {
  /// About how many compressed bytes make a piece.
  private static let pieceBytes = 1 << 20
  /// The largest frame that is held whole.
  private static let maxFrameBytes = 8 << 20
  /// The most that a piece may have when decoded.
  private static let maxDecodedBytes = 32 << 20

  private var window: FileWindow
  private var offset = 0
  private var isDone = false

  package init(_ file: File) {
    window = FileWindow(file)
  }

  package func next() -> (@Sendable () -> DecodedPiece)? {
    if isDone { return nil }
    let start = offset
    while offset - start < Self.pieceBytes, let size = frameSize(pieceStart: start) {
      offset += size
    }
    let end = offset
    if end == start {
      isDone = true
      let isEnd = window.isAtEnd && window.start + window.bytes.count == start
      let last = isEnd ? window.ending(at: start) : .doubt(restart: start)
      return { last }
    }
    let first = start - window.start
    let frames = Array(window.bytes[first..<(first + end - start)])
    return {
      let bytes = ZstdDecompressor()?.decodeWhole(frames, limit: Self.maxDecodedBytes)
      return bytes.map { .bytes($0, end: end, restart: start) } ?? .doubt(restart: start)
    }
  }

  /// The size of the frame at the offset; `nil` when there is none that is whole and small enough.
  private func frameSize(pieceStart: Int) -> Int? {
    var wanted = Self.pieceBytes
    while true {
      window.load(from: pieceStart, count: offset - pieceStart + wanted)
      let size = window.bytes.withUnsafeBytes {
        let rest = UnsafeRawBufferPointer(rebasing: $0[(offset - window.start)...])
        return ZSTD_findFrameCompressedSize(rest.baseAddress, rest.count)
      }
      if ZSTD_isError(size) == 0 { return size }
      if window.isAtEnd || wanted >= Self.maxFrameBytes { return nil }
      wanted *= 2
    }
  }
}
