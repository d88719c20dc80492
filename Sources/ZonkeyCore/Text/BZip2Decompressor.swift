import CBZip2

/// Decodes concatenated bzip2 streams, such as Wikipedia's multistream dumps.
final class BZip2Decompressor: Decompressor {
  private let stream: UnsafeMutablePointer<bz_stream>
  private var isBetweenStreams = false

  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: bz_stream())
    guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    BZ2_bzDecompressEnd(stream)
    stream.deallocate()
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, atEnd: Bool
  ) -> DecodeProgress {
    if isBetweenStreams {
      if input.isEmpty { return DecodeProgress(isComplete: true) }
      isBetweenStreams = false
      BZ2_bzDecompressEnd(stream)
      stream.pointee = bz_stream()
      let result = BZ2_bzDecompressInit(stream, 0, 0)
      if result != BZ_OK { return DecodeProgress(failure: Self.reason(result)) }
    }
    let given = min(input.count, Int(UInt32.max))
    let room = min(output.count, Int(UInt32.max))
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
    stream.pointee.avail_in = UInt32(given)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
    stream.pointee.avail_out = UInt32(room)
    let result = BZ2_bzDecompress(stream)
    var progress = DecodeProgress(
      consumedBytes: given - Int(stream.pointee.avail_in),
      producedBytes: room - Int(stream.pointee.avail_out))
    switch result {
    case BZ_OK: break
    case BZ_STREAM_END:
      isBetweenStreams = true
      progress.isComplete = true
    default: progress.failure = Self.reason(result)
    }
    return progress
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case BZ_DATA_ERROR: "a block's checksum or structure is wrong"
    case BZ_DATA_ERROR_MAGIC: "not the beginning of a stream"
    case BZ_MEM_ERROR: "no memory"
    default: "error \(code)"
    }
  }
}
