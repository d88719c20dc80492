import TestSupport
import ZonkeyPlatform
import Testing
import ZonkeyCore

/// Reading with threads gives what reading without them gives, whatever the file has.
@Suite struct TextReadAheadTests {
  static let sample = TextByteStreamTests.sample
  static let compressed = TextByteStreamTests.compressed
  /// The formats that several threads decode.
  static let parallel = [Compression.bzip2, .zstd]

  private struct Outcome: Equatable {
    var bytes: [UInt8]
    var error: ZonkeyError?
    var compressedBytes: Int
  }

  private func read(_ file: TemporaryFile, threads: Int) throws -> Outcome {
    let stream = try ByteStream(path: file.path, threads: threads)
    let result = drain(stream, bufferBytes: 70_000)
    let again = drain(stream)
    #expect(again.bytes.isEmpty && again.error == result.error)
    return Outcome(
      bytes: result.bytes, error: result.error, compressedBytes: stream.compressedBytesRead)
  }

  /// Reads bytes without threads and with several, and compares.
  private func expectSame(_ packed: [UInt8]) throws {
    let file = TemporaryFile(packed)
    let serial = try read(file, threads: 0)
    for threads in [1, 2, 5] {
      let ahead = try read(file, threads: threads)
      #expect(ahead.bytes == serial.bytes)
      #expect(ahead.error == serial.error)
      #expect(ahead.compressedBytes == serial.compressedBytes)
    }
  }

  /// Several blocks in each of several streams.
  private static func packed(_ compression: Compression) -> [UInt8] {
    [Array("first\n".utf8), [], sample, sample.reversed(), Array("last\n".utf8)]
      .flatMap { Compress.bytes($0, compression) }
  }

  @Test(arguments: Compression.allCases) func filesAreReadWhole(_ compression: Compression) throws {
    let data = Array("first\n".utf8) + Self.sample + Self.sample.reversed() + Array("last\n".utf8)
    let packed = Self.packed(compression)
    let file = TemporaryFile(packed)
    for threads in [0, 1, 2, 5] {
      let outcome = try read(file, threads: threads)
      #expect(outcome.bytes == data)
      #expect(outcome.error == nil)
      #expect(outcome.compressedBytes == packed.count)
    }
  }

  @Test(arguments: compressed) func truncationIsTheSame(_ compression: Compression) throws {
    let packed = Self.packed(compression)
    for cut in [1, 2, 4, 5, 9, 10, 11, 40, packed.count / 3, packed.count / 2] {
      try expectSame(Array(packed.dropLast(cut)))
    }
  }

  @Test(arguments: compressed) func damageIsTheSame(_ compression: Compression) throws {
    let packed = Self.packed(compression)
    var random = SeededNumbers(4)
    for _ in 0..<12 {
      var damaged = packed
      let place = Int.random(in: 14..<packed.count, using: &random)
      damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      try expectSame(damaged)
    }
  }

