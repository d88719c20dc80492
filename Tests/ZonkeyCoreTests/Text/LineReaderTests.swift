import TestSupport
import Testing
import ZonkeyCore

@Suite struct TextLineReaderTests {
  @Test(arguments: [
    ("", []), ("a", ["a"]), ("a\n", ["a"]), ("\n", [""]), ("a\n\nb\n", ["a", "", "b"]),
    ("a\r\nb\r\n", ["a\r", "b\r"]), ("  a \n\tb", ["  a ", "\tb"]), ("a\0b\n\0\n", ["a\0b", "\0"]),
    ("\u{FEFF}a\n", ["\u{FEFF}a"]), ("<b>a\n", ["<b>a"]), ("{{gap}} x\n", ["{{gap}} x"]),
  ])
  func givesLinesExactly(_ text: String, _ lines: [String]) {
    let reading = Reading(text)
    #expect(reading.texts == lines)
    #expect(reading.error == nil)
  }

  @Test(arguments: [
    (DocumentUnit.whole, "a\n\nb\n", ["a\n\nb\n"]), (.whole, "", []),
    (.null, "a\nb\0\0c", ["a\nb", "", "c"]), (.null, "a\0", ["a"]),
    (.paragraph, "\n\na\nb\n\n \t\nc\r\n\r\nd", ["a\nb", "c\r", "d"]), (.paragraph, "\n \n", []),
  ])
  func cutsByUnit(_ unit: DocumentUnit, _ text: String, _ documents: [String]) {
    let reading = Reading(text, options: ReaderOptions(format: .lines, unit: unit))
    #expect(reading.texts == documents)
    #expect(reading.error == nil)
  }

  @Test func readsFilesAsOneStreamEachInItsFormat() {
    let reading = Reading(
      Array("one".utf8), Compress.zstd(Array("{\"text\":\"two\",\"id\":7}".utf8)), [],
      Compress.bzip2(Array("three\nfour\n".utf8)))
    #expect(reading.texts == ["one", "two", "three", "four"])
    #expect(reading.documents.map(\.id) == [nil, .number("7"), nil, nil])
  }

  @Test func stopsAtTheFirstBadByte() {
    let bad = Array("good\n\u{E9}t\u{E9} ".utf8) + [0xC3, 0x28] + Array("\nmore\n".utf8)
    let reading = Reading(bad)
    #expect(reading.texts == ["good"])
    #expect(reading.place == [2, 11])
    #expect(reading.reason == "not UTF-8: byte 0xC3")
  }

  @Test func findsTheLineInsideLongerUnits() {
    let bad = Array("a\n\nb\nc".utf8) + [0xFF] + Array("\n".utf8)
    for unit in [DocumentUnit.whole, .null, .paragraph] {
      let reading = Reading(bad, options: ReaderOptions(unit: unit))
      #expect(reading.place == [4, 6])
    }
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xFF],
      [0xF8, 0x88, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
  func appliesThePolicy(_ bad: [UInt8]) {
    let bytes = Array("a\nx".utf8) + bad + Array("y\nb".utf8)
    #expect(Reading(bytes).place == [2, 3])
    let skipping = Reading(bytes, options: ReaderOptions(invalid: .skip))
    #expect(skipping.texts == ["a", "b"])
    #expect(skipping.skipped == ["bad UTF-8": 1])
    let replacing = Reading(bytes, options: ReaderOptions(invalid: .replace))
    #expect(replacing.documents.count == 3)
    #expect(replacing.texts[1].hasPrefix("x\u{FFFD}"))
    #expect(replacing.texts[1].hasSuffix("y"))
    #expect(replacing.skipped.isEmpty)
  }

  @Test(arguments: DocumentUnit.allCases)
  func refusesTooLongDocuments(_ unit: DocumentUnit) {
    let long = String(repeating: "x", count: 300_000)
    let separator = unit == .null ? "\0" : unit == .line ? "\n" : "\n\n"
    let text = "a" + separator + long + separator + "b"
    let options = ReaderOptions(unit: unit, maxDocumentBytes: 1000)
    #expect(Reading(text, options: options).reason.contains("1000 bytes"))
    var skipping = options
    skipping.invalid = .skip
    let reading = Reading(text, options: skipping)
    #expect(reading.texts == (unit == .whole ? [] : ["a", "b"]))
    #expect(reading.skipped == ["too long": 1])
  }

  @Test func acceptsDocumentsOfExactlyTheLimit() {
    let reading = Reading("abc\nabcd\n", options: ReaderOptions(maxDocumentBytes: 3))
    #expect(reading.texts == ["abc"])
    #expect(reading.place == [2, 4])
  }

  @Test func deliversLinesBeforeDamage() {
    let lines = (0..<20_000).map { "line \($0)" }
    let packed = Compress.gzip(Array(lines.joined(separator: "\n").utf8))
    let reading = Reading(Array(packed[..<(packed.count / 2)]))
    #expect(reading.texts.count > 100)
    #expect(lines.starts(with: reading.texts))
    #expect(reading.reason.contains("gzip"))
  }
}
