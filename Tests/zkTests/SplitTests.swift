import TestSupport
import Testing
import ZonkeyCore

/// `zk split` as users run it, on a model trained within the test.
@Suite struct SplitTests {
  private struct Row {
    var document, level, start, end: Int
    var text: String
    var probability: Double
  }

  private func split(_ arguments: [String], stdin: String) throws -> ZkResult {
    try runZk(["split", "-m", NanoModel.path()] + arguments, stdin: stdin)
  }

  private func rows(_ output: String) throws -> [Row] {
    try output.split(separator: "\n").map { line in
      let value = try JSONValue(parsing: String(line))
      return Row(
        document: try #require(value["doc"]?.intValue),
        level: try #require(value["level"]?.intValue),
        start: try #require(value["start"]?.intValue),
        end: try #require(value["end"]?.intValue),
        text: try #require(value["text"]?.stringValue),
        probability: try #require(value["p"]?.doubleValue))
    }
  }

  private func expectTiling(_ rows: [Row], of documents: [String], level: Int) {
    for (index, document) in documents.enumerated() {
      let own = rows.filter { $0.document == index + 1 }
      #expect(own.map(\.text).joined() == document)
      #expect(own.allSatisfy { $0.level == level })
      var at = 0
      for row in own {
        #expect(row.start == at)
        #expect(row.end == at + row.text.utf8.count)
        #expect((0...1).contains(row.probability))
        at = row.end
      }
      #expect(at == document.utf8.count)
    }
  }

  private static let documents = [
    "A plain line of words, with stops. And more.", "x", "", " ", "tab\there", "carriage\r",
    "Größenwahn für 12 €", "日本語のテキストは語の間に空白がない", "שלום עולם", "😀😀😀 four bytes each",
    String(repeating: "long ", count: 3000),
  ]

  @Test(arguments: [0, 1]) func segmentsTileEveryDocument(level: Int) throws {
    let input = Self.documents.joined(separator: "\n") + "\n"
    let result = try split(["--level", "\(level)"], stdin: input)
    #expect(result.status == 0)
    #expect(result.stderr.isEmpty)
    expectTiling(try rows(result.stdout), of: Self.documents, level: level)
  }

  @Test func randomScalarsTile() throws {
    var state: UInt64 = 7
    func next(_ bound: UInt32) -> UInt32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32(truncatingIfNeeded: state >> 33) % bound
    }
    let documents = (0..<60).map { _ in
      String(
        String.UnicodeScalarView(
          (0..<next(200)).compactMap { _ in
            let bounds: [UInt32] = [0x80, 0x800, 0xD800, 0x11_0000]
            let scalar = Unicode.Scalar(next(bounds[Int(next(4))]))
            return scalar == "\n" || scalar == "{" || scalar == "<" ? "." : scalar
          }))
    }
    let result = try split(
      ["--input-format", "lines"], stdin: documents.joined(separator: "\n") + "\n")
    #expect(result.status == 0)
    let found = try rows(result.stdout)
    for (index, document) in documents.enumerated() {
      let text = found.filter { $0.document == index + 1 }.map { Array($0.text.utf8) }.joined()
      #expect(Array(text) == Array(document.utf8))
    }
  }

  @Test func nulBytesAndMissingLastNewlineAreKept() throws {
    let result = try runZk(
      ["split", "-m", NanoModel.path(), "--format", "text", "--separator", ""],
      stdinBytes: Array("a\0b\nlast".utf8))
    #expect(result.status == 0)
    #expect(result.outputBytes == Array("a\0b\nlast\n".utf8))
  }

  @Test func emptyInputGivesNothing() throws {
    let result = try split([], stdin: "")
    #expect(result.status == 0)
    #expect(result.stdout.isEmpty)
    #expect(result.stderr.isEmpty)
  }

  @Test func emptyLinesKeepTheirNumber() throws {
    let result = try split([], stdin: "\n\nthird\n")
    #expect(try rows(result.stdout).allSatisfy { $0.document == 3 })
  }

  @Test func threadsDoNotChangeTheOutput() throws {
    let input = (Self.documents + Self.documents.reversed()).joined(separator: "\n")
    for level in ["0", "1"] {
      let one = try split(["--threads", "1", "--level", level], stdin: input)
      let three = try split(["--threads", "3", "--level", level], stdin: input)
      #expect(one.outputBytes == three.outputBytes)
      #expect(!one.outputBytes.isEmpty)
    }
  }

  @Test func meanLengthMovesTheThreshold() throws {
    let text = String(repeating: "many words make a longer line of text ", count: 40)
    let few = try rows(split(["--mean-length", "10"], stdin: text).stdout).count
    let many = try rows(split(["--mean-length", "2"], stdin: text).stdout).count
    #expect(many > few)
    let all = try rows(split(["--threshold", "0"], stdin: text).stdout).count
    #expect(all == text.utf8.count)
    let forced = try rows(split(["--threshold", "1"], stdin: text).stdout)
    #expect(forced.dropLast().allSatisfy { $0.end - $0.start == 12 })
  }

  @Test func samplingIsAFunctionOfTheSeed() throws {
    let text = String(repeating: "drawn starts ", count: 50)
    let first = try split(["--sample", "--seed", "1"], stdin: text).stdout
    #expect(try split(["--sample", "--seed", "1"], stdin: text).stdout == first)
    #expect(try split(["--sample", "--seed", "2"], stdin: text).stdout != first)
  }