  @Test(arguments: compressed) func otherBytesBehindAreTheSame(_ compression: Compression) throws {
    let packed = Self.packed(compression)
    try expectSame(packed + Array("something else".utf8))
    try expectSame(packed + packed.prefix(3))
    try expectSame(packed + [0])
    // A second head without blocks, and a magic number behind the end.
    try expectSame(packed + Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
  }

  /// The table of a block's symbols says which bytes occur in it, a bit for each.
  @Test func magicInsideABlockDoesNotDeceive() throws {
    for magic in [BZip2Magic.block, BZip2Magic.end] {
      let symbols = (0..<48).filter { magic >> UInt64(47 - $0) & 1 == 1 }.map { UInt8($0) }
      // No byte stands four times in a row, as a count would follow.
      let block = (0..<5000).map { symbols[($0 + $0 / 97) % symbols.count] }
      let packed = Compress.bzip2(Self.sample) + Compress.bzip2(block) + Compress.bzip2(Self.sample)
      let inside = packed.withUnsafeBytes { bytes in
        let first = Compress.bzip2(Self.sample).count + 10
        return BZip2Magic.firstBit(in: UnsafeRawBufferPointer(rebasing: bytes[first...]), from: 0)
      }
      // Behind the random bit, the origin and the sixteen bits of the groups.
      #expect(inside == (4 * 8 + 1 + 24 + 16))
      let outcome = try read(TemporaryFile(packed), threads: 3)
      #expect(outcome.bytes == Self.sample + block + Self.sample)
      #expect(outcome.error == nil)
      #expect(outcome.compressedBytes == packed.count)
    }
  }

  @Test func wrongChecksumOfAStreamIsTold() throws {
    var packed = Compress.bzip2(Self.sample)
    packed[packed.count - 3] ^= 0x10
    try expectSame(packed)
    try expectSame(packed + Compress.bzip2(Self.sample))
    #expect(try read(TemporaryFile(packed), threads: 2).error != nil)
  }

  @Test(arguments: parallel) func manySmallStreamsAreRead(_ compression: Compression) throws {
    let lines = (0..<3000).map { Array("page \($0)\n".utf8) }
    try expectSame(lines.flatMap { Compress.bytes($0, compression) })
  }

  /// More than a piece may hold when decoded, so that it is read in order.
  @Test(arguments: parallel) func hugeExpansionIsRead(_ compression: Compression) throws {
    let zeros = [UInt8](repeating: 0, count: 40 << 20)
    let packed =
      Compress.bytes(Self.sample, compression)
      + (compression == .bzip2 ? Compress.bzip2(zeros, level: 9) : Compress.zstd(zeros))
    let outcome = try read(TemporaryFile(packed), threads: 2)
    #expect(outcome.error == nil)
    #expect(outcome.bytes.count == Self.sample.count + zeros.count)
    #expect(outcome.bytes.starts(with: Self.sample))
    let isZero = outcome.bytes[Self.sample.count...].withUnsafeBytes { rest in
      zeros.withUnsafeBytes { zeros in
        guard let one = rest.baseAddress, let other = zeros.baseAddress else { return false }
        return memcmp(one, other, zeros.count) == 0
      }
    }
    #expect(isZero)
  }

  @Test func largeFramesAreReadInOrder() throws {
    var random = SeededNumbers(2)
    var noise = [UInt8](repeating: 0, count: 9 << 20)
    for index in noise.indices { noise[index] = UInt8(truncatingIfNeeded: random.next()) }
    try expectSame(
      Compress.zstd(Self.sample) + Compress.zstd(noise) + Compress.zstd(Self.sample))
  }

  @Test(arguments: compressed, [1, 3])
  func aPipeDeliversWhatHasCome(_ compression: Compression, threads: Int) throws {
    let path = "/tmp/zk-text-ahead-\(compression)-\(threads)-\(getpid())"
    #expect(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    // Both ends open, so that a read of more than has come would never return.
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    for text in ["first\n", "second\n"] {
      let packed = Compress.bytes(Array(text.utf8), compression)
      #expect(write(descriptor, packed, packed.count) == packed.count)
    }
    var options = ReaderOptions()
    options.threads = threads
    let reader = try DocumentReader(paths: [path], options: options)
    #expect(try reader.next()?.text == Array("first".utf8))
    #expect(try reader.next()?.text == Array("second".utf8))
  }

  @Test(arguments: compressed) func readersMayGoAtAnyTime(_ compression: Compression) throws {
    let file = TemporaryFile(Self.packed(compression))
    var buffer = [UInt8](repeating: 0, count: 5000)
    let all = try drain(ByteStream(path: file.path)).bytes
    for count in 0..<30 {
      let stream = try ByteStream(path: file.path, threads: 3)
      var bytes: [UInt8] = []
      for _ in 0..<count {
        let got = try buffer.withUnsafeMutableBytes { target -> Result<Int, ZonkeyError> in
          do throws(ZonkeyError) {
            return .success(try stream.read(into: target))
          } catch {
            return .failure(error)
          }
        }.get()
        bytes += buffer[..<got]
      }
      // What was read before it goes is the beginning of the file.
      #expect(bytes.count >= min(count, all.count) && all.starts(with: bytes))
    }
  }

  @Test func bitsAreFoundAndWrittenAtEveryShift() {
    for shift in 0..<8 {
      var writer = BitWriter([0xAA])
      writer.append(0x1F, count: shift)
      writer.append(BZip2Magic.end, count: 48)
      writer.append(0, count: 64 - shift)
      let bytes = writer.finished()
      #expect(bytes.count == 15)
      let found = bytes.withUnsafeBytes { BZip2Magic.firstBit(in: $0, from: 0) }
      #expect(found == 8 + shift)
      var shifted = BitWriter([])
      shifted.append(Array(bytes[1...]), from: shift, count: 48 + 13)
      shifted.append(0b101, count: 3)
      let expected = (BZip2Magic.end << 16 | 0b101).bigEndian
      #expect(shifted.finished() == withUnsafeBytes(of: expected) { Array($0) })
    }
  }
}
