import CZstd

/// Decodes concatenated zstd frames, with windows up to 2^31 bytes.
final class ZstdDecompressor: Decompressor {
  private let context: OpaquePointer
  /// How many input bytes the decoder asks for next: then a step decodes one block, and a
  /// damaged block takes no good one with it.
  private var wantedBytes = 1
  /// The last step filled the output: the decoder may hold back more of its block.
  private var mayHoldMore = false

  init?() {
    guard let context = ZSTD_createDCtx() else { return nil }
    self.context = context
    // A library built for smaller windows keeps its own limit and says so on such a frame.
    _ = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 31)
  }

  deinit {
    ZSTD_freeDCtx(context)
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, atEnd: Bool
  ) -> DecodeProgress {
    if mayHoldMore {
      // First what it holds, without input: damage there would take these good bytes with it.
      let held = step(UnsafeRawBufferPointer(start: nil, count: 0), into: output)
      if held.producedBytes > 0 || held.failure != nil { return held }
    }
    return step(input, into: output)
  }

  private func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> DecodeProgress {
    let given = min(input.count, max(1, wantedBytes))
    var source = ZSTD_inBuffer(src: input.baseAddress, size: given, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = ZSTD_decompressStream(context, &target, &source)
    var progress = DecodeProgress(consumedBytes: source.pos, producedBytes: target.pos)
    mayHoldMore = target.pos == output.count
    if ZSTD_isError(result) != 0 {
      progress.failure = String(cString: ZSTD_getErrorName(result))
      // The damage is in what was given; how far the decoder looked at it is no place.
      progress.consumedBytes = 0
    } else {
      progress.isComplete = result == 0
      wantedBytes = result
    }
    return progress
  }
}
