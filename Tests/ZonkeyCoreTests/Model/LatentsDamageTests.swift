import TestSupport
import Testing
import ZonkeyCore

/// Latents that are cut off, changed or made to deceive: always an error, never a crash.
@Suite struct LatentsDamageTests {
  @Test(arguments: LatentsFormat.allCases, LatentsPrecision.allCases)
  func truncatedAnywhere(format: LatentsFormat, precision: LatentsPrecision) throws {
    let documents = LatentsSample.documents(level: 2)
    let whole = try LatentsSample.file(documents, format, precision, level: 2)
    for count in 1..<whole.count {
      let reading = LatentsReading(Array(whole[..<count]))
      #expect(reading.documents[...] == documents.prefix(reading.documents.count))
      // Rows that end where a row ends, or just before its newline, are a good file.
      let isRowEnd = whole[count - 1] == 0x0A || whole[count] == 0x0A
      let isGood = isRowEnd && (format == .jsonl || (format == .npy && count == whole.count - 1))
      #expect(isGood == (reading.error == nil), "cut after \(count) bytes")
    }
  }

  @Test(arguments: LatentsFormat.allCases)
  func longerThanItSays(format: LatentsFormat) throws {
    let file = try LatentsSample.file(LatentsSample.documents(level: 0), format)
    #expect(LatentsReading(file + [0]).error != nil)
    #expect(LatentsReading(file + file).error != nil || format == .jsonl)
  }

  /// Without checksums a change may go unnoticed, but what is read always holds together.
  @Test(arguments: LatentsFormat.allCases, LatentsPrecision.allCases)
  func changedAnywhere(format: LatentsFormat, precision: LatentsPrecision) throws {
    let documents = LatentsSample.documents(level: 2)
    let whole = try LatentsSample.file(documents, format, precision, level: 2)
    let masks: [UInt8] = [0x01, 0x04, 0x80, 0xFF]
    for place in whole.indices {
      var changed = whole
      changed[place] ^= masks[place % masks.count]
      for document in LatentsReading(changed).documents {
        let writer = try LatentsWriter(
          format: .jsonl, precision: .f32, level: document.level, width: document.width,
          model: document.model)
        #expect(throws: Never.self) { try writer.append(document) }
      }
    }
  }

  @Test func noise() {
    var random = SeededNumbers(3)
    let starts: [[UInt8]] = [
      [], Array("{".utf8), [0x93] + Array("NUMPY".utf8) + [1, 0, 20, 0],
      [20, 0, 0, 0, 0, 0, 0, 0, 0x7B],
    ]
    for start in starts {
      for _ in 0..<200 {
        let rest = (0..<40).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        #expect(LatentsReading(start + rest).error != nil)
      }
    }
  }

  @Test(arguments: [
    ("plain text", "neither JSONL"), ("[1,2,3,4,5]", "neither"),
  ])
  func otherFiles(text: String, reason: String) {
    let reading = LatentsReading(Array(text.utf8))
    #expect(reading.reason.contains(reason))
    #expect(reading.place == [nil, 0])
  }

  @Test func archivesAreNamed() {
    let reading = LatentsReading(Array("PK\u{3}\u{4}........".utf8))
    guard case .otherContent(_, let content, isText: false) = reading.error else {
      Issue.record("\(String(describing: reading.error))")
      return
    }
    #expect(content.contains("zip"))
  }

  // MARK: - JSONL

  private static let rowFields: [(String, String)] = [
    ("doc", "1"), ("level", "1"), ("shape", "[2,1]"), ("starts", "[0,4]"),
    ("inner", "[[0,2,4]]"), ("bytes", "6"), ("dtype", "\"f16\""), ("latents", "\"ADwAPA==\""),
    ("model", "\"0123456789abcdef\""),
  ]

  /// The good row with one field changed, or left out.
  private func row(_ key: String = "", _ value: String? = nil) -> [UInt8] {
    let members = Self.rowFields.compactMap { name, good -> String? in
      let text = name == key ? value : good
      return text.map { "\"\(name)\":\($0)" }
    }
    return Array(("{" + members.joined(separator: ",") + "}\n").utf8)
  }

