/// Reads bytes and decompresses them as it goes, on the thread that asks for them.
///
/// Memory is constant, and what a slow pipe has is returned at once. Not for use from several
/// threads at a time.
final class SerialStream {
  let source: String
  /// How the file is compressed; `nil` until it is recognised.
  private(set) var compression: Compression?
  /// Where decoding stands: the offset in the file before decompression.
  private(set) var offset: Int

  private let readRaw: (UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  private var decompressor: (any Decompressor)?
  private var isComplete = true
  private var failure: ZonkeyError?

  /// Reads through a function, which returns what it has and 0 at the end.
  init(
    source: String, read: @escaping (UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int
  ) {
    self.source = source
    offset = 0
    readRaw = read
  }

  /// Reads a file from an offset on, where bytes of a compression begin that is known.
  init(
    file: File, from start: Int, compression: Compression
  ) throws(ZonkeyError) {
    source = file.path
    offset = start
    var position = start
    readRaw = { (target) throws(ZonkeyError) in
      let count = try file.read(into: target, at: position)
      position += count
      return count
    }
    try begin(compression)
  }

  deinit {
    buffer.deallocate()
  }

  /// Reads what there is, at most the buffer's size; 0 at the end.
  ///
  /// Throws `.badInput` with the offset in the compressed stream when it is damaged or ends
  /// too soon, after all that was good has been returned, and `.io` when reading fails.
  func read(into target: UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int {
    if let failure { throw failure }
    if compression == nil { try recognise() }
    guard let decompressor else { return try readPlain(into: target) }
    return try decode(with: decompressor, into: target)
  }

  /// Takes as many bytes in as tell the compression.
  func recognise() throws(ZonkeyError) {
    while compression == nil {
      let head = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
      switch Compression.recognise(head, atEnd: isAtEnd) {
      case .known(let found) where !head.isEmpty || isAtEnd: try begin(found)
      default: try fill()
      }
    }
  }

  private func begin(_ found: Compression) throws(ZonkeyError) {
    compression = found
    decompressor = found.makeDecompressor()
    if found != .plain && decompressor == nil {
      throw .io(path: source, reason: "no memory to decompress \(found.rawValue)")
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
    offset += count
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
      offset += step.consumedBytes
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
      source: source, line: nil, offset: offset,
      reason: "\(compression?.rawValue ?? "compressed") data: \(reason)")
  }
}

extension SerialStream {
  /// What there is, at most so many bytes; none at the end. Throws as `read(into:)` does.
  func bytes(atMost limit: Int) throws(ZonkeyError) -> [UInt8] {
    var failure: ZonkeyError?
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      do throws(ZonkeyError) {
        count = try read(into: UnsafeMutableRawBufferPointer(buffer))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
