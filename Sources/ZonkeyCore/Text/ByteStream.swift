/// A pull reader of bytes that decompresses as it goes.
///
/// zstd, gzip, bzip2 and xz are recognised by their magic bytes, also many frames, members or
/// streams one after another; anything else is plain. Memory is constant, and what a slow pipe
/// has is returned at once. Not for use from several threads at a time.
public final class ByteStream {
  /// The file's name, or `-` for standard input.
  public let source: String
  /// The bytes of the file before decompression, or what of it was left; `nil` for a pipe.
  public let totalBytes: Int?
  /// How many bytes of the file have been taken in, counted before decompression.
  public private(set) var compressedBytesRead = 0
  /// How the file is compressed; known after the first read.
  public private(set) var compression: Compression?

  private let readRaw: (UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  private var decompressor: (any Decompressor)?
  private var isComplete = true
  private var failure: ZonkeyError?

  /// Opens a file; `-` is standard input.
  ///
  /// Throws `.noInput` when there is no such file, it may not be read, or it is a directory.
  public convenience init(path: String) throws(ZonkeyError) {
    let file = try FileInput(path: path)
    self.init(source: path, totalBytes: file.totalBytes) {
      (target) throws(ZonkeyError) in try file.read(into: target)
    }
  }

  /// Reads through a function, which returns what it has and 0 at the end.
  package init(
    source: String, totalBytes: Int? = nil,
    read: @escaping (UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int
  ) {
    self.source = source
    self.totalBytes = totalBytes
    readRaw = read
  }

  deinit {
    buffer.deallocate()
  }

  /// Reads what there is, at most the buffer's size; 0 at the end.
  ///
  /// Throws `.badInput` with the offset in the compressed stream when it is damaged or ends
  /// too soon, after all that was good has been returned, and `.io` when reading fails. Once
  /// thrown, the same error is thrown again.
  public func read(into target: UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int {
    if let failure { throw failure }
    if target.isEmpty { return 0 }
    do {
      if compression == nil { try recognise() }
      guard let decompressor else { return try readPlain(into: target) }
      return try decode(with: decompressor, into: target)
    } catch {
      failure = error
      throw error
    }
  }

  private func recognise() throws(ZonkeyError) {
    while true {
      let head = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
      switch Compression.recognise(head, atEnd: isAtEnd) {
      case .known(let found) where !head.isEmpty || isAtEnd:
        compression = found
        decompressor = found.makeDecompressor()
        if found != .plain && decompressor == nil {
          throw .io(path: source, reason: "no memory to decompress \(found.rawValue)")
        }
        return
      default:
        try fill()
      }
    }
  }

  private func readPlain(into target: UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int {
    let count: Int
    if start < end {
      count = min(end - start, target.count)
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<(start + count)]))
      start += count
    } else {
      count = isAtEnd ? 0 : try readRaw(target)
      if count == 0 { isAtEnd = true }
    }
    compressedBytesRead += count
    return count
  }

  private func decode(
    with decompressor: any Decompressor, into target: UnsafeMutableRawBufferPointer
  ) throws(ZonkeyError) -> Int {
    while true {
      // A decoder may hold bytes back that had no room, so it is asked before the file is.
      let hadInput = start < end
      let input = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
      let step = decompressor.decode(input, into: target, atEnd: isAtEnd)
      start += step.consumedBytes
      compressedBytesRead += step.consumedBytes
      let isIdle = step.consumedBytes == 0 && step.producedBytes == 0
      if !isIdle || step.isComplete { isComplete = step.isComplete }
      if let reason = step.failure {
        failure = damaged(reason)
        if step.producedBytes == 0 { throw damaged(reason) }
      }
      if step.producedBytes > 0 { return step.producedBytes }
      if start < end {
        if isIdle && hadInput { throw damaged("the decoder makes no progress") }
      } else if !isAtEnd {
        try fill()
      } else if isComplete {
        return 0
      } else if isIdle {
        throw damaged("ends too soon; the file is cut off")
      }
    }
  }

  /// Appends what the file has to the buffer.
  private func fill() throws(ZonkeyError) {
    if start == end {
      start = 0
      end = 0
    }
    let count = try readRaw(UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
    end += count
    if count == 0 { isAtEnd = true }
  }

  private func damaged(_ reason: String) -> ZonkeyError {
    .badInput(
      source: source, line: nil, offset: compressedBytesRead,
      reason: "\(compression?.rawValue ?? "compressed") data: \(reason)")
  }
}
