import CZlib

/// Decodes concatenated gzip members; zero bytes after the last one are padding.
typealias GzipDecompressor = CodecDecompressor<GzipCodec>

/// zlib.
enum GzipCodec: Codec {
  static var initialState: z_stream { z_stream() }
  static var skipsZeros: Bool { true }

  static func open(_ state: UnsafeMutablePointer<z_stream>) -> Bool {
    // Window bits of 15, and 16 to expect a gzip header.
    let size = Int32(MemoryLayout<z_stream>.size)
    return inflateInit2_(state, 15 + 16, ZLIB_VERSION, size) == Z_OK
  }

  static func close(_ state: UnsafeMutablePointer<z_stream>) {
    inflateEnd(state)
  }

  static func give(
    _ state: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer
  ) {
    state.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    state.pointee.avail_in = UInt32(input.count)
    state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_out = UInt32(output.count)
  }

  static func run(_ state: UnsafeMutablePointer<z_stream>, atEnd: Bool) -> CodecStep {
    switch inflate(state, Z_NO_FLUSH) {
    case Z_OK, Z_BUF_ERROR: .more
    case Z_STREAM_END: .ended
    case let code: .failed(state.pointee.msg.map { String(cString: $0) } ?? "error \(code)")
    }
  }

  static func rest(_ state: z_stream) -> (input: Int, output: Int) {
    (Int(state.avail_in), Int(state.avail_out))
  }
}
