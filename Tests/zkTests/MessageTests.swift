import TestSupport
import Testing
import ZonkeyCore
import ZonkeyPlatform

@testable import zk

/// Nothing that a run quotes may steer a terminal or fill it.
@Suite struct MessageTests {
  /// Escape sequences of both kinds, a mark that turns the writing, a newline, a byte of no UTF-8.
  private static let hostile = "$(printf 'a\\033[31m\\302\\2332J\\342\\200\\256\\n\\007b\\351')"

  /// Every way into an error that quotes something: `X` stands for the hostile text.
  static let commands = [
    "extract X", "split -m X", "split -o /nonexistent/X", "split -o X/X", "extract --X",
    "extract -X", "X", "help X", "extract --min-bytes X", "extract --format X",
    "extract --stats X/a",
    "extract --input-format X", "extract --max-document X", "extract --namespace X",
    "split --level X", "split --threshold X", "split --html X/a", "decode X", "decode -m X a",
    "generate --level X", "generate --count X", "info X", "info --X", "export X -o a",
    "train --corpus X -o a", "train --corpus a -o X/a", "train --corpus in --preset X -o a",
    "train --corpus in --set X -o a", "train --corpus in --set X=1 -o a",
    "train --corpus in --set levels.X=1 -o a", "train --corpus in --set batch=X -o a",
    "train --corpus in --config X -o a", "train --corpus in --resume=X -o a",
    "train --corpus in --time X -o a", "train --corpus in --valid X -o a --steps 1",
    "extract --text-field X rows.jsonl",
  ]

  @Test(arguments: commands)
  func argumentsAreShown(command: String) throws {
    try withTemporaryFolder { folder in
      try writeBytes(Array("{\"a\":1}\n".utf8), to: "\(folder)/rows.jsonl")
      try writeBytes(Array("text\n".utf8), to: "\(folder)/in")
      let script = command.replacing("X", with: "\"$X\"")
      let result = try runShell("cd '\(folder)'; X=\(Self.hostile); zk \(script)")
      #expect(result.status != 0)
      try expectHarmless(result)
    }
  }

  private static let escape = "\\u001b[31m\\u0007\\u009b\\u202e"
  private static let long = String(repeating: "n", count: 1 << 22)

  /// Contents of files, by the command that reads them.
  static let contents: [(command: String, content: [UInt8])] = [
    ("extract", Array("{\"\(escape)\":1,\"text\":2}\n".utf8)),
    ("extract", Array("{\"text\":\"a\"}\u{1B}[31m\n".utf8)),
    ("decode", Array("{\"\(escape)\":1,\"\(escape)\":2}\n".utf8)),
    ("decode", Array("{\"doc\":1,\"shape\":[1,1],\"dtype\":\"\(escape)\",\"level\":0}\n".utf8)),
    ("decode", Array("{\"\(long)\":1,\"\(long)\":1}\n".utf8)),
    ("info", tensors("\"\(escape)\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,4]}")),
    ("info", tensors("\"a\":{\"dtype\":\"\(escape)\",\"shape\":[1],\"data_offsets\":[0,4]}")),
    ("split -m", tensors("\"\(escape)\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,4]}")),
    ("split -m", tensors("\"\(long)\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,4]}")),
    ("split -m", tensors("\"__metadata__\":{\"format\":\"zk-checkpoint-\(escape)\"}", data: 0)),
    ("split -m", tensors("\"__metadata__\":{\"\(escape)\":1}", data: 0)),
    ("train --corpus in -o out --config", Array("{\"\(escape)\":1}".utf8)),
    ("train --corpus in -o out --config", Array("{\"\(long)\":1}".utf8)),
    ("train --corpus in -o out --config", Array("{\"weights\":{\"\(escape)\":1}}".utf8)),
    ("extract", Array("<?xml version=\"1.0\"?><wiki\u{9B}/>".utf8)),
    ("extract", Array("<mediawiki><page>&\u{1B}[31m;</page></mediawiki>".utf8)),
    (
      "extract --max-document 1",
      Array(
        "<mediawiki><page><title>t\u{9B}\u{202E}</title><ns>0</ns><revision><text>xx</text>".utf8)
        + Array("</revision></page></mediawiki>".utf8)
    ),
  ]

  private static func tensors(_ members: String, data: Int = 4) -> [UInt8] {
    let text = Array("{\(members)}".utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
      + [UInt8](repeating: 0, count: data)
  }

  @Test(arguments: contents.indices)
  func contentsAreShown(index: Int) throws {
    let (command, content) = Self.contents[index]
    try withTemporaryFolder { folder in
      try writeBytes(content, to: "\(folder)/file")
      try writeBytes(Array("text\n".utf8), to: "\(folder)/in")
      let result = try runShell("cd '\(folder)'; zk \(command) file")
      #expect(result.status == 65 || result.status == 64, "\(result.stderr.prefix(300))")
      try expectHarmless(result)
    }
  }

  private func expectHarmless(_ result: ZkResult) throws {
    #expect(!result.stderr.isEmpty)
    #expect(result.errorBytes.count < 20_000)
    let text = try #require(String(validating: result.errorBytes, as: UTF8.self))
    let bad = text.unicodeScalars.filter {
      $0 != "\n" && ($0.properties.generalCategory == .control || $0 == "\u{202E}")
    }
    #expect(bad.isEmpty, "\(result.stderr)")
  }

  @Test func whatSteersIsWrittenOut() {
    let text = "a\u{1B}\n\u{9B}\u{202E}é\u{10FFE9}"
    #expect(TerminalText.visible(text) == "a\\x1B\\n\\x9B\\u{202E}é\\xE9")
    #expect(TerminalText.visible(text, hasLines: true) == "a\\x1B\n\\x9B\\u{202E}é\\xE9")
    let long = TerminalText.message("zk: " + Self.long + ": no such file")
    #expect(long.utf8.count < 5000)
    #expect(long.hasPrefix("zk: n") && long.hasSuffix("n: no such file"))
  }
}
