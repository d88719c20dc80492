import TestSupport
import Testing
import ZonkeyCore

@Suite struct Base64Tests {
  private func decode(_ text: [UInt8]) -> [UInt8]? {
    text.withUnsafeBufferPointer { Base64.decode($0) }
  }

  @Test func everyLengthReadsBack() {
    var random = SeededNumbers(7)
    for count in 0..<100 {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var text: [UInt8] = [0x21]
      bytes.withUnsafeBytes { Base64.append($0, to: &text) }
      #expect(text.count == 1 + (count + 2) / 3 * 4)
      #expect(decode(Array(text.dropFirst())) == bytes)
    }
  }

  /// Of all changes of one character only those to another text of the same length are read,
  /// and then the text is the one that the bytes give.
  @Test func onlyExactTextsAreRead() {
    for good in ["QUJD", "QUI=", "QQ==", "QUJDRA=="] {
      for place in good.utf8.indices {
        for byte in UInt8.min...UInt8.max {
          var text = Array(good.utf8)
          text[good.utf8.distance(from: good.startIndex, to: place)] = byte
          guard let bytes = decode(text) else { continue }
          var again: [UInt8] = []
          bytes.withUnsafeBytes { Base64.append($0, to: &again) }
          #expect(again == text)
        }
      }
    }
  }

  @Test(arguments: ["Q", "QU", "QUI", "====", "Q===", "QUJD\n", " QUJ", "QUJDQQ=", "=QUJ", "QQ=A"])
  func refused(text: String) {
    #expect(decode(Array(text.utf8)) == nil)
  }
}
