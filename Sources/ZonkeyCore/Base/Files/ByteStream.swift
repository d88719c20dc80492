/// A pull reader of bytes that decompresses as it goes, on threads of its own.
///
/// zstd, gzip, bzip2 and xz are recognised by their magic bytes, also many frames, members or
/// streams one after another; anything else is plain. Memory is constant, and what a slow pipe
/// has is returned at once. bzip2 blocks and zstd frames of a file are decoded by several
/// threads, streams of a multistream dump by its index where that lies beside it; what is read does
/// not depend on them. Not for use from several threads at a time.
package final class ByteStream {
  /// The file's name, or `-` for standard input.
  package let source: String
  /// The bytes of the file before decompression, or what of it was left; `nil` for a pipe.
  package let totalBytes: Int?
  /// How many bytes of the file have been taken in, counted before decompression.
  package private(set) var compressedBytesRead = 0
  /// How the file is compressed; known after the first read.
  package var compression: Compression? { serial.compression }

  private let file: File?
  private let threads: Int
  private let serial: SerialStream
  private var ahead: ReadAhead?
  private var block: [UInt8] = []
  private var blockPosition = 0
  /// Where the piece of the file begins that could be read anew, and what of it has been read.
  private var restart = 0
  private var bytesSinceRestart = 0
  private var isAtEnd = false
  private var failure: ZonkeyError?

  /// Opens a file; `-` is standard input.
  ///
  /// `threads` decompress beside the thread that reads; with none it does so itself. Throws
  /// `.noInput` when there is no such file, it may not be read, or it is a directory.
  package init(path: String, threads: Int = 0) throws(ZonkeyError) {
    let file = try File(path: path)
    self.file = file
    self.threads = threads
    source = path
    totalBytes = file.totalBytes
    serial = SerialStream(source: path) {
      (target) throws(ZonkeyError) in try file.read(into: target)
    }
  }

  /// Reads through a function, which returns what it has and 0 at the end.
  package init(
    source: String, totalBytes: Int? = nil,
    read: @escaping (UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int
  ) {
    file = nil
    threads = 0
    self.source = source
    self.totalBytes = totalBytes
    serial = SerialStream(source: source, read: read)
  }

  /// Reads what there is, at most the buffer's size; 0 at the end.
  ///
  /// Throws `.badInput` with the offset in the compressed stream when it is damaged or ends
  /// too soon, after all that was good has been returned, and `.io` when reading fails. Once
  /// thrown, the same error is thrown again.
  package func read(into target: UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int {
    if let failure { throw failure }
    if target.isEmpty || isAtEnd { return 0 }
    do {
      if serial.compression == nil {
        try serial.recognise()
        ahead = makeReadAhead()
      }
      if let ahead { return try take(from: ahead, into: target) }
      defer { compressedBytesRead = serial.offset }
      return try serial.read(into: target)
    } catch {
      failure = error
      throw error
    }
  }

  private func makeReadAhead() -> ReadAhead? {
    guard threads > 0, let compression, compression != .plain else { return nil }
    if threads > 1, let file, file.totalBytes != nil {
      switch compression {
      case .bzip2:
        if let index = MultistreamIndex.beside(file.path) {
          return ReadAhead(MultistreamCutter(file, index: index), threads: threads)
        }
        return ReadAhead(BZip2Cutter(file), threads: threads)
      case .zstd: return ReadAhead(ZstdCutter(file), threads: threads)
      default: break
      }
    }
    return ReadAhead(SerialPieces(serial), threads: 1)
  }

  private func take(
    from first: ReadAhead, into target: UnsafeMutableRawBufferPointer
  ) throws(ZonkeyError) -> Int {
    var ahead = first
    while blockPosition == block.count {
      switch ahead.next() {
      case .bytes(let bytes, let end, let start):
        if start != restart { (restart, bytesSinceRestart) = (start, 0) }
        bytesSinceRestart += bytes.count
        (block, blockPosition, compressedBytesRead) = (bytes, 0, end)
      case .end(let offset):
        compressedBytesRead = offset
        isAtEnd = true
        return 0
      case .failed(let error, let offset):
        compressedBytesRead = offset
        throw error
      case .doubt(let start):
        ahead = try readAnew(from: start)
        self.ahead = ahead
      }
    }
    let count = min(block.count - blockPosition, target.count)
    target.copyBytes(from: block[blockPosition..<(blockPosition + count)])
    blockPosition += count
    return count
  }

  /// Goes on in order from where pieces are not as they seemed, past what has been read of it.
  private func readAnew(from start: Int) throws(ZonkeyError) -> ReadAhead {
    guard let file, let compression else { return ReadAhead(SerialPieces(serial), threads: 1) }
    let rest = try SerialStream(file: file, from: start, compression: compression)
    let skipped = start == restart ? bytesSinceRestart : 0
    return ReadAhead(SerialPieces(rest, skipping: skipped), threads: 1)
  }
}
