import TestSupport
import Testing
import ZonkeyPlatform

@Suite struct BoundedTests {
  @Test(
    arguments: [
      (1.9, 1), (-1.9, -1), (.nan, 0), (.infinity, Int.max), (-.infinity, Int.min),
      (1e300, Int.max),
      (-1e300, Int.min), (0x1p63, Int.max), (-0x1p63, Int.min), (9_007_199_254_740_992, 1 << 53),
      (-0.0, 0), (.leastNonzeroMagnitude, 0),
    ] as [(Double, Int)])
  func everyNumberHasAWholeOne(value: Double, expected: Int) {
    #expect(Int(bounded: value) == expected)
    #expect((2...7).contains(Int(bounded: value, to: 2...7)))
  }

  @Test func sumsEndAtTheLargest() {
    #expect(3.adding(bounded: 4) == 7)
    #expect((Int.max - 1).adding(bounded: 2) == .max)
  }
}

@Suite struct FileNameTests {
  @Test func everyNameComesBack() {
    var random = SeededNumbers(8)
    for _ in 0..<5000 {
      let count = Int.random(in: 0...12, using: &random)
      let bytes = (0..<count).map { _ in
        [0xF4, 0x8F, 0xBF, 0x80, 0xE9, 0x61, UInt8.random(in: 1...255, using: &random)]
          .randomElement(using: &random) ?? 0
      }
      #expect(FileName.bytes(FileName.text(bytes)) == bytes)
    }
    // A genuine character of the range is taken apart.
    let own = Array("\u{10FF80}".utf8)
    #expect(FileName.text(own).unicodeScalars.count == 4)
    #expect(FileName.bytes(FileName.text(own)) == own)
    #expect(FileName.text(Array("é".utf8)) == "é")
    #expect(FileName.readable(FileName.text([0x61, 0xE9])) == "a\u{FFFD}")
  }
}
