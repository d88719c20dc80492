import ZonkeyPlatform

/// A safetensors file, plain or compressed, read once from its beginning to its end.
///
/// The header comes first and is bounded; the arrays follow in the order of their bytes, each taken
/// when its reader has found it worth the memory. So what a file claims costs nothing, and what it
/// holds is compared with what was expected before room is made for it. Not for use from several
/// threads at a time.
package final class SafetensorsReader {
  /// The longest header that is read: names and shapes of 50 000 arrays.
  package static let maximumHeaderBytes = 1 << 23
  /// The length of pieces: they stay in a processor's cache, and whole numbers of any type fit in.
  private static let pieceBytes = 1 << 17
  /// What a compressed file may unpack to whatever its size.
  private static let freeBytes = 1 << 24

  package let path: String
  package let header: SafetensorsHeader
  /// Whether a checksum of the compression covers the whole content.
  package let isChecked: Bool
  private let stream: SerialStream
  private var position = 0

  /// Opens a file and reads its header.
  ///
  /// `limitBytes` is the most that all arrays may have. Throws `noInput` when the file cannot be
  /// opened, `io` when reading fails, `badModel` for what is no safetensors file, or too large.
  package convenience init(path: String, limitBytes: Int = .max) throws(ZonkeyError) {
    let file = try File(path: path, dashIsStandardInput: false)
    try self.init(path: path, fileBytes: file.totalBytes, limitBytes: limitBytes) {
      (target) throws(ZonkeyError) in try file.read(into: target)
    }
  }

  /// The same through a function, which returns what it has and 0 at the end.
  package init(
    path: String, fileBytes: Int?, limitBytes: Int = .max,
    read: @escaping (UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int
  ) throws(ZonkeyError) {
    self.path = path
    let head = StreamHead()
    stream = SerialStream(source: path) { (target) throws(ZonkeyError) in
      let count = try read(target)
      head.add(UnsafeRawBufferPointer(rebasing: target[..<count]))
      return count
    }
    let start = try Self.bytes(8, from: stream, path: path)
    let length = try SafetensorsFile.headerLength(start, path: path)
    guard length <= Self.maximumHeaderBytes else {
      throw .badModel(
        path: path,
        reason: "not a checkpoint: its header would have \(length) bytes, more than the "
          + "\(Self.maximumHeaderBytes) that are read")
    }
    let text = try Self.bytes(length, from: stream, path: path)
    do throws(SafetensorsError) {
      guard text.count == length else {
        throw .damaged("its header should have \(length) bytes, but the file ends before")
      }
      header = try SafetensorsHeader(parsing: text[...], dataBytes: nil)
    } catch {
      throw .badModel(path: path, reason: error.reason)
    }
    isChecked = head.hasChecksum
    try checkSize(fileBytes: fileBytes, headerBytes: length, limitBytes: limitBytes)
  }

  /// Compares what the header claims with the file's size, before any of it is read.
  private func checkSize(
    fileBytes: Int?, headerBytes: Int, limitBytes: Int
  ) throws(ZonkeyError) {
    let bytes = header.dataBytes
    if bytes > limitBytes {
      throw .badModel(
        path: path, reason: "not a checkpoint: it unpacks to more than \(limitBytes) bytes")
    }
    guard let fileBytes else { return }
    if stream.compression == .plain {
      guard bytes == fileBytes - 8 - headerBytes else {
        throw damaged(
          "its arrays need \(bytes) bytes of data, but the file has "
            + "\(max(0, fileBytes - 8 - headerBytes))")
      }
    } else if bytes > Expansion.limit(compressed: fileBytes, free: Self.freeBytes) {
      throw damaged(
        "\(fileBytes) compressed bytes should become \(bytes), which weights never do")
    }
  }

  /// The bytes of the next array in the data, which must be that entry.
  package func bytes(_ entry: SafetensorsHeader.Entry) throws(ZonkeyError) -> [UInt8] {
    try begin(entry)
    let bytes = try Self.bytes(entry.range.count, from: stream, path: path)
    guard bytes.count == entry.range.count else { throw endsTooSoon }
    return bytes
  }

  /// The same piece by piece, each of whole elements, for arrays that need not lie in memory twice.
  package func forEachPiece(
    of entry: SafetensorsHeader.Entry, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(ZonkeyError) {
    try begin(entry)
    let capacity = min(entry.range.count, Self.pieceBytes)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    defer { buffer.deallocate() }
    var left = entry.range.count
    while left > 0 {
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(left, capacity)])
      guard try Self.fill(piece, from: stream, path: path) == piece.count else {
        throw endsTooSoon
      }
      body(UnsafeRawBufferPointer(piece))
      left -= piece.count
    }
  }

  private func begin(_ entry: SafetensorsHeader.Entry) throws(ZonkeyError) {
    precondition(entry.range.lowerBound == position, "arrays are read in their order")
    position = entry.range.upperBound
  }

  private var endsTooSoon: ZonkeyError { damaged("the data ends too soon") }

  /// Makes sure that nothing follows the last array, and so that the compression's checksum was
  /// compared.
  package func finish() throws(ZonkeyError) {
    guard try Self.bytes(1, from: stream, path: path).isEmpty else {
      throw damaged("there are bytes behind its arrays")
    }
  }

  private func damaged(_ what: String) -> ZonkeyError {
    .badModel(path: path, reason: SafetensorsError.damaged(what).reason)
  }

  /// So many bytes of the content; fewer at its end.
  private static func bytes(
    _ count: Int, from stream: SerialStream, path: String
  ) throws(ZonkeyError) -> [UInt8] {
    var failure: ZonkeyError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(ZonkeyError) {
        let wanted = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
        filled = try fill(UnsafeMutableRawBufferPointer(wanted), from: stream, path: path)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Fills a buffer with content; how many bytes there were, fewer than it has at the end only.
  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from stream: SerialStream, path: String
  ) throws(ZonkeyError) -> Int {
    var filled = 0
    do throws(ZonkeyError) {
      while filled < buffer.count {
        let got = try stream.read(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        if got == 0 { break }
        filled += got
      }
    } catch .badInput(_, _, _, let reason) {
      throw .badModel(
        path: path,
        reason: "\(reason.replacing(" data: ", with: " data is damaged: ")); "
          + "copy the file again or use an older one")
    }
    return filled
  }
}

/// The first bytes of a file, kept for what they say of its compression.
private final class StreamHead {
  private var bytes: [UInt8] = []

  func add(_ piece: UnsafeRawBufferPointer) {
    if bytes.count < 5 { bytes.append(contentsOf: piece.prefix(5 - bytes.count)) }
  }

  /// Whether it is a zstd frame with a checksum (RFC 8878, section 3.1.1.1.1).
  var hasChecksum: Bool {
    bytes.count == 5 && ZstdFrame.isZstd(bytes) && bytes[3] == 0xFD && bytes[4] & 4 != 0
  }
}