  @Test(
    arguments: [
      ("doc", nil, "no field \"doc\""), ("doc", "0", "from 1"), ("doc", "1.5", "whole number"),
      ("doc", "\"1\"", "whole number"), ("doc", "99999999999999999999", "whole number"),
      ("level", nil, "no field"), ("level", "-1", "outside"), ("level", "16", "outside"),
      ("level", "0", "inner"), ("level", "2", "inner"), ("level", "9223372036854775807", "outside"),
      ("shape", nil, "no field"), ("shape", "[2]", "two sizes"), ("shape", "[2,1,1]", "two sizes"),
      ("shape", "[2,-1]", "outside"), ("shape", "[-2,1]", "negative"),
      ("shape", "[2,0]", "outside"),
      ("shape", "[9223372036854775807,1048576]", "more than"),
      ("shape", "[1048576,1048576]", "more than"), ("shape", "[2,9223372036854775807]", "outside"),
      ("shape", "[1,1]", "needs 2 bytes"), ("shape", "[1,2]", "1 segments"),
      ("starts", "[0]", "1 starts"), ("starts", "[1,4]", "not 0"), ("starts", "[0,0]", "behind"),
      ("starts", "[0,6]", "outside"), ("starts", "[0,3]", "level below"), ("starts", "7", "list"),
      ("starts", "[0,4.0]", "list"), ("starts", "[0,-9223372036854775808]", "behind"),
      ("inner", "[]", "levels"), ("inner", "[[]]", "inner starts"), ("inner", "[0]", "list"),
      ("inner", "[[1,4]]", "not 0"), ("inner", "[[0,9]]", "outside"), ("inner", "{}", "list"),
      ("bytes", "0", "0 bytes"), ("bytes", "-1", "bytes"), ("bytes", "4", "outside"),
      ("bytes", "\"6\"", "whole number"), ("dtype", "\"f64\"", "f16"), ("dtype", "1", "string"),
      ("latents", nil, "no field"), ("latents", "\"ADwAPA\"", "characters"),
      ("latents", "\"ADwAPA= \"", "base64"), ("latents", "\"ADwAP===\"", "base64"),
      ("latents", "\"ADwAPB==\"", "base64"), ("latents", "\"A=wAPA==\"", "base64"),
      ("latents", "\"ADwAPAAA\"", "base64"), ("latents", "\"ADwAP\\u0000==\"", "base64"),
      ("latents", "\"_DwAPA==\"", "base64"), ("latents", "\"ADwAPA=A\"", "base64"),
      ("latents", "\"ADwAfA==\"", "number 1 of the latents is not finite"),
      ("latents", "\"AHwAPA==\"", "number 0 of the latents is not finite"),
      ("latents", "\"Af4APA==\"", "not finite"), ("model", nil, "no field"),
      ("model", "\"0123456789ABCDEF\"", "hexadecimal"), ("model", "\"\"", "hexadecimal"),
    ] as [(String, String?, String)])
  func badRow(key: String, value: String?, reason: String) {
    let good = row("none")
    let reading = LatentsReading(good + row(key, value))
    #expect(reading.documents.count == 1)
    #expect(reading.reason.contains(reason), "\(reading.reason)")
    #expect(reading.place == [2, good.count])
  }

  @Test func jsonPlaces() {
    let good = row("none")
    let reading = LatentsReading(good + Array("\n{\"doc\":1,}\n".utf8))
    #expect(reading.place == [3, good.count + 10])
    #expect(reading.reason.hasPrefix("JSON: "))
    let array = LatentsReading(good + Array("[]\n".utf8))
    #expect(array.place == [2, good.count])
    let wider = Array(
      String(decoding: row("inner", "[[0,2,4]]"), as: UTF8.self)
        .replacing("[2,1]", with: "[2,2]").replacing("ADwAPA==", with: "ADwAPAA8ADw=").utf8)
    #expect(LatentsReading(good + wider).reason.contains("follow rows of 1"))
    #expect(LatentsReading(good, wider).documents.count == 2)
  }

  // MARK: - safetensors

  private static let metadata =
    #""__metadata__":{"format":"zk-latents-1","model":"0123456789abcdef","level":"1"}"#

