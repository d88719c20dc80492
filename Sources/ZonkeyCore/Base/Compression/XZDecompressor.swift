import CLZMA

/// Decodes concatenated xz streams and the padding between them.
typealias XZDecompressor = CodecDecompressor<XZCodec>

/// liblzma, which goes from one stream to the next by itself.
enum XZCodec: Codec {
  /// The most memory that a stream may ask for: a dictionary of 2 GiB and what goes with it.
  private static var memoryLimit: UInt64 { 5 << 29 }
  /// `LZMA_CONCATENATED`, a macro that Swift does not see.
  private static var concatenated: UInt32 { 0x08 }

  static var initialState: lzma_stream { lzma_stream() }
  static var skipsZeros: Bool { false }

  static func open(_ state: UnsafeMutablePointer<lzma_stream>) -> Bool {
    lzma_stream_decoder(state, memoryLimit, concatenated) == LZMA_OK
  }

  static func close(_ state: UnsafeMutablePointer<lzma_stream>) {
    lzma_end(state)
  }

  static func give(
    _ state: UnsafeMutablePointer<lzma_stream>, _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer
  ) {
    state.pointee.next_in = input.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) }
    state.pointee.avail_in = input.count
    state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_out = output.count
  }

  static func run(_ state: UnsafeMutablePointer<lzma_stream>, atEnd: Bool) -> CodecStep {
    switch lzma_code(state, atEnd ? LZMA_FINISH : LZMA_RUN) {
    case LZMA_OK, LZMA_BUF_ERROR: .more
    case LZMA_STREAM_END: .ended
    case LZMA_FORMAT_ERROR: .failed("not the beginning of a stream")
    case LZMA_DATA_ERROR: .failed("a block's checksum or structure is wrong")
    case LZMA_MEMLIMIT_ERROR: .failed("needs more than 2.5 GiB to decode")
    case LZMA_OPTIONS_ERROR: .failed("uses options that are not known")
    case LZMA_MEM_ERROR: .failed("no memory")
    case let code: .failed("error \(code.rawValue)")
    }
  }

  static func rest(_ state: lzma_stream) -> (input: Int, output: Int) {
    (state.avail_in, state.avail_out)
  }
}
