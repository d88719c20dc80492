import TestSupport
import Testing
import ZonkeyCore

@Suite struct TextJSONTests {
  @Test(
    arguments: [
      (#"{"text":"a"}"#, "a", nil, nil),
      (
        #" { "id" : "x" , "text" : "a\n\"\\\/\b\f\r\t" , "title":"T" } "#, "a\n\"\\/\u{8}\u{C}\r\t",
        .string("x"), "T"
      ),
      (#"{"id":-1.5e+3,"text":"é\u00e9\ud83d\ude00\u0000"}"#, "éé😀\0", .number("-1.5e+3"), nil),
      (#"{"id":null,"title":["a"],"text":""}"#, "", nil, nil),
      (#"{"a":{"text":[1,{"b":[]},{}]},"text":"x","z":[true,false,null,"\u12aB"]}"#, "x", nil, nil),
      (#"{"text":"a","text":"b"}"#, "b", nil, nil),
      (#"{"te\u0078t":"a"}"#, "a", nil, nil),
    ] as [(String, String, DocumentID?, String?)])
  func readsObjects(_ json: String, _ text: String, _ id: DocumentID?, _ title: String?) {
    let reading = Reading(json)
    #expect(reading.documents == [Document(id: id, title: title, text: Array(text.utf8))])
    #expect(reading.error == nil)
  }

  @Test(arguments: [
    (#"{"text":"a""#, 11, "ends too soon"), (#"{"text":1}"#, 8, "not a string"),
    (#"{"other":"a"}"#, 0, "no field \"text\""), (#"{"text":"a",}"#, 12, "a string is expected"),
    (#"{"text" "a"}"#, 8, "no :"), (#"{"text":"a"} x"#, 13, "more than one value"),
    (#"{"text":"\x"}"#, 10, "escape"), (#"{"text":"\u12g4"}"#, 13, "hexadecimal"),
    (#"{"text":"a\ud800b"}"#, 10, "surrogate"), (#"{"text":"\udc00\ud800"}"#, 9, "surrogate"),
    (#"{"a":01,"text":"b"}"#, 6, "without , or }"),
    (#"{"a":tru,"text":"b"}"#, 8, "not a JSON value"),
    (#"{"a":[1,],"text":"b"}"#, 8, "not a JSON value"), (#"{"a":[1}"#, 7, "no , or ]"),
    (#"{"a":+1}"#, 5, "not a JSON value"), (#"{"a":1.}"#, 7, "not a JSON value"),
    ("{\"text\":\"a\tb\"}", 10, "control character"), ("{", 1, "ends too soon"),
    ("[1]", 0, "begin with {"),
  ])
  func tellsWhereJSONIsWrong(_ json: String, _ offset: Int, _ words: String) {
    let first = "{\"text\":\"good\"}\n\n"
    let reading = Reading(first + json + "\n")
    #expect(reading.texts == ["good"])
    #expect(reading.place == [3, first.utf8.count + offset])
    #expect(reading.reason.contains(words), "\(reading.reason)")
  }

  @Test func skipsAndCountsWhatIsWrong() {
    let text = "{\"text\":\"a\"}\n{\"text\":\n{\"text\":\"\\ud800\"}\nnull\n{\"text\":\"b\"}"
    let skipping = Reading(text, options: ReaderOptions(invalid: .skip))
    #expect(skipping.texts == ["a", "b"])
    #expect(skipping.skipped == ["bad JSON": 3])
    let replacing = Reading(text, options: ReaderOptions(invalid: .replace))
    #expect(replacing.texts == ["a", "\u{FFFD}", "b"])
    #expect(replacing.skipped == ["bad JSON": 2])
  }

  @Test func checksUTF8OfTheLine() {
    let bad = Array("{\"text\":\"a\"}\n{\"text\":\"".utf8) + [0xFF] + Array("\"}\n".utf8)
    #expect(Reading(bad).place == [2, 22])
    #expect(Reading(bad, options: ReaderOptions(invalid: .replace)).texts == ["a", "\u{FFFD}"])
  }

  @Test func takesOtherFieldsAndFormatsByOption() {
    let options = ReaderOptions(format: .jsonl, textField: "title")
    let reading = Reading("{\"title\":\"a\",\"text\":1}\n", options: options)
    #expect(reading.documents == [Document(title: "a", text: [0x61])])
    let lines = Reading("{\"text\":\"a\"}\n", options: ReaderOptions(format: .lines))
    #expect(lines.texts == ["{\"text\":\"a\"}"])
  }

  @Test func passesOverAByteOrderMark() {
    #expect(Reading("\u{FEFF}{\"text\":\"a\"}\n{}").place == [2, 16])
  }

  @Test func limitsNesting() {
    func nested(_ depth: Int) -> String {
      "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        + ",\"text\":\"x\"}"
    }
    #expect(Reading(nested(512)).texts == ["x"])
    #expect(Reading(nested(513)).reason.contains("nested"))
    #expect(Reading(nested(1_000_000)).reason.contains("nested"))
  }

  @Test func neverCrashesOnMangledObjects() {
    let json = Array(#"{"id":12,"x":[{"y":"\u00e9\ud83d\ude00"},-1.5e3,null],"text":"abc\n"}"#.utf8)
    var random = SeededNumbers(2)
    let options = ReaderOptions(format: .jsonl, invalid: .skip)
    var lines: [UInt8] = []
    for _ in 0..<5000 {
      var line = json.prefix(Int.random(in: 0...json.count, using: &random))
      if let index = line.indices.randomElement(using: &random) {
        line[index] =
          Bool.random(using: &random)
          ? UInt8.random(in: 0...255, using: &random)
          : json[json.indices.randomElement(using: &random) ?? 0]
      }
      lines += line + [0x0A]
    }
    #expect(Reading(lines, options: options).error == nil)
  }
}