  private func array(_ name: String, _ type: String, _ shape: String, _ range: Range<Int>) -> String
  {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),"
      + "\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}"
  }

  private func file(_ offsets: [Int], _ more: (String, String, [Int])..., ids: String? = nil)
    -> [UInt8]
  {
    func bytes(_ values: [Int]) -> [UInt8] {
      values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }
    var data: [UInt8] = [0, 0x3C, 0, 0x3C, 0, 0x3C]
    var entries = [Self.metadata, array("latents", "F16", "[3,1]", 0..<6)]
    for (name, type, values) in [("offsets", "I64", offsets)] + more {
      let start = data.count
      data += bytes(values)
      entries.append(array(name, type, "[\(values.count)]", start..<data.count))
    }
    if let ids {
      entries.append(
        array("ids", "U8", "[\(ids.utf8.count)]", data.count..<data.count + ids.utf8.count))
      data += Array(ids.utf8)
    }
    return safetensors("{" + entries.joined(separator: ",") + "}", data: data)
  }

  @Test func goodSafetensors() {
    let good = file(
      [0, 2, 3], ("starts", "I64", [0, 4, 0]), ("bytes", "I64", [6, 2]),
      ("numbers", "I64", [2, 1]),
      ("inner.0", "I64", [0, 2, 4, 0]), ("inner.0.offsets", "I64", [0, 3, 4]), ids: "\"a\"\nnull\n")
    let reading = LatentsReading(good)
    #expect(reading.error == nil)
    #expect(reading.documents.map(\.inner) == [[[0, 2, 4]], [[0]]])
    #expect(reading.documents.map(\.id) == ["a", nil])
  }

  @Test(arguments: [
    ([], "'offsets'"), ([0], "end with 3"), ([1, 3], "begin with 0"), ([0, 2], "end with 3"),
    ([0, 4], "end with 3"), ([0, 4, 3], "ascend"), ([0, 2, 1, 3], "ascend"),
    ([0, -1, 3], "ascend"), ([0, .min, 3], "ascend"), ([0, .max, 3], "ascend"),
  ])
  func badOffsets(offsets: [Int], reason: String) {
    let reading = LatentsReading(file(offsets))
    #expect(reading.reason.contains(reason), "\(reading.reason)")
  }

  @Test(arguments: [
    ("starts", "I64", [0, 4], "2 elements where 3"), ("starts", "F64", [0, 4, 5], "F64"),
    ("starts", "I64", [1, 4, 5], "not 0"), ("starts", "I64", [0, -1, -1], "behind"),
    ("bytes", "I64", [0], "0 bytes"), ("bytes", "I64", [.min], "bytes"),
    ("bytes", "I64", [1, 2], "2 elements where 1"), ("numbers", "I64", [0], "from 1"),
    ("numbers", "U64", [1], "U64"), ("ids", "I64", [0], "U8 should be"),
  ])
  func badArray(name: String, type: String, values: [Int], reason: String) {
    let reading = LatentsReading(file([0, 3], (name, type, values)))
    #expect(reading.reason.contains(reason), "\(reading.reason)")
  }

  @Test(arguments: [
    ([0, 4, 5], [0, 2], "end with 3"), ([0, 4, 5], [1, 3], "begin with 0"),
    ([0, 4, 5], [0, 3, 3], "3 elements where 2"), ([3, 4, 5], [0, 3], "not 0"),
    ([0, 9, 5], [0, 3], "behind"),
  ])
  func badInner(starts: [Int], offsets: [Int], reason: String) {
    let reading = LatentsReading(
      file([0, 3], ("inner.0", "I64", starts), ("inner.0.offsets", "I64", offsets)))
    #expect(reading.reason.contains(reason), "\(reading.reason)")
  }

  @Test(arguments: ["", "\"a\"", "a\n", "[7]\n", "\"a\n", "\u{0}\n", "\"\\ud800\"\n"])
  func badIDs(ids: String) {
    #expect(LatentsReading(file([0, 3], ids: ids)).reason.contains("id"))
  }

  @Test(arguments: [
    ("zk-latents-1", "zk-latents-2", "this zk reads"),
    ("\"level\":\"1\"", "\"level\":\"x\"", "metadata"),
    ("\"level\":\"1\"", "\"level\":\"-1\"", "outside"), ("\"model\":", "\"other\":", "metadata"),
    ("cdef", "cde ", "hexadecimal"),
    ("\"F16\",\"shape\":[3,1]", "\"I16\",\"shape\":[3,1]", "convert"),
    ("[3,1]", "[1,3,1]", "dimensions"), ("\"latents\"", "\"latent\"", "no array 'latents'"),
    ("[3,1]", "[3,0]", "damaged"), ("F16", "F17", "convert"),
  ])
  func badSafetensorsHeader(old: String, new: String, reason: String) {
    let good = file([0, 3])
    let length = Int(good[0]) + Int(good[1]) << 8
    let header = String(decoding: good[8..<8 + length], as: UTF8.self)
    #expect(header.contains(old))
    let reading = LatentsReading(
      safetensors(header.replacing(old, with: new), data: Array(good[(8 + length)...])))
    #expect(reading.reason.contains(reason), "\(reading.reason)")
  }
}
