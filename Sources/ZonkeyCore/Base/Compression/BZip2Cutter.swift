/// Cuts bzip2 streams into their blocks, each decoded on its own.
///
/// A block has no length; it ends where the next one begins, or its stream ends, and both have a
/// magic number of 48 bits that may stand at any bit. That a number is no chance is seen when the
/// block before it decodes to its checksum and ends exactly there. Whenever anything is not as
/// it should be, the stream is read in order from its beginning, with libbz2's own words on it.
/// The way of it is that of lbzip2. Unchecked, because it is called under the lock of a
/// `ReadAhead` only.
package final class BZip2Cutter: PieceSource, @unchecked Sendable {
  /// What stands where the last piece ended.
  private enum Place {
    /// The beginning of a stream, or the file's end, at a byte.
    case stream(Int)
    /// The magic number of a block or of the stream's end, at a bit.
    case block(Int)
  }

  /// The most bytes that a block is looked for in; 900 kB of noise are little more.
  private static let maxBlockBytes = 4 << 20

  private var window: FileWindow
  private var place = Place.stream(0)
  private var streamStart = 0
  private var level: UInt8 = 0
  /// The checksum over the blocks of the stream, as its end has it.
  private var checksum: UInt32 = 0
  private var isDone = false

  package init(_ file: File) {
    window = FileWindow(file)
  }

  package func next() -> (@Sendable () -> DecodedPiece)? {
    while !isDone {
      switch place {
      case .stream(let offset):
        if let last = beginStream(at: offset) { return finished(last) }
      case .block(let bit):
        window.load(from: bit / 8, count: 16)
        guard let magic = bits(at: bit, count: 48), let crc = bits(at: bit + 48, count: 32) else {
          return finished(.doubt(restart: streamStart))
        }
        if magic == BZip2Magic.end, crc == checksum {
          place = .stream((bit + 80 + 7) / 8)
        } else if magic == BZip2Magic.block, let end = findMagic(afterBlockAt: bit) {
          checksum = (checksum << 1 | checksum >> 31) ^ UInt32(truncatingIfNeeded: crc)
          place = .block(end)
          return block(from: bit, to: end, checksum: crc)
        } else {
          return finished(.doubt(restart: streamStart))
        }
      }
    }
    return nil
  }

  private func finished(_ last: DecodedPiece) -> @Sendable () -> DecodedPiece {
    isDone = true
    return { last }
  }

  /// Reads a stream's head; what ends the pieces if there is none.
  private func beginStream(at offset: Int) -> DecodedPiece? {
    window.load(from: offset, count: 4)
    let head = window.bytes.dropFirst(offset - window.start).prefix(4)
    if head.isEmpty { return window.ending(at: offset) }
    guard head.count == 4, head.starts(with: [0x42, 0x5A, 0x68]), let level = head.last,
      (0x31...0x39).contains(level)
    else { return .doubt(restart: offset) }
    (streamStart, self.level, checksum) = (offset, level, 0)
    place = .block((offset + 4) * 8)
    return nil
  }

  /// Up to 56 bits of the window as a number; `nil` when the file ends before.
  private func bits(at bit: Int, count: Int) -> UInt64? {
    let first = bit / 8 - window.start
    guard first + (bit % 8 + count + 7) / 8 <= window.bytes.count else { return nil }
    var value: UInt64 = 0
    for index in first..<(first + 8) {
      value = value << 8 | UInt64(index < window.bytes.count ? window.bytes[index] : 0)
    }
    return (value << UInt64(bit % 8)) >> UInt64(64 - count)
  }

  /// The bit at which the next magic number stands; `nil` when none is near.
  private func findMagic(afterBlockAt bit: Int) -> Int? {
    let first = bit / 8
    // The block's own number and checksum are ten bytes, so what follows has the same shift.
    var (searched, shift) = (10, bit % 8)
    while true {
      let start = first - window.start
      let available = window.bytes.count - start
      if available >= searched + BZip2Magic.windowBytes {
        let found = window.bytes.withUnsafeBytes {
          BZip2Magic.firstBit(
            in: UnsafeRawBufferPointer(rebasing: $0[(start + searched)...]), from: shift)
        }
        if let found { return (first + searched) * 8 + found }
        (searched, shift) = (available - BZip2Magic.windowBytes + 1, 0)
      }
      if window.isAtEnd || available >= Self.maxBlockBytes { return nil }
      window.load(from: first, count: available + (1 << 18))
    }
  }

  private func block(
    from bit: Int, to end: Int, checksum: UInt64
  ) -> @Sendable () -> DecodedPiece {
    let raw = Array(window.bytes[(bit / 8 - window.start)..<((end + 7) / 8 - window.start)])
    let (level, restart) = (level, streamStart)
    return {
      // A stream of this block alone: its checksum is the block's.
      var stream = BitWriter([0x42, 0x5A, 0x68, level])
      stream.append(raw, from: bit % 8, count: end - bit)
      stream.append(BZip2Magic.end, count: 48)
      stream.append(checksum, count: 32)
      let bytes = BZip2Decompressor()?.decodeWhole(stream.finished(), limit: 16 << 20)
      return bytes.map { .bytes($0, end: end / 8, restart: restart) } ?? .doubt(restart: restart)
    }
  }
}
