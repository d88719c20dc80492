/// How the bytes of a file are compressed, as its first bytes say.
package enum Compression: String, Sendable, CaseIterable {
  case plain, zstd, gzip, bzip2, xz
}

extension Compression {
  /// What the first bytes of a stream say about it.
  enum Recognition: Equatable {
    case known(Compression)
    /// The bytes are the beginning of a magic number: more are needed to tell.
    case undecided
  }

  /// Recognises a format by its magic bytes.
  ///
  /// `atEnd` says that no more bytes follow. A few typed characters are decided at once:
  /// only a true beginning of a magic number waits for more.
  static func recognise(_ bytes: UnsafeRawBufferPointer, atEnd: Bool) -> Recognition {
    var isUndecided = false
    for (pattern, compression) in magics {
      let shared = min(pattern.count, bytes.count)
      guard (0..<shared).allSatisfy({ pattern[$0].contains(bytes[$0]) }) else { continue }
      if shared == pattern.count { return .known(compression) }
      isUndecided = true
    }
    return isUndecided && !atEnd ? .undecided : .known(.plain)
  }

  /// The magic numbers, each byte as the range of values it may have.
  private static let magics: [([ClosedRange<UInt8>], Compression)] = [
    (exactly([0x28, 0xB5, 0x2F, 0xFD]), .zstd),
    ([0x50...0x5F] + exactly([0x2A, 0x4D, 0x18]), .zstd),
    (exactly([0x1F, 0x8B, 0x08]), .gzip),
    (exactly([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]), .xz),
    // "BZh", a level, then the magic of a first block or, in an empty stream, of the end.
    (bzip2Head + exactly([0x31, 0x41, 0x59, 0x26, 0x53, 0x59]), .bzip2),
    (bzip2Head + exactly([0x17, 0x72, 0x45, 0x38, 0x50, 0x90]), .bzip2),
  ]
  private static let bzip2Head = exactly([0x42, 0x5A, 0x68]) + [0x31...0x39]

  private static func exactly(_ bytes: [UInt8]) -> [ClosedRange<UInt8>] {
    bytes.map { $0...$0 }
  }
}

/// A decoder of one compression format, which also goes from one frame to the next.
protocol Decompressor: AnyObject {
  /// Decodes from `input` to `output`, as far as either goes.
  ///
  /// `atEnd` says that nothing follows `input`. A damaged stream is told in the progress
  /// rather than thrown, since the bytes before the damage are good.
  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, atEnd: Bool
  ) -> DecodeProgress
}

/// What one step of a decoder did.
struct DecodeProgress {
  var consumedBytes = 0
  var producedBytes = 0
  /// Whether the stream may end here: the last frame is complete.
  var isComplete = false
  /// Why the stream cannot be decoded further.
  var failure: String?
}

extension Compression {
  /// A decoder of this format; `nil` for plain bytes, or when there is no memory for one.
  func makeDecompressor() -> (any Decompressor)? {
    switch self {
    case .plain: nil
    case .zstd: ZstdDecompressor()
    case .gzip: GzipDecompressor()
    case .bzip2: BZip2Decompressor()
    case .xz: XZDecompressor()
    }
  }
}

extension Decompressor {
  /// All of a piece that is complete in itself; `nil` if it is not, or too large when decoded.
  func decodeWhole(_ piece: [UInt8], limit: Int) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(min(limit, 1 << 20))
    return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { output in
      piece.withUnsafeBytes { input in
        var position = 0
        while true {
          let rest = UnsafeRawBufferPointer(rebasing: input[position...])
          let step = decode(rest, into: output, atEnd: true)
          position += step.consumedBytes
          result.append(contentsOf: UnsafeRawBufferPointer(rebasing: output[..<step.producedBytes]))
          let isIdle = step.consumedBytes == 0 && step.producedBytes == 0
          if step.failure != nil || result.count > limit { return nil }
          if step.isComplete && position == input.count { return result }
          if isIdle { return nil }
        }
      }
    }
  }
}
