import TestSupport
import Testing
import ZonkeyCore

@Suite struct CheckpointJSONTests {
  private static let readable: [(String, JSONValue)] = [
    ("null", .null), (" true\n", true), ("false", false), ("0", 0), ("-12", -12),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.0", 1.0), ("1e3", 1000.0),
    ("-0", .number(-0.0)), ("2.5E-3", 0.0025), ("1e-400", .number(0)),
    ("\"\"", ""), ("\"aé😀\"", "aé😀"), ("\"\\u00e9\\ud83d\\uDE00\"", "é😀"),
    (#""\"\\\/\b\f\n\r\t\u0000x""#, "\"\\/\u{8}\u{C}\n\r\t\u{0}x"),
    ("[]", .array([])), ("[1, [2]]", .array([1, [2]])), ("{}", .object(JSONObject())),
    (#"{"b":1, "a" : {"c":[]}}"#, nested),
  ]

  @Test(arguments: readable)
  func reads(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
    #expect(try JSONValue(parsing: Array(text.utf8)[...]) == value)
    // What is written reads back as the same.
    #expect(try JSONValue(parsing: value.serialised()) == value)
  }

  private static let nested: JSONValue = ["b": 1, "a": ["c": []]]

  @Test(arguments: [
    "", " ", "nul", "nulL", "truefalse", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "1e999",
    "NaN", "'a'", "\"a", "\"\\x\"", "\"\\u12\"", "\"\\u00g0\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
    "\"\\udc00\"", "\"\n\"", "\"\\", "[", "[1", "[1,", "[1,]", "[1 2]", "[,]", "{", "{\"a\"",
    "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "1 2", "{}}", "\u{FEFF}1",
    "{\"a\":1,\"\\u0061\":2}", "\u{0}", "-a", "\"\\u１234\"",
  ])
  func refuses(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test func refusesBadUTF8() {
    for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF5, 0x80]] {
      #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22] + bad + [0x22]) }
      // Also where an escape makes the reader take the other path.
      #expect(throws: JSONError.self) {
        try JSONValue(parsing: Array(#""\n"#.utf8) + bad + [0x22])
      }
    }
  }

  @Test func errorsHaveTheirOffset() {
    #expect(throws: JSONError(offset: 4, reason: "expected ',' or ']' in an array")) {
      try JSONValue(parsing: "[12 3]")
    }
    #expect(throws: JSONError(offset: 8, reason: "the key \"a\" appears twice")) {
      try JSONValue(parsing: "{\"a\":1, \"a\":2}")
    }
  }

  @Test func depthIsLimited() throws {
    func nest(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONValue(parsing: nest(64))
    #expect(throws: JSONError.self) { try JSONValue(parsing: nest(65)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: nest(1_000_000)) }
    _ = try JSONValue(parsing: nest(3), maximumDepth: 3)
    #expect(throws: JSONError.self) { try JSONValue(parsing: nest(4), maximumDepth: 3) }
  }

  @Test func keysAreComparedByBytes() throws {
    // Both are é to Unicode, and two keys to JSON.
    let value = try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value["\u{E9}"] == 1)
    #expect(value["e\u{301}"] == 2)
    #expect(value["x"] == nil)
  }

  @Test func manyKeys() throws {
    let members = (0..<1000).map { "\"k\($0)\":\($0)" }
    let object = try JSONValue(parsing: "{" + members.joined(separator: ",") + "}").objectValue
    #expect(object?.members.map(\.value.intValue) == (0..<1000).map { $0 })
    let repeated = members + ["\"k7\":0"]
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: "{" + repeated.joined(separator: ",") + "}")
    }
  }

  @Test func everyPrefixIsRefused() {
    let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",true],"b":{"c":null}}"#.utf8)
    for count in 0..<text.count {
      #expect(throws: JSONError.self) { try JSONValue(parsing: text[..<count]) }
    }
  }

  @Test func objectsKeepTheirOrder() {
    var object: JSONObject = ["z": 1, "a": 2]
    object["m"] = 3
    object["z"] = 4
    object["a"] = nil
    #expect(object.members.map(\.key) == ["z", "m"])
    let value = JSONValue.object(object)
    #expect(String(decoding: value.serialised(), as: UTF8.self) == #"{"z":4,"m":3}"#)
    #expect(
      String(decoding: value.serialised(sortedKeys: true), as: UTF8.self) == #"{"m":3,"z":4}"#)
  }

  @Test func accessors() {
    let value: JSONValue = ["i": 3, "d": 1.5, "s": "t", "b": true, "a": [1]]
    #expect(value["i"]?.intValue == 3 && value["i"]?.doubleValue == 3)
    #expect(value["d"]?.intValue == nil && value["d"]?.doubleValue == 1.5)
    #expect(value["s"]?.stringValue == "t" && value["b"]?.boolValue == true)
    #expect(value["a"]?.arrayValue == [1] && value["a"]?["x"] == nil)
    #expect(JSONValue.null.isNull && !value.isNull)
  }

  @Test func writesValuesAmongFields() {
    var line = JSONLine()
    line.beginObject()
    line.field("doc", 1)
    line.key("a\"\u{1}é\n")
    line.value(["p": JSONValue(Float(0.93)), "whole": 2.0, "none": .null])
    line.key("list")
    line.value([.number(0.1), .number(.nan), .number(-.infinity), false, .null, -3])
    line.field("last", "x")
    line.endLine()
    line.value("next")
    #expect(
      String(decoding: line.bytes, as: UTF8.self)
        == #"{"doc":1,"a\"\u0001é\n":{"p":0.93,"whole":2.0,"none":null},"#
        + #""list":[0.1,null,null,false,null,-3],"last":"x"}"# + "\n\"next\"")
    line.removeAll()
    line.value("x")
    #expect(line.bytes == Array("\"x\"".utf8))
  }

  @Test func numbersReadBackAsTheSame() throws {
    var random = SeededNumbers(1)
    for _ in 0..<5000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else { continue }
      let read = try JSONValue(parsing: JSONValue.number(number).serialised())
      #expect(read.doubleValue == number)
    }
  }
}
