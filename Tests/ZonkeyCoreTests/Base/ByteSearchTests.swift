import Testing
import ZonkeyBase

@Suite struct ByteSearchTests {
  /// Every byte that is sought at every place of texts around the sixteen that are seen at once.
  @Test func placesAreThoseOfAPlainSearch() {
    for count in [0, 1, 7, 8, 15, 16, 17, 33] {
      for place in 0..<count {
        for byte in [UInt8(0), 0x0A, 0x20, 0x7F, 0x80, 0xFF] {
          var bytes = [UInt8](repeating: 0x61, count: count)
          bytes[place] = byte
          if place + 3 < count { bytes[place + 3] = byte }
          for start in 0...count {
            let found = bytes.withUnsafeBytes {
              $0.firstIndex(from: start) { $0.equals(byte) }
            }
            #expect(found == bytes[start...].firstIndex(of: byte) ?? count)
          }
        }
      }
    }
  }

  @Test func lanesAreComparedAlone() {
    let bytes = (0...255).map { UInt8($0) }
    bytes.withUnsafeBytes { bytes in
      #expect(bytes.firstIndex(from: 0) { $0.isBelow(1) } == 0)
      #expect(bytes.firstIndex(from: 1) { $0.isBelow(1) } == 256)
      #expect(bytes.firstIndex(from: 0) { $0.with(0x20).equals(0xE2) } == 0xC2)
      #expect(bytes.firstIndex(from: 0xC3) { $0.with(0x20).equals(0xE2) } == 0xE2)
      #expect(bytes.newlineCount == 1)
    }
  }
}
