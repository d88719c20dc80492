import CZstd

/// Compresses a stream of bytes into one zstd frame with a checksum, piece by piece.
///
/// Memory is bounded by the level's window. The same bytes in the same pieces give the same
/// frame. One thread uses it; after `finish` the next `write` begins a new frame.
package final class ZstdEncoder {
  /// The levels that the library accepts: negative ones trade size for speed.
  package static var levels: ClosedRange<Int> {
    Int(ZSTD_minCLevel())...Int(ZSTD_maxCLevel())
  }

  private let context: OpaquePointer
  private let outputCapacity: Int
  private let output: UnsafeMutableRawPointer

  /// Makes an encoder; throws `ZonkeyError.badConfiguration` when `level` is not in `levels`.
  ///
  /// `contentBytes`, where it is known, is written into the frame's header: readers then know how
  /// much memory they need. Another number of bytes is an error. `windowBits` bounds how far back
  /// repetitions may lie, which a reader has to keep; the level decides when it is nil.
  package init(level: Int = 3, contentBytes: Int? = nil, windowBits: Int? = nil) throws {
    guard Self.levels.contains(level) else {
      throw ZonkeyError.badConfiguration(
        key: "zstd",
        reason: "level \(level) is not in \(Self.levels.lowerBound)…\(Self.levels.upperBound)")
    }
    guard let context = ZSTD_createCCtx() else {
      throw ZonkeyError.io(path: "zstd", reason: "out of memory")
    }
    self.context = context
    outputCapacity = ZSTD_CStreamOutSize()
    output = .allocate(byteCount: outputCapacity, alignment: 16)
    try set(ZSTD_c_compressionLevel, Int32(level))
    try set(ZSTD_c_checksumFlag, 1)
    if let windowBits { try set(ZSTD_c_windowLog, Int32(windowBits)) }
    if let contentBytes {
      try checked(ZSTD_CCtx_setPledgedSrcSize(context, UInt64(contentBytes)))
    }
  }

  deinit {
    ZSTD_freeCCtx(context)
    output.deallocate()
  }

  /// Takes all of `bytes`; hands compressed pieces to `body` as they become full.
  ///
  /// The pieces are only valid inside `body`, whose errors are passed on.
  package func write(
    _ bytes: UnsafeRawBufferPointer, to body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard !bytes.isEmpty else { return }
    try run(bytes, ZSTD_e_continue, body)
  }

  /// Hands out everything taken so far, so that a reader can decompress up to here.
  package func flush(to body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try run(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_flush, body)
  }

  /// Ends the frame; a frame without content is valid too.
  package func finish(to body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try run(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end, body)
  }

  private func set(_ parameter: ZSTD_cParameter, _ value: Int32) throws {
    try checked(ZSTD_CCtx_setParameter(context, parameter, value))
  }

  private func run(
    _ bytes: UnsafeRawBufferPointer, _ directive: ZSTD_EndDirective,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while true {
      var piece = ZSTD_outBuffer(dst: output, size: outputCapacity, pos: 0)
      let waiting = try checked(ZSTD_compressStream2(context, &piece, &input, directive))
      if piece.pos > 0 { try body(UnsafeRawBufferPointer(start: output, count: piece.pos)) }
      let isDone = directive == ZSTD_e_continue ? input.pos == input.size : waiting == 0
      if isDone { return }
    }
  }

  @discardableResult
  private func checked(_ result: Int) throws -> Int {
    guard ZSTD_isError(result) == 0 else {
      throw ZonkeyError.io(path: "zstd", reason: String(cString: ZSTD_getErrorName(result)))
    }
    return result
  }
}
