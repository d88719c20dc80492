import CZstd

/// A one-shot decoder, to look at what the tool has compressed.
enum ZstdCheck {
  static func decompressed(_ bytes: [UInt8]) throws -> [UInt8] {
    guard let context = ZSTD_createDCtx() else { throw RunFailure(reason: "out of memory") }
    defer { ZSTD_freeDCtx(context) }
    var result: [UInt8] = []
    var block = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
    var position = 0
    var waiting = 1
    while position < bytes.count {
      let blockCount = block.count
      try bytes.withUnsafeBytes { source in
        try block.withUnsafeMutableBytes { target in
          var input = ZSTD_inBuffer(src: source.baseAddress, size: bytes.count, pos: position)
          var output = ZSTD_outBuffer(dst: target.baseAddress, size: blockCount, pos: 0)
          waiting = ZSTD_decompressStream(context, &output, &input)
          guard ZSTD_isError(waiting) == 0 else {
            throw RunFailure(reason: String(cString: ZSTD_getErrorName(waiting)))
          }
          position = input.pos
          result += target[..<output.pos]
        }
      }
    }
    guard waiting == 0 else { throw RunFailure(reason: "the frame is not complete") }
    return result
  }
}
