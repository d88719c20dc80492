import TestSupport
import Testing
import ZonkeyCore

@Suite struct CheckpointZstdTests {
  private func noise(_ count: Int) -> [UInt8] {
    var random = SeededNumbers(UInt64(count))
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() & 0x3F) }
  }

  @Test(arguments: [0, 1, 8, 1000, 131_072, 3_000_000])
  func roundTrip(count: Int) throws {
    let bytes = noise(count)
    for level in [-5, 1, 3, 19] where level < 10 || count < 10_000 {
      let frame = try ZstdFrame.compress(bytes, level: level)
      #expect(ZstdFrame.isZstd(frame))
      #expect(try ZstdFrame.decompress(frame, limit: count) == bytes)
      // The checksum flag of the frame header is set.
      #expect(frame[4] & 4 != 0)
    }
  }

  /// What is announced must come: neither less nor more is a frame.
  @Test(arguments: [99, 101]) func announcedSizeIsChecked(announced: Int) throws {
    let encoder = try ZstdEncoder(contentBytes: announced)
    #expect(throws: ZonkeyError.self) {
      try noise(100).withUnsafeBytes { try encoder.write($0) { _ in } }
      try encoder.finish { _ in }
    }
  }

  @Test func limitHolds() throws {
    let frame = try ZstdFrame.compress([UInt8](repeating: 0, count: 1000))
    #expect(throws: ZonkeyError.self) { try ZstdFrame.decompress(frame, limit: 999) }
    #expect(try ZstdFrame.decompress(frame, limit: 1000).count == 1000)
    #expect(throws: ZonkeyError.self) { try ZstdFrame.decompress(frame + frame, limit: 1999) }
  }

  @Test func framesInARowAreOneContent() throws {
    let first = try ZstdFrame.compress(noise(100))
    let second = try ZstdFrame.compress(noise(2_000_000))
    let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9]
    #expect(
      try ZstdFrame.decompress(skipped + first + second, limit: 1 << 30)
        == noise(100) + noise(2_000_000))
    #expect(throws: ZonkeyError.self) {
      try ZstdFrame.decompress(first + second.dropLast(3), limit: 1 << 30)
    }
    #expect(throws: ZonkeyError.self) {
      try ZstdFrame.decompress(first + [1, 2, 3, 4, 5], limit: 1 << 30)
    }
  }

  /// `printf hello | zstd -c`, which cannot know the size when it writes the header.
  @Test func frameWithoutSize() throws {
    let frame = bytes(hex: "28b52ffd0458290000 68656c6c6f 6d5cd88c")
    let error = #expect(throws: ZonkeyError.self) {
      try ZstdFrame.decompress(frame, limit: 100, path: "p")
    }
    // The checksum in it is wrong on purpose, so that it is known to be looked at.
    #expect(error?.description.contains("checksum") == true)
    #expect(try ZstdFrame.decompress(FrameFixture.hello, limit: 5) == Array("hello".utf8))
    #expect(throws: ZonkeyError.self) { try ZstdFrame.decompress(FrameFixture.hello, limit: 4) }
    for count in 0..<FrameFixture.hello.count {
      #expect(throws: ZonkeyError.self) {
        try ZstdFrame.decompress(Array(FrameFixture.hello[..<count]), limit: 100)
      }
    }
  }

  /// A few bytes that claim a terabyte must not make the program ask for one.
  @Test func aLieAboutTheSizeIsRefused() {
    let frame = bytes(hex: "28b52ffde0 0000000000010000 2b0000 6161")
    #expect(throws: ZonkeyError.self) { try ZstdFrame.decompress(frame, limit: .max) }
  }
}

private enum FrameFixture {
  static let hello = bytes(hex: "28b52ffd045829000068656c6c6fa36d9f88")
}

@Suite struct CheckpointFingerprintTests {
  /// Values of the reference implementation, through the Python package `xxhash`.
  @Test(arguments: [
    (0, "ef46db3751d8e999"), (1, "a96c7f0ce858bbb7"), (4, "fa212ae44b3bb23d"),
    (8, "994b676b71ce94dd"), (14, "574269377227d80a"), (31, "6711d55e306b5d8f"),
    (32, "07f7b8e3bc5d6e25"), (33, "09f85eeb4e1cbe9f"), (64, "50d4159a0411632e"),
    (100, "9ddada11d3dc2d8f"), (1000, "0bf0bdbcc82eb373"),
  ])
  func isXXH64(count: Int, expected: String) {
    let bytes = (0..<count).map { (place: Int) -> UInt8 in UInt8((place * 131 + 7) % 256) }
    var whole = FingerprintHasher()
    whole.update(bytes)
    #expect(whole.finish().description == expected)
    for step in [1, 3, 7, 31, 32, 33, 50] {
      var pieces = FingerprintHasher()
      for start in stride(from: 0, to: count, by: step) {
        pieces.update(bytes[start..<min(start + step, count)])
      }
      #expect(pieces.finish() == whole.finish())
    }
  }

  @Test func textForm() {
    #expect(Fingerprint(value: 0x1F).description == "000000000000001f")
    #expect(Fingerprint("000000000000001f") == Fingerprint(value: 0x1F))
    for bad in ["", "1f", "000000000000001F", "+00000000000001f", "0000000000000001f", "é"] {
      #expect(Fingerprint(bad) == nil)
    }
  }
}
