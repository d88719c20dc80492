import TestSupport
import ZonkeyPlatform
import Testing
import ZonkeyCore

@Suite struct TextByteStreamTests {
  static let sample = (0..<24_000).flatMap { Array("line \($0 &* 2_654_435_761 % 9973)\n".utf8) }
  static let compressed = Compression.allCases.filter { $0 != .plain }

  @Test(arguments: Compression.allCases, [1, 7, 4096, Int.max])
  func readsEveryCompressionInPieces(_ compression: Compression, pieceBytes: Int) {
    let data = Array(Self.sample.prefix(pieceBytes < 10 ? 20_000 : .max))
    let packed = Compress.bytes(data, compression)
    let stream = stream(packed, pieceBytes: pieceBytes)
    let result = drain(stream)
    #expect(result.bytes == data)
    #expect(result.error == nil)
    #expect(stream.compression == compression)
    #expect(stream.compressedBytesRead == packed.count)
    #expect(stream.totalBytes == packed.count)
    #expect(drain(stream).bytes.isEmpty)
  }

  @Test(arguments: compressed)
  func readsConcatenatedStreams(_ compression: Compression) {
    let parts = [Array("first ".utf8), [], Self.sample, Array("last".utf8)]
    let packed = parts.flatMap { Compress.bytes($0, compression) }
    let result = drain(stream(packed, pieceBytes: 333))
    #expect(result.bytes == parts.flatMap { $0 })
    #expect(result.error == nil)
  }

  @Test(arguments: compressed)
  func readsEmptyStreams(_ compression: Compression) {
    let result = drain(stream(Compress.bytes([], compression)))
    #expect(result.bytes.isEmpty)
    #expect(result.error == nil)
  }

  @Test(arguments: compressed)
  func deliversWhatPrecedesATruncation(_ compression: Compression) {
    let first = Array("all of this is good\n".utf8)
    let head = Compress.bytes(first, compression)
    let packed = head + Compress.bytes(Self.sample, compression)
    for cut in [1, 9, packed.count / 2, packed.count - head.count - 1] {
      let kept = packed.count - cut
      let result = drain(stream(Array(packed[..<kept]), source: "a.z"))
      #expect(result.bytes.starts(with: first))
      #expect((first + Self.sample).starts(with: result.bytes))
      guard case .badInput("a.z", nil, let offset?, let reason) = result.error else {
        Issue.record("no error at \(cut): \(String(describing: result.error))")
        continue
      }
      #expect(offset <= kept && offset >= head.count)
      #expect(reason.contains(compression.rawValue))
    }
  }

  @Test(arguments: compressed)
  func tellsDamage(_ compression: Compression) {
    let first = Array("all of this is good\n".utf8)
    let head = Compress.bytes(first, compression)
    var packed = head + Compress.bytes(Self.sample, compression)
    let middle = head.count + (packed.count - head.count) / 2
    for index in middle..<(middle + 40) { packed[index] ^= 0x5A }
    let stream = stream(packed)
    let result = drain(stream)
    #expect(result.bytes.starts(with: first))
    guard case .badInput(_, nil, .some, _) = result.error else {
      Issue.record("no error")
      return
    }
    #expect(drain(stream).error == result.error)
  }

  @Test(arguments: compressed)
  func refusesOtherBytesAfterTheEnd(_ compression: Compression) {
    let packed = Compress.bytes(Self.sample, compression) + Array("something else".utf8)
    let result = drain(stream(packed))
    #expect(result.bytes == Self.sample)
    #expect(result.error != nil)
  }

  @Test func acceptsPaddingAfterGzipAndXZ() {
    for compression in [Compression.gzip, .xz] {
      let packed = Compress.bytes(Self.sample, compression) + [UInt8](repeating: 0, count: 512)
      let result = drain(stream(packed))
      #expect(result.bytes == Self.sample)
      #expect(result.error == nil)
    }
  }

  @Test func readsLongZstdWindowsAndSkippableFrames() {
    let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
    let packed = skippable + Compress.zstd(Self.sample, windowLog: 30) + skippable
    let result = drain(stream(packed))
    #expect(result.bytes == Self.sample)
    #expect(result.error == nil)
  }

  @Test func keepsPlainBytesThatResembleMagic() {
    for text in ["", "B", "BZ", "BZh", "BZh9", "BZh91AY", "(", "PK", "\u{1F}", "hello"] {
      let result = drain(stream(Array(text.utf8), pieceBytes: 1))
      #expect(result.bytes == Array(text.utf8))
      #expect(result.error == nil)
    }
  }

  /// Damage is bad input at a place inside the file, however the bytes come.
  @Test func randomBytesAreTextOrDamage() {
    var random = SeededNumbers(1)
    let magics: [[UInt8]] = Self.compressed.map { Array(Compress.bytes([1, 2], $0).prefix(12)) }
    for round in 0..<400 {
      let noise = (0..<Int.random(in: 0..<3000, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      let bytes = magics[round % magics.count] + noise
      let (inPieces, whole) = (drain(stream(bytes, pieceBytes: 100)), drain(stream(bytes)))
      #expect(inPieces.bytes == whole.bytes && inPieces.error == whole.error)
      guard let error = whole.error else { continue }
      guard case .badInput("test", nil, let offset?, _) = error else {
        Issue.record("\(error)")
        continue
      }
      #expect((0...bytes.count).contains(offset))
    }
  }

  @Test func namesMissingFilesAndDirectories() {
    #expect(throws: ZonkeyError.noInput(path: "/no/such", reason: "No such file or directory")) {
      try ByteStream(path: "/no/such")
    }
    #expect(throws: ZonkeyError.noInput(path: "/tmp", reason: "is a directory, not a file")) {
      try ByteStream(path: "/tmp")
    }
    #expect(throws: ZonkeyError.noInput(path: "/tmp", reason: "is a directory, not a file")) {
      try DocumentReader(paths: ["/tmp"])
    }
  }

  @Test func deliversALineWhileThePipeIsOpen() throws {
    let path = "/tmp/zk-text-pipe-\(getpid())"
    #expect(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    // Both ends open, so that a read of more than the line would never return.
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    for line in ["B\n", "typed\n", "{{x\n"] {
      _ = line.withCString { write(descriptor, $0, line.utf8.count) }
    }
    let reader = try DocumentReader(paths: [path])
    #expect(try reader.next()?.text == Array("B".utf8))
    #expect(try reader.next()?.text == Array("typed".utf8))
    #expect(try reader.next()?.text == Array("{{x".utf8))
    #expect(reader.totalBytes == nil)
  }
}
