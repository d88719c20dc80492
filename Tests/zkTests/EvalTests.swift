import TestSupport
import Testing
import ZonkeyCore

/// `zk eval` as users run it.
@Suite struct EvalTests {
  private let lines = (1...12).map {
    "Line \($0) has words. It also has a second sentence, and more.\n"
  }.joined()

  @Test func everyFigureIsThere() throws {
    let (model, corpus) = (try NanoModel.path(), NanoModel.corpus)
    let arguments = [
      "eval", "-m", model, "--train", corpus, "--count", "3", "--format", "json", "--seed", "4",
    ]
    let result = try runZk(arguments + ["--threads", "2"], stdin: lines)
    #expect(result.status == 0 && result.stderr.isEmpty)
    let report = try JSONValue(parsing: result.stdout)
    #expect(report["documents"]?.intValue == 12)
    for section in ["boundaries", "spaces_deleted", "round_trip", "stability", "generation"] {
      #expect(report[section]?.arrayValue?.isEmpty == false, "\(section)")
    }
    // What the verbs print gives the same mean length.
    let rows = try runZk(["split", "-m", model], stdin: lines).stdout.split(separator: "\n")
    let mean = report["boundaries"]?.arrayValue?.first?["mean_bytes"]?.doubleValue ?? 0
    #expect(abs(mean - Double(lines.utf8.count - 12) / Double(rows.count)) < 0.001)
    let alone = try runZk(arguments + ["--threads", "1"], stdin: lines)
    #expect(alone.stdout == result.stdout)
  }

  @Test func aTableHasALineForEachRow() throws {
    let result = try runZk(
      ["eval", "-m", try NanoModel.path(), "--only", "stability", "--only", "roundtrip"],
      stdin: lines)
    #expect(result.status == 0)
    let parts = result.stdout.split(separator: "\n\n")
    #expect(parts.count == 2 && parts[0].hasPrefix("round trip\n"))
    // A title, the names, five treatments of each of two levels.
    #expect(parts.first?.split(separator: "\n").count == 12)
  }

  @Test func whatCannotBeMeasuredIsSaid() throws {
    let model = try NanoModel.path()
    let empty = try runZk(["eval", "-m", model], stdin: "\n\n")
    #expect(empty.status == 65 && empty.stderr.contains("no text to measure"))
    let judge = try runZk(["eval", "-m", model, "--only", "generation"], stdin: lines)
    #expect(judge.status == 64 && judge.stderr.contains("--train"))
  }
}
