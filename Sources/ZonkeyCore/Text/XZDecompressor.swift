import CLZMA

/// Decodes concatenated xz streams and the padding between them.
final class XZDecompressor: Decompressor {
  private let stream: UnsafeMutablePointer<lzma_stream>
  /// The most memory that a stream may ask for: a dictionary of 2 GiB and what goes with it.
  private static let memoryLimit: UInt64 = 5 << 29
  /// `LZMA_CONCATENATED`, a macro that Swift does not see.
  private static let concatenated: UInt32 = 0x08

  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: lzma_stream())
    guard lzma_stream_decoder(stream, Self.memoryLimit, Self.concatenated) == LZMA_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    lzma_end(stream)
    stream.deallocate()
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, atEnd: Bool
  ) -> DecodeProgress {
    stream.pointee.next_in = input.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) }
    stream.pointee.avail_in = input.count
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = output.count
    let result = lzma_code(stream, atEnd ? LZMA_FINISH : LZMA_RUN)
    var progress = DecodeProgress(
      consumedBytes: input.count - stream.pointee.avail_in,
      producedBytes: output.count - stream.pointee.avail_out)
    switch result {
    case LZMA_OK, LZMA_BUF_ERROR: break
    case LZMA_STREAM_END: progress.isComplete = true
    case LZMA_FORMAT_ERROR: progress.failure = "not the beginning of a stream"
    case LZMA_DATA_ERROR: progress.failure = "a block's checksum or structure is wrong"
    case LZMA_MEMLIMIT_ERROR: progress.failure = "needs more than 2.5 GiB to decode"
    case LZMA_OPTIONS_ERROR: progress.failure = "uses options that are not known"
    case LZMA_MEM_ERROR: progress.failure = "no memory"
    default: progress.failure = "error \(result.rawValue)"
    }
    return progress
  }
}
