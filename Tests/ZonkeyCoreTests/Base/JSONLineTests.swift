import TestSupport
import Testing
import ZonkeyCore

@Suite struct JSONLineTests {
  private func line(_ body: (inout JSONLine) -> Void) -> String {
    var line = JSONLine()
    line.beginObject()
    body(&line)
    line.endLine()
    return String(decoding: line.bytes, as: UTF8.self)
  }

  private func string(_ bytes: [UInt8]) -> String {
    line { line in bytes.withUnsafeBytes { line.field("s", utf8: $0) } }
  }

  @Test func aRowOfSplit() {
    let row = line {
      $0.field("doc", 1)
      $0.field("id", "12")
      $0.field("level", 0)
      $0.field("start", 0)
      $0.field("end", 6)
      $0.field("text", "Every ")
      $0.field("p", 0.9301, digits: 2)
    }
    #expect(
      row
        == #"{"doc":1,"id":"12","level":0,"start":0,"end":6,"text":"Every ","p":0.93}"# + "\n")
  }

  @Test func emptyObjectAndReuse() {
    var line = JSONLine()
    line.beginObject()
    line.endLine()
    line.removeAll()
    line.beginObject()
    line.field("a", true)
    line.endLine()
    #expect(String(decoding: line.bytes, as: UTF8.self) == "{\"a\":true}\n")
  }

  @Test func nestedObjectsAndArrays() {
    let row = line {
      $0.field("starts", [0, 5, 11])
      $0.field("none", [Int]())
      $0.field("inner", [[0, 3], [], [0]])
      $0.field("p", [0.5, .nan], digits: 3)
      $0.field("names", ["a", "\"b\""])
      $0.field("config", object: { $0.field("width", 64) })
      $0.field(
        "levels",
        objects: {
          for level in 0..<2 {
            $0.beginObject()
            $0.field("level", level)
            $0.endObject()
          }
        })
      $0.field("last", 1)
    }
    #expect(
      row
        == #"{"starts":[0,5,11],"none":[],"inner":[[0,3],[],[0]],"p":[0.5,null],"names":["a","\"b\""],"#
        + #""config":{"width":64},"levels":[{"level":0},{"level":1}],"last":1}"# + "\n")
  }

  @Test func integersOfEverySize() {
    let row = line { $0.field("n", [0, -1, 10, .max, .min]) }
    #expect(row == "{\"n\":[0,-1,10,9223372036854775807,-9223372036854775808]}\n")
  }

  @Test func everyControlCharacterIsEscaped() {
    for byte in UInt8(0)..<0x20 {
      let text = string([0x61, byte, 0x62])
      #expect(text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
      #expect(text.contains("a\\"))
    }
    #expect(string([0x09, 0x0A, 0x0D, 0x08, 0x0C, 0x1F]) == "{\"s\":\"\\t\\n\\r\\b\\f\\u001f\"}\n")
    #expect(string([0x22, 0x5C, 0x2F, 0x7F]) == "{\"s\":\"\\\"\\\\/\u{7F}\"}\n")
  }

  @Test(arguments: ["", "plain", "grüße", "漢字", "🦓 zonkey", "a\u{0}b", "\u{2028}", "\u{10FFFF}"])
  func validTextPassesUnchanged(text: String) {
    let expected = text.replacing(0, with: "\\u0000")
    #expect(string(Array(text.utf8)) == "{\"s\":\"\(expected)\"}\n")
  }

  @Test func everyPairOfBytesGivesValidUTF8() {
    for first in UInt8.min...UInt8.max {
      for second in [0x00, 0x41, 0x7F, 0x80, 0x9F, 0xA0, 0xBF, 0xC3, 0xFF] as [UInt8] {
        var line = JSONLine()
        line.beginObject()
        [first, second].withUnsafeBytes { line.field("s", utf8: $0) }
        line.endLine()
        #expect(String(validating: line.bytes, as: UTF8.self) != nil)
        let isValid = String(validating: [first, second], as: UTF8.self) != nil
        let hasReplacement = line.bytes.contains(0xEF) && line.bytes.contains(0xBD)
        #expect(isValid != hasReplacement)
      }
    }
  }

  @Test(arguments: [
    (0.0, 3, "0.0"), (-0.5, 3, "-0.5"), (0.93, 2, "0.93"), (0.999_96, 4, "1.0"), (1, 4, "1.0"),
    (0.123_456, 4, "0.1235"), (1234.5678, 6, "1234.57"), (1e-5, 3, "1e-05"),
    (1.234_567e-30, 3, "1.23e-30"), (123_456, 2, "120000.0"), (1e300, 4, "1e+300"),
    (0.1, 17, "0.1"), (.infinity, 3, "null"), (-.infinity, 3, "null"), (.nan, 3, "null"),
    (.leastNonzeroMagnitude, 3, "5e-324"),
  ])
  func numbersAreRoundedAndShort(value: Double, digits: Int, text: String) {
    #expect(line { $0.field("x", value, digits: digits) } == "{\"x\":\(text)}\n")
  }

  /// The short way for shares gives what the general one does.
  @Test func sharesAreRoundedAsAllNumbers() {
    var random = SeededNumbers(5)
    let drawn = (0..<20_000).map { _ in Double(random.next() >> 11) * 0x1p-53 }
    let ties = (1000..<10_000).map { (Double($0) + 0.5) / 10_000 }
    for value in drawn + ties + [0.1, 0.1.nextUp, 1.0.nextDown] where value >= 0.1 {
      for digits in [1, 2, 4, 9] {
        let found = line { $0.field("x", value, digits: digits) }
        let general = value.rounded(toDigits: digits).description
        if found != "{\"x\":\(general)}\n" { Issue.record("\(value), \(digits): \(found)") }
      }
    }
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("\u{0}\u{7F}?>", "AH8/Pg=="),
  ])
  func base64IsPadded(text: String, encoded: String) {
    let row = line { line in
      Array(text.utf8).withUnsafeBytes { line.field("x", base64: $0) }
    }
    #expect(row == "{\"x\":\"\(encoded)\"}\n")
  }
}

extension String {
  /// This text with every scalar of value `scalar` replaced.
  fileprivate func replacing(_ scalar: UInt32, with text: String) -> String {
    unicodeScalars.map { $0.value == scalar ? text : String($0) }.joined()
  }
}
