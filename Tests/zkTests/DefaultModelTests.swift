import Testing
import ZonkeyCore

/// The model that comes with the program, as a user meets it who names none.
@Suite struct DefaultModelTests {
  @Test func splitsWordsWithoutBeingNamed() throws {
    let text = "The river rises in the hills and flows through seven villages to the sea.\n"
    let result = try runZk(["split", "--format", "text"], stdin: text)
    #expect(result.status == 0 && result.stderr.isEmpty)
    let pieces = result.stdout.dropLast().split(separator: "|")
    #expect(pieces.joined() + "\n" == text)
    // Words with their blank, before or behind them.
    let words = pieces.filter { $0.hasPrefix(" ") || $0.hasSuffix(" ") }
    #expect(words.count * 10 >= pieces.count * 8)
    #expect(pieces.count >= 10)
  }

  @Test func isSmallAndSound() throws {
    let facts = try JSONValue(parsing: runZk(["info", "--json", "--check"]).stdout)
    #expect(facts["checked"]?.boolValue == true)
    #expect(facts["resumable"]?.boolValue == false)
    #expect((facts["file_bytes"]?.intValue ?? .max) < 20_000_000)
    #expect(facts["configuration"]?["levels"]?.arrayValue?.count == 2)
  }

  @Test func goesRoundByEveryLevel() throws {
    for level in ["0", "1"] {
      let result = try runShell(
        "echo 'a line of text' | zk encode --level \(level) | zk decode --format jsonl")
      #expect(result.status == 0 && result.stderr.isEmpty)
      #expect(result.stdout.hasPrefix("{\"doc\":1,\"text\":\""))
    }
  }
}