  @Test func readsJSONLAndDumps() throws {
    let jsonl = try split(
      [], stdin: "{\"id\":\"a7\",\"text\":\"from an object\"}\n{\"text\":\"second\"}\n")
    #expect(jsonl.stdout.hasPrefix("{\"doc\":1,\"id\":\"a7\",\"level\":0,\"start\":0,"))
    let dump = try runZk(["split", "-m", NanoModel.path(), NanoModel.corpus])
    #expect(dump.status == 0)
    #expect(dump.stdout.hasPrefix("{\"doc\":1,\"id\":\""))
  }

  @Test func badInputStopsWithThePlace() throws {
    let bytes = try runZk(
      ["split", "-m", NanoModel.path()], stdinBytes: Array("good\nbad ".utf8) + [0xFF, 0x0A])
    #expect(bytes.status == 65)
    #expect(bytes.stderr.hasPrefix("zk split: -:2: byte 9: "))
    // What came before the bad line is not lost.
    #expect(try rows(bytes.stdout).map(\.text).joined() == "good")
    let json = try split([], stdin: "{\"text\":\"a\"}\n{\"text\":\n")
    #expect(json.status == 65)
    #expect(json.stderr.contains("-:2: "))
    let skipped = try runZk(
      ["split", "-m", NanoModel.path(), "--invalid", "skip"],
      stdinBytes: [0xFF, 0x0A] + Array("good\n".utf8))
    #expect(skipped.status == 2)
    #expect(skipped.stderr.contains("left out 1 document"))
  }

  @Test func whatCannotBeUsedIsNamed() throws {
    let missing = try runZk(["split", "-m", "/nonexistent.zk"])
    #expect(missing.status == 66)
    #expect(missing.stderr.contains("/nonexistent.zk"))
    let noModel = try runZk(["split", "-m", NanoModel.corpus])
    #expect(noModel.status == 65)
    let noInput = try split(["/nonexistent.txt"], stdin: "")
    #expect(noInput.status == 66)
    #expect(try split(["--level", "2"], stdin: "").status == 64)
    #expect(try split(["--threshold", "2"], stdin: "").status == 64)
    #expect(try split(["--threshold", "0.5", "--sample"], stdin: "").status == 64)
    let full = try runShell(
      "echo text | zk split -m '\(NanoModel.path())' >/dev/full", stdin: "")
    #expect(full.status == 74)
  }

  @Test func damagedCheckpointsAreRefused() throws {
    let good = try readBytes(NanoModel.path())
    try withTemporaryFolder { folder in
      for cut in [0, 1, 10, good.count / 2, good.count - 1] {
        try writeBytes(Array(good[..<cut]), to: folder + "/cut.zk")
        let result = try runZk(["split", "-m", folder + "/cut.zk"], stdin: "text")
        #expect(result.status == 65)
        #expect(result.stdout.isEmpty)
      }
      var flipped = good
      flipped[good.count / 2] ^= 0x10
      try writeBytes(flipped, to: folder + "/flip.zk")
      #expect(try runZk(["split", "-m", folder + "/flip.zk"], stdin: "text").status == 65)
    }
  }

  @Test func outputFileAppearsWhole() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/rows.jsonl.zst"
      let result = try split(["-o", path], stdin: "some text\n")
      #expect(result.status == 0)
      #expect(result.stdout.isEmpty)
      let plain = try split([], stdin: "some text\n").stdout
      #expect(try ZstdCheck.decompressed(readBytes(path)) == Array(plain.utf8))
      let bad = try split(["-o", folder + "/none.jsonl"], stdin: "{\"text\":1}\n")
      #expect(bad.status == 65)
      #expect(try runShell("ls '\(folder)'").stdout == "rows.jsonl.zst\n")
    }
  }

  /// `--html notes.txt` is easily written for a switch and an input.
  @Test(arguments: [
    "split -m M --html", "extract --stats", "train --corpus in --preset tiny --report",
  ])
  func noOptionReplacesWhatItDidNotWrite(command: String) throws {
    let command = command.replacing("M", with: try NanoModel.path())
    try withTemporaryFolder { folder in
      let result = try runShell(
        """
        cd '\(folder)'
        echo one >in; echo mine >notes.txt
        zk \(command) notes.txt -o out <in
        echo $?; cat notes.txt
        """)
      #expect(result.stdout == "73\nmine\n")
      #expect(result.stderr.contains("notes.txt: is there and was not written by this option"))
    }
  }

  @Test func aPageReplacesAPage() throws {
    let model = try NanoModel.path()
    try withTemporaryFolder { folder in
      let result = try runShell(
        """
        cd '\(folder)'; : >page
        for word in okapi zebra; do
          echo $word | zk split -m '\(model)' --html page --stats figures -o /dev/null || exit
          grep -q $word page && echo $word
        done
        """)
      #expect(result.stdout == "okapi\nzebra\n", "\(result.stderr)")
    }
  }

  @Test func slowInputIsAnsweredAtOnce() throws {
    let model = try NanoModel.path()
    let result = try runShell(
      """
      cd "$(mktemp -d)"
      { echo one; sleep 2; echo two; } | zk split -m '\(model)' --format text --separator '' |
        { read -r line; date +%s >first; cat >/dev/null; date +%s >second; }
      expr $(cat second) - $(cat first)
      rm first second
      """)
    #expect((Int(result.stdout.filter(\.isNumber)) ?? 0) >= 1)
  }

  @Test func closedPipeIsQuiet() throws {
    let model = try NanoModel.path()
    let result = try runShell("{ yes text | zk split -m '\(model)'; echo $? >&2; } | head -n 1")
    #expect(result.stderr == "0\n")
    #expect(result.stdout.hasPrefix("{\"doc\":1,"))
  }
}
