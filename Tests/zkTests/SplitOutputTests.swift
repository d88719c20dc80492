import TestSupport
import Testing
import ZonkeyCore

/// Formats, colours, page and statistics of `zk split` as users run it.
@Suite struct SplitOutputTests {
  private static let text = "A plain line of words.\nGrößenwahn für 12 €\n\n日本語のテキスト\n"

  private func split(
    _ arguments: [String], stdin: String = text, environment: [String: String] = [:]
  ) throws -> ZkResult {
    try runZk(
      ["split", "-m", NanoModel.path()] + arguments, stdin: stdin, environment: environment)
  }

  /// Runs a script in which `$M` is the model, in a folder of its own; what is left there is told.
  private func shell(_ script: String, stdin: String = text) throws -> (ZkResult, left: String) {
    let model = try NanoModel.path()
    return try withTemporaryFolder { folder in
      let result = try runShell(
        "cd '\(folder)'; \(script)", stdin: stdin, environment: ["M": model])
      return (result, try runShell("ls -A '\(folder)'").stdout)
    }
  }

  private func objects(_ output: String) throws -> [JSONValue] {
    try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  // MARK: Formats

  @Test func documentsHoldWhatTheRowsSay() throws {
    let documents = try objects(split(["--format", "documents", "--level", "1"]).stdout)
    #expect(
      documents.compactMap { $0["text"]?.stringValue }.joined(separator: "\n") + "\n" == Self.text)
    for level in [0, 1] {
      let rows = try objects(split(["--level", "\(level)"]).stdout)
      for (index, document) in documents.enumerated() {
        let part = level == 1 ? document : try #require(document["below"]?.arrayValue?[0])
        let own = rows.filter { $0["doc"]?.intValue == index + 1 }
        #expect(part["level"]?.intValue == level)
        #expect(part["starts"]?.arrayValue == own.compactMap { $0["start"] })
        #expect(part["p"]?.arrayValue == own.compactMap { $0["p"] })
      }
    }
  }

  @Test func separatorsStandBetweenSegments() throws {
    let plain = try split(["--format", "text"])
    #expect(plain.stdout.contains("|"))
    #expect(plain.stdout.replacing("|", with: "") == Self.text)
    let other = try split(["--format", "text", "--separator", " / "]).stdout
    #expect(other == plain.stdout.replacing("|", with: " / "))
  }

  // MARK: Colours

  @Test func coloursAreForTerminalsUnlessForced() throws {
    let plain = try split(["--format", "text"]).outputBytes
    #expect(!plain.contains(0x1B))
    #expect(try split(["--format", "text", "--color=auto"]).outputBytes == plain)
    #expect(try split(["--format", "text", "--color=never"]).outputBytes == plain)
    let painted = try split(["--color"]).stdout
    #expect(unpainted(painted) == Self.text)
    #expect(painted.contains("\u{1B}[38;5;16;48;5;"))
    #expect(try split(["--format", "text", "--color", "always"]).status == 66)
    #expect(try split(["--format", "text", "--color=always"]).stdout == painted)
    let forced = try split(["--color"], environment: ["NO_COLOR": "1", "TERM": "dumb"])
    #expect(forced.stdout == painted)
    #expect(unpainted(try split(["--color", "--separator", "|"]).stdout).contains("|"))
  }

  @Test func coloursNeedText() throws {
    for format in ["jsonl", "documents", "offsets"] {
      let result = try split(["--color", "--format", format])
      #expect(result.status == 64)
      #expect(result.stderr.contains("--format text"))
      #expect(try split(["--color=never", "--format", format]).status == 0)
    }
    #expect(try split(["--color=sometimes"]).status == 64)
  }

  @Test(arguments: [
    ("", "--format text", true), ("NO_COLOR=", "--format text", true),
    ("NO_COLOR=1", "--format text", false), ("TERM=dumb", "--format text", false),
    ("NO_COLOR=1", "--color", true), ("", "--format text --color=never", false),
    ("", "--format jsonl", false), ("", "--format text -o out && cat out", false),
  ]) func aTerminalIsPainted(variable: String, options: String, isPainted: Bool) throws {
    let (result, _) = try shell(
      """
      echo 'some words' >words
      TERM=xterm \(variable) script -qec '"$ZK_UNDER_TEST" split -m "$M" words \(options)' typescript \
        </dev/null
      """)
    #expect(result.status == 0)
    #expect(result.stdout.contains("\u{1B}[38;5;16;48;5;") == isPainted)
    if options != "--format jsonl" {
      #expect(unpainted(result.stdout).filter { $0 != "|" }.contains("some words"))
    }
  }

