import CBZip2

/// Decodes concatenated bzip2 streams, such as Wikipedia's multistream dumps.
typealias BZip2Decompressor = CodecDecompressor<BZip2Codec>

/// libbz2.
enum BZip2Codec: Codec {
  static var initialState: bz_stream { bz_stream() }
  static var skipsZeros: Bool { false }

  static func open(_ state: UnsafeMutablePointer<bz_stream>) -> Bool {
    BZ2_bzDecompressInit(state, 0, 0) == BZ_OK
  }

  static func close(_ state: UnsafeMutablePointer<bz_stream>) {
    BZ2_bzDecompressEnd(state)
  }

  static func give(
    _ state: UnsafeMutablePointer<bz_stream>, _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer
  ) {
    state.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
    state.pointee.avail_in = UInt32(input.count)
    state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
    state.pointee.avail_out = UInt32(output.count)
  }

  static func run(_ state: UnsafeMutablePointer<bz_stream>, atEnd: Bool) -> CodecStep {
    switch BZ2_bzDecompress(state) {
    case BZ_OK: .more
    case BZ_STREAM_END: .ended
    case BZ_DATA_ERROR: .failed("a block's checksum or structure is wrong")
    case BZ_DATA_ERROR_MAGIC: .failed("not the beginning of a stream")
    case BZ_MEM_ERROR: .failed("no memory")
    case let code: .failed("error \(code)")
    }
  }

  static func rest(_ state: bz_stream) -> (input: Int, output: Int) {
    (Int(state.avail_in), Int(state.avail_out))
  }
}
