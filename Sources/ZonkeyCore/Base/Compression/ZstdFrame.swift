import CZstd

/// Whole buffers out of zstd; `ZstdEncoder` makes the frames.
package enum ZstdFrame {
  /// ZSTD_CONTENTSIZE_UNKNOWN, a macro too elaborate for Swift to import.
  private static let unknownSize = UInt64.max

  /// Whether the bytes begin like zstd: a frame, or one of the frames that readers skip.
  package static func isZstd(_ bytes: some Collection<UInt8>) -> Bool {
    let start = bytes.prefix(4)
    guard start.count == 4 else { return false }
    let magic = start.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return magic == 0xFD2F_B528 || magic & 0xFFFF_FFF0 == 0x184D_2A50
  }

  /// Decompresses all frames and verifies their checksums.
  ///
  /// Throws `badModel` with `path` when the data is damaged or cut short, or when it would
  /// become larger than `limit` bytes.
  package static func decompress(
    _ bytes: [UInt8], limit: Int, path: String = ""
  ) throws(ZonkeyError) -> [UInt8] {
    let frameBytes = ZSTD_findFrameCompressedSize(bytes, bytes.count)
    if ZSTD_isError(frameBytes) != 0 { throw damaged("it is cut short or not zstd", path) }
    let declared = ZSTD_getFrameContentSize(bytes, bytes.count)
    if frameBytes != bytes.count || declared == unknownSize {
      return try decompressStream(bytes, limit: limit, path: path)
    }
    if declared > UInt64(limit) { throw tooLarge(limit, path) }
    // A block of 128 KiB takes at least 4 bytes, so a larger claim is a lie not worth memory.
    let (plausible, overflow) = bytes.count.multipliedReportingOverflow(by: 1 << 15)
    if !overflow, declared > UInt64(plausible) {
      throw damaged("it claims \(declared) bytes of content", path)
    }
    var code = 0
    let output = [UInt8](unsafeUninitializedCapacity: Int(declared)) { buffer, count in
      code = ZSTD_decompress(buffer.baseAddress, Int(declared), bytes, bytes.count)
      count = ZSTD_isError(code) != 0 ? 0 : code
    }
    if ZSTD_isError(code) != 0 { throw damaged(message(code), path) }
    if output.count != Int(declared) { throw damaged("it has less than it claims", path) }
    return output
  }

  /// For several frames, and for one that does not tell its size, as `zstd` writes to a pipe.
  private static func decompressStream(
    _ bytes: [UInt8], limit: Int, path: String
  ) throws(ZonkeyError) -> [UInt8] {
    var stream = try Stream(bytes, path: path)
    var output: [UInt8] = []
    while let piece = try stream.next(capacity: 1 << 20) {
      if piece.count > limit - output.count { throw tooLarge(limit, path) }
      output.append(contentsOf: piece)
    }
    if !stream.isComplete { throw damaged("the data is cut short", path) }
    return output
  }

  private static func message(_ code: Int) -> String {
    String(cString: ZSTD_getErrorName(code))
  }

  private static func damaged(_ what: String, _ path: String) -> ZonkeyError {
    .badModel(
      path: path,
      reason: "the zstd data is damaged: \(what); copy the file again or use an older one")
  }

  private static func tooLarge(_ limit: Int, _ path: String) -> ZonkeyError {
    .badModel(path: path, reason: "not a checkpoint: it unpacks to more than \(limit) bytes")
  }

  /// Decompression in pieces.
  private struct Stream: ~Copyable {
    private let context: OpaquePointer
    private let bytes: [UInt8]
    private let path: String
    private var position = 0
    /// Whether what was given out ends where a frame ends.
    private(set) var isComplete = false

    init(_ bytes: [UInt8], path: String) throws(ZonkeyError) {
      guard let context = ZSTD_createDCtx() else {
        throw .io(path: path, reason: "cannot decompress: out of memory")
      }
      self.context = context
      self.bytes = bytes
      self.path = path
    }

    deinit { ZSTD_freeDCtx(context) }

    /// The next bytes of the content; `nil` when the input gives no more.
    mutating func next(capacity: Int) throws(ZonkeyError) -> [UInt8]? {
      while true {
        var code = 0
        var consumed = 0
        let position = self.position
        let piece = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
          var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: capacity, pos: 0)
          bytes.withUnsafeBytes {
            var input = ZSTD_inBuffer(src: $0.baseAddress, size: $0.count, pos: position)
            code = ZSTD_decompressStream(context, &output, &input)
            consumed = input.pos - position
          }
          count = ZSTD_isError(code) != 0 ? 0 : output.pos
        }
        if ZSTD_isError(code) != 0 { throw ZstdFrame.damaged(ZstdFrame.message(code), path) }
        self.position += consumed
        if consumed > 0 || !piece.isEmpty { isComplete = code == 0 }
        if !piece.isEmpty { return piece }
        if consumed == 0 { return nil }
      }
    }
  }
}