  @Test func paintedTextHoldsNoControlOfItsOwn() throws {
    let hostile = "title \u{1B}]0;x\u{7} clear \u{1B}[2J c1 \u{9B}31m nul \0 end"
    let painted = try split(["--color"], stdin: hostile).stdout
    let rest = unpainted(painted).unicodeScalars.dropLast()
    #expect(rest.allSatisfy { $0.properties.generalCategory != .control })
    // Without colours the filter keeps every byte.
    let plain = try split(["--format", "text", "--separator", ""], stdin: hostile).stdout
    #expect(plain == hostile + "\n")
  }

  // MARK: Page

  @Test func thePageShowsWhatWasRead() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/page.html"
      let result = try split(["--html", path])
      #expect(result.status == 0)
      #expect(result.stderr.isEmpty)
      #expect(result.outputBytes == (try split([]).outputBytes))
      let html = try readBytes(path)
      let read = try ReadPage(html)
      #expect(read.documents.joined(separator: "\n") + "\n" == Self.text)
      // All levels of the model unless one is named; what came back of level 0 has a mark of its own.
      #expect(read.nestings == [[0], [1], [1, 0]])
      for threads in ["1", "3"] {
        #expect(try split(["--html", path, "--threads", threads]).status == 0)
        #expect(try readBytes(path) == html)
      }
      #expect(try split(["--html", path, "--level", "0"]).status == 0)
      #expect(try ReadPage(readBytes(path)).nestings == [[0]])
    }
  }

  @Test func aFullPageIsSaid() throws {
    let long = String(repeating: "a line that is repeated until the page is full\n", count: 6000)
    let (result, left) = try shell("zk split -m \"$M\" --html page.html -o rows", stdin: long)
    #expect(result.status == 0)
    #expect(result.stderr.hasPrefix("zk split: page.html shows the first 250 kB of text, "))
    #expect(left == "page.html\nrows\n")
  }

  @Test(arguments: ["--html", "--stats"]) func aBadPlaceIsKnownBeforeTheWork(option: String) throws
  {
    let result = try split([option, "/nonexistent/file"])
    #expect(result.status == 73)
    #expect(result.stdout.isEmpty)
    #expect(result.stderr.contains("/nonexistent/file"))
    #expect(try split([option, "/tmp"]).status == 73)
    #expect(try split([option, "-"]).status == 64)
    #expect(try split([option, "same", "-o", "same"]).status == 64)
  }

  @Test func runsThatDoNotCompleteLeaveNothingBehind() throws {
    let side = "--html page.html --stats stats.json"
    let (bad, afterBad) = try shell(
      "echo '<!DOCTYPE html>old' >page.html; printf 'good\\n\\377\\n' | zk split -m \"$M\" \(side); cat page.html"
    )
    #expect(bad.stderr.contains("-:2:"))
    #expect(bad.stdout.hasSuffix("old\n"))
    #expect(afterBad == "page.html\n")
    let (full, afterFull) = try shell("zk split -m \"$M\" \(side) >/dev/full")
    #expect(full.status == 74)
    #expect(afterFull.isEmpty)
    let (closed, afterClosed) = try shell(
      "{ yes text | zk split -m \"$M\" \(side); echo $? >&2; } | head -n 1")
    #expect(closed.stderr == "0\n")
    #expect(afterClosed.isEmpty)
    let (stopped, afterStop) = try shell(
      """
      yes text | timeout --preserve-status -k 9 -s INT 1 "$ZK_UNDER_TEST" split -m "$M" \(side) >/dev/null
      """)
    #expect(stopped.status == 130)
    #expect(afterStop.isEmpty)
  }

  // MARK: Statistics

  @Test func statisticsCountWhatWasReadAndSkipped() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/stats.json"
      let input = Array(Self.text.utf8) + [0xFF, 0x0A] + Array("{\"text\": 1\n".utf8)
      let result = try runZk(
        [
          "split", "-m", NanoModel.path(), "--level", "1", "--invalid", "skip", "--input-format",
          "lines", "--stats", path,
        ], stdinBytes: input)
      #expect(result.status == 2)
      #expect(result.stderr.contains("left out 1 documents: 1 bad UTF-8"))
      let stats = try JSONValue(parsing: String(decoding: readBytes(path), as: UTF8.self))
      #expect(stats["read"]?.intValue == 6)
      #expect(stats["kept"]?.intValue == 5)
      #expect(stats["input_bytes"]?.intValue == input.count)
      #expect(stats["text_bytes"]?.intValue == Self.text.utf8.count - 4 + 10)
      #expect(stats["skipped"] == ["bad UTF-8": 1])
      #expect(try #require(stats["seconds"]?.doubleValue) >= 0)
      let levels = try #require(stats["levels"]?.arrayValue)
      #expect(levels.count == 2)
      let rows = result.stdout.split(separator: "\n").count
      #expect(levels[1]["segments"]?.intValue == rows)
      let mean = Double(Self.text.utf8.count + 6) / Double(rows)
      #expect(abs(try #require(levels[1]["mean_bytes"]?.doubleValue) - mean) < 1e-3)
    }
  }
}
