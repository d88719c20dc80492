import Testing
import ZonkeyCore

/// `zk generate` as users run it, on a model trained within the test.
@Suite struct GenerateTests {
  private func generate(_ arguments: [String], stdin: String = "") throws -> ZkResult {
    try runZk(["generate", "-m", NanoModel.path()] + arguments, stdin: stdin)
  }

  /// So many that threads draw them together in other companies.
  @Test func aSeedMakesTheSameDocumentsWithAnyThreads() throws {
    let arguments = ["--seed", "9", "--max-bytes", "300", "--count"]
    let runs = try ["1", "2", "3"].map {
      try generate(arguments + ["150", "--threads", $0]).outputBytes
    }
    #expect(Set(runs).count == 1)
    let lines = runs[0].split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
    #expect(lines.count == 150)
    // A document depends on its number alone, not on how many are asked for.
    let two = try generate(arguments + ["2"]).outputBytes
    #expect(runs[0].starts(with: two))
  }

  @Test func nulEndsDocumentsAndRowsRecordTheDraws() throws {
    let texts = try generate(["--count", "3", "-0", "--max-bytes", "300"]).outputBytes
    #expect(texts.count { $0 == 0 } == 3)
    let row = try JSONValue(
      parsing: generate(["--format", "jsonl", "--seed", "4", "--steps", "3"]).stdout)
    #expect(row["doc"]?.intValue == 1)
    #expect(row["seed"]?.stringValue == "4")
    #expect(row["steps"]?.intValue == 3)
    #expect(row["text"]?.stringValue != nil)
  }

  /// Noise is carried along the steps: every document is another one.
  @Test func documentsDiffer() throws {
    let rows = try generate(["--count", "8", "--max-bytes", "3000"]).stdout
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(rows.count == 8 && Set(rows).count >= 7)
  }

  @Test func lengthIsLimited() throws {
    for level in ["0", "1"] {
      let result = try generate(["--level", level, "--max-bytes", "3", "--format", "jsonl"])
      let text = try #require(try JSONValue(parsing: result.stdout)["text"]?.stringValue)
      #expect(text.unicodeScalars.count <= 3)
    }
  }

  @Test(arguments: ["0", "1"]) func knownTextIsKept(level: String) throws {
    let result = try generate(
      ["--infill", "--level", level, "--format", "jsonl", "--steps", "3"],
      stdin:
        "Before the {{}} and {{2}} behind it.\nwithout a gap\n{{}}\n{{no mark, far too long}}\n")
    #expect(result.status == 0 && result.stderr.isEmpty)
    let rows = try result.stdout.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    try #require(rows.count == 4)
    let places = try #require(rows[0]["filled"]?.arrayValue).compactMap {
      $0.arrayValue?.compactMap(\.intValue)
    }
    let text = Array(try #require(rows[0]["text"]?.stringValue).utf8)
    #expect(places.count == 2)
    #expect(Array(text[..<places[0][0]]) == Array("Before the ".utf8))
    #expect(Array(text[places[0][1]..<places[1][0]]) == Array(" and ".utf8))
    #expect(Array(text[places[1][1]...]) == Array(" behind it.".utf8))
    #expect(places.allSatisfy { $0[0] < $0[1] })
    #expect(rows[1]["text"]?.stringValue == "without a gap")
    #expect(rows[3]["text"]?.stringValue == "{{no mark, far too long}}")
  }

  @Test func infillingIsTheSameForAnyThreadsAndMarksCanBeNamed() throws {
    let input = (1...6).map { "line \($0) has ___ in it" }.joined(separator: "\n")
    let runs = try ["1", "3"].map {
      try generate(["--infill", "--gap", "___", "--threads", $0, "--steps", "2"], stdin: input)
    }
    #expect(runs[0].outputBytes == runs[1].outputBytes)
    let lines = runs[0].stdout.split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines.allSatisfy { $0.hasSuffix(" in it") && !$0.contains("___") })
  }

  @Test(arguments: [
    ["--count", "0"], ["--steps", "0"], ["--level", "2"],
    ["--gap", "x"], ["--infill", "--gap", ""], ["a-file"], ["-0", "--format", "jsonl"],
    ["--existence-cutoff", "1.5"], ["--max-bytes", "0"],
  ]) func mistakesAreUsageErrors(arguments: [String]) throws {
    let result = try generate(arguments)
    #expect(result.status == 64)
    #expect(result.outputBytes.isEmpty)
  }
}
