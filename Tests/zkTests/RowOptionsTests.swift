import TestSupport
import Testing
import ZonkeyCore

/// Rows that can be joined with the documents that they came from.
@Suite struct RowOptionsTests {
  private static let input = """
    {"id": 12345678901234567890, "text": "The river.", "lang": "en", "n": [1, 2.50], "level": 7}
    {"page": "b", "text": "A town.", "lang": null, "title": "T"}

    """

  private func zk(_ arguments: [String], stdin: String = input) throws -> [JSONValue] {
    let result = try runZk(arguments + ["-m", NanoModel.path()], stdin: stdin)
    #expect(result.status == 0, "\(result.stderr)")
    return try result.stdout.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  @Test func idsKeepTheirType() throws {
    for verb in [["split"], ["split", "--format", "documents"], ["encode"]] {
      let result = try runZk(verb + ["-m", NanoModel.path()], stdin: Self.input)
      let first = try #require(result.stdout.split(separator: "\n").first)
      #expect(first.contains(#""id":12345678901234567890,"#))
      #expect(!result.stdout.contains("lang"))
    }
    let encoded = try runZk(["encode", "-m", NanoModel.path()], stdin: Self.input)
    let decoded = try runZk(
      ["decode", "--format", "jsonl", "-m", NanoModel.path()], stdin: encoded.stdout)
    #expect(decoded.stdout.contains(#""id":12345678901234567890,"#))
    let rows = try zk(["split", "--id-field", "page", "--format", "documents"])
    #expect(rows[0]["id"] == nil)
    #expect(rows[1]["id"]?.stringValue == "b")
  }

  @Test func fieldsAreCarriedToEveryRow() throws {
    let encoded = try runZk(["encode", "--keep-fields", "-m", NanoModel.path()], stdin: Self.input)
    let lists = [
      try zk(["split", "--keep-fields"]),
      try zk(["split", "--keep-fields", "--format", "documents"]),
      try zk(["decode", "--format", "jsonl"], stdin: encoded.stdout),
      try zk(["generate", "--infill", "--keep-fields", "--format", "jsonl"]),
    ]
    for rows in lists {
      for row in rows {
        let isFirst = row["doc"]?.intValue == 1
        #expect(row["lang"] == (isFirst ? "en" : .null))
        #expect(row["n"] == (isFirst ? .array([1, .number(2.5)]) : nil))
        #expect(row["title"]?.stringValue == (isFirst ? nil : "T"))
        // A result's own field is never replaced.
        #expect(row["level"]?.intValue != 7 || row["start"] == nil)
      }
    }
  }

  @Test func everyFormatOfLatentsCarriesThem() throws {
    try withTemporaryFolder { folder in
      for format in ["npy", "safetensors"] {
        let path = "\(folder)/a.\(format)"
        let result = try runZk(
          ["encode", "--keep-fields", "--format", format, "-o", path, "-m", NanoModel.path()],
          stdin: Self.input)
        #expect(result.status == 0, "\(result.stderr)")
        let rows = try zk(["decode", "--format", "jsonl", path], stdin: "")
        #expect(rows.count == 2)
        #expect(rows.first?["lang"]?.stringValue == "en")
        #expect(rows.last?["title"]?.stringValue == "T")
      }
      let table = try runShell("cat '\(folder)/a.npy.jsonl'").stdout
      #expect(table.split(separator: "\n").count == 2 && table.contains("\"page\":\"b\""))
    }
  }

  @Test func partsAreNumberedAsTheWhole() throws {
    let lines = (1...6).map { "line number \($0) of some\n" }
    for verb in [["split", "--sample"], ["encode"]] {
      let whole = try runZk(verb + ["-m", NanoModel.path()], stdin: lines.joined()).stdout
      let first = try runZk(verb + ["-m", NanoModel.path()], stdin: lines[..<2].joined()).stdout
      let second = try runZk(
        verb + ["--first-document", "3", "-m", NanoModel.path()], stdin: lines[2...].joined())
      #expect(first + second.stdout == whole)
    }
    #expect(try runZk(["split", "--first-document", "0"]).status == 64)
  }

  @Test func probabilitiesAreDecimals() throws {
    let text = try runZk(["split", "-m", NanoModel.path()], stdin: "ab cd\n\nx\n").stdout
    let values = text.split(separator: "\n").compactMap { row -> Substring? in
      guard let place = row.firstRange(of: "\"p\":") else { return nil }
      return row[place.upperBound...].prefix(while: { $0 != "}" })
    }
    #expect(!values.isEmpty && values.allSatisfy { $0.contains(".") || $0.contains("e") })
    #expect(values.first == "1.0")
  }
}
