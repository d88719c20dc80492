import CZlib

/// Decodes concatenated gzip members; zero bytes after the last one are padding.
final class GzipDecompressor: Decompressor {
  private let stream: UnsafeMutablePointer<z_stream>
  private var isBetweenMembers = false

  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Window bits of 15, and 16 to expect a gzip header.
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, size) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, atEnd: Bool
  ) -> DecodeProgress {
    if isBetweenMembers {
      let padding = input.prefix { $0 == 0 }.count
      if padding > 0 || input.isEmpty {
        return DecodeProgress(consumedBytes: padding, isComplete: true)
      }
      isBetweenMembers = false
      inflateReset(stream)
    }
    let given = min(input.count, Int(UInt32.max))
    let room = min(output.count, Int(UInt32.max))
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(given)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    let result = inflate(stream, Z_NO_FLUSH)
    var progress = DecodeProgress(
      consumedBytes: given - Int(stream.pointee.avail_in),
      producedBytes: room - Int(stream.pointee.avail_out))
    switch result {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      isBetweenMembers = true
      progress.isComplete = true
    default:
      progress.failure = stream.pointee.msg.map { String(cString: $0) } ?? "error \(result)"
    }
    return progress
  }
}
