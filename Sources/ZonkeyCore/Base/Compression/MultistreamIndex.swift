/// The index of a multistream dump: where its streams of bzip2 begin, one a hundred pages.
///
/// Each line is `offset:page:title`; lines of one stream follow each other. It is read as it is
/// asked for, since that of a large wiki has hundreds of megabytes.
package final class MultistreamIndex {
  private let input: BufferedInput
  private var last = 0

  /// Opens the index that lies beside a dump; `nil` when there is none, or the file is none.
  ///
  /// Beside `x-multistream.xml.bz2` it is `x-multistream-index.txt.bz2` or the same unpacked, of
  /// the parts of a dump likewise.
  static func beside(_ path: String) -> MultistreamIndex? {
    for name in names(besideDump: path) {
      guard let stream = try? ByteStream(path: name) else { continue }
      return MultistreamIndex(BufferedInput(stream))
    }
    return nil
  }

  /// The names that the index of a dump may have; none of a file that is no multistream dump.
  package static func names(besideDump path: String) -> [String] {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    let file = path.dropFirst(folder.count)
    guard let mark = file.range(of: "-multistream"), file.hasSuffix(".bz2"),
      let xml = file.range(of: ".xml")
    else { return [] }
    let part = file[mark.upperBound..<xml.lowerBound]
    let range = file[xml.upperBound..<file.index(file.endIndex, offsetBy: -4)]
    let name = "\(folder)\(file[..<mark.upperBound])-index\(part).txt\(range)"
    return [name + ".bz2", name]
  }

  package init(_ input: BufferedInput) {
    self.input = input
  }

  /// Where the next stream begins; `nil` after the last, or when the index is not as it should be.
  package func next() -> Int? {
    while let piece = try? input.piece(until: 0x0A, limit: 1 << 16) {
      let digits = piece.bytes.prefix { $0 != 0x3A }
      guard digits.count < piece.bytes.count, piece.ending != .limit,
        let offset = Int(String(decoding: digits, as: UTF8.self)), offset >= last
      else { return nil }
      if offset == last { continue }
      last = offset
      return offset
    }
    return nil
  }
}

extension Substring {
  /// Where a text stands first.
  fileprivate func range(of text: String) -> Range<Index>? {
    var begin = startIndex
    while begin < endIndex {
      if self[begin...].hasPrefix(text) {
        return begin..<index(begin, offsetBy: text.count)
      }
      begin = index(after: begin)
    }
    return nil
  }
}

/// Cuts a multistream dump into its streams by its index, each read and decoded on its own.
///
/// Whenever anything is not as the index says, the file is read in order from there. Unchecked,
/// because it is called under the lock of a `ReadAhead` only.
package final class MultistreamCutter: PieceSource, @unchecked Sendable {
  /// The most bytes that a stream may have, compressed and decoded; larger ones are read in order.
  private static let (maxBytes, maxDecodedBytes) = (64 << 20, 512 << 20)

  private let file: File
  private let index: MultistreamIndex
  private var begin = 0
  private var isDone = false

  package init(_ file: File, index: MultistreamIndex) {
    self.file = file
    self.index = index
  }

  package func next() -> (@Sendable () -> DecodedPiece)? {
    if isDone { return nil }
    let (file, start) = (file, begin)
    guard let end = index.next(), end - start <= Self.maxBytes, end <= file.totalBytes ?? 0 else {
      // What follows the last stream of the index, or all when it is wrong.
      isDone = true
      return { .doubt(restart: start) }
    }
    begin = end
    return { Self.decoded(file, start..<end) }
  }

  private static func decoded(_ file: File, _ range: Range<Int>) -> DecodedPiece {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var count = 0
    let isRead = bytes.withUnsafeMutableBytes { buffer in
      while count < range.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        guard let read = try? file.read(into: rest, at: range.lowerBound + count), read > 0 else {
          return false
        }
        count += read
      }
      return true
    }
    guard isRead,
      let decoded = BZip2Decompressor()?.decodeWhole(bytes, limit: maxDecodedBytes)
    else { return .doubt(restart: range.lowerBound) }
    return .bytes(decoded, end: range.upperBound, restart: range.lowerBound)
  }
}
