import TestSupport
import Testing
import ZonkeyCore

/// The work on an input shared among runs.
@Suite struct ShardTests {
  /// Short documents, an empty one, and one that is taken in parts.
  private static let lines =
    (1...17).map { "line number \($0) of some" } + [
      "", String(repeating: "much of it. ", count: 8000),
    ]
    + (1...4).map { "and \($0) behind" }

  private static let input = lines.map { "\($0)\n" }.joined()

  private func rows(_ arguments: [String], stdin: String = "") throws -> [String] {
    let result = try runZk(arguments, stdin: stdin, environment: ["ZK_MODEL": NanoModel.path()])
    #expect(result.status == 0, "\(result.stderr)")
    return result.stdout.split(separator: "\n").map(String.init)
  }

  private func number(_ row: String) throws -> Int {
    try #require(JSONValue(parsing: row)["doc"]?.intValue)
  }

  @Test(arguments: [
    ["split", "--format", "documents"], ["split", "--sample", "--format", "documents"], ["encode"],
  ])
  func shardsAreThePartsOfTheWhole(verb: [String]) throws {
    try withTemporaryFolder { folder in
      try writeBytes(Array(Self.input.utf8), to: folder + "/lines")
      let whole = try rows(verb + ["--first-document", "5"], stdin: Self.input)
      for (count, threads) in [(1, 2), (2, 1), (3, 2), (30, 1)] {
        var all: [String] = []
        for index in 1...count {
          let part =
            verb + [
              "--first-document", "5", "--shard", "\(index)/\(count)", "--threads", "\(threads)",
            ]
          let file = try rows(part + [folder + "/lines"])
          if index == 2 { #expect(try rows(part, stdin: Self.input) == file) }
          for row in file { #expect(try number(row) % count == index % count) }
          all += file
        }
        let sorted = try all.map { (try number($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
        let isWhole = sorted == whole
        #expect(isWhole, "\(verb) in \(count) shards")
      }
    }
  }

  @Test func articlesOfADumpAreParted() throws {
    let whole = try rows(["extract", "--keep-fields", NanoModel.corpus])
    let parts = try (1...3).map { try rows(["extract", "--shard", "\($0)/3", NanoModel.corpus]) }
    #expect(parts.allSatisfy { !$0.isEmpty })
    #expect(parts.flatMap { $0 }.sorted() == whole.sorted())
  }

  /// Whoever has the next document counts what is left out before it, so that nothing counts twice.
  @Test func statisticsOfShardsAddUp() throws {
    try withTemporaryFolder { folder in
      var input: [UInt8] = []
      for line in Self.lines.prefix(12) { input += [0xFF, 0x0A] + Array(line.utf8) + [0x0A] }
      input += [0xC3, 0x0A]
      try writeBytes(input, to: folder + "/lines")
      func statistics(_ shard: [String]) throws -> [Int] {
        let result = try runZk(
          [
            "split", "-m", NanoModel.path(), "--invalid", "skip", "--stats", folder + "/stats",
            folder + "/lines",
          ] + shard)
        #expect(result.status == 2, "\(result.stderr)")
        let row = try JSONValue(
          parsing: String(decoding: readBytes(folder + "/stats"), as: UTF8.self))
        let level = row["levels"]?.arrayValue?.first
        return [
          row["read"], row["kept"], row["skipped"]?["bad UTF-8"], row["text_bytes"],
          level?["segments"],
        ].map { $0?.intValue ?? -1 }
      }
      let whole = try statistics([])
      #expect(whole[1] == 12 && whole[2] == 13)
      let parts = try (1...4).map { try statistics(["--shard", "\($0)/4"]) }
      #expect(whole.indices.map { place in parts.reduce(0) { $0 + $1[place] } } == whole)
    }
  }

  @Test func skipsCanBeAllowed() throws {
    let input: [UInt8] = Array("good\n".utf8) + [0xFF, 0x0A]
    for verb in [["split"], ["encode"], ["extract", "--input-format", "lines"]] {
      let arguments =
        try verb + ["--invalid", "skip"] + (verb[0] == "extract" ? [] : ["-m", NanoModel.path()])
      let strict = try runZk(arguments, stdinBytes: input)
      #expect(strict.status == 2)
      let allowed = try runZk(arguments + ["--allow-skips"], stdinBytes: input)
      #expect(allowed.status == 0)
      #expect(allowed.outputBytes == strict.outputBytes && allowed.stderr == strict.stderr)
      #expect(allowed.stderr.contains("1 bad UTF-8"))
    }
    // What is not to be skipped is still an error.
    let bad = try runZk(["split", "-m", NanoModel.path(), "--allow-skips"], stdinBytes: input)
    #expect(bad.status == 65)
  }

  @Test(arguments: ["0/3", "4/3", "-1/3", "1", "1/0", "1/2/3", "a/b", "/", "1/9999999999999999999"])
  func whatIsNoShardIsWrongUsage(shard: String) throws {
    #expect(try runZk(["extract", "--shard=\(shard)"]).status == 64)
  }

  private static let hasParallel = (try? runShell("command -v parallel").status) == 0

  /// Blocks of a fixed number of lines know the number of their first one. (parallel miscounts where
  /// one begins with an empty line.)
  @Test(.enabled(if: hasParallel)) func parallelGivesWhatOneProcessGives() throws {
    let input = Self.lines.filter { !$0.isEmpty }.map { "\($0)\n" }.joined()
    let result = try runShell(
      #"""
      parallel --will-cite --pipe -N 4 -k \
        '"$ZK_UNDER_TEST" split --format documents --first-document $((({#} - 1) * 4 + 1))'
      """#, stdin: input, environment: ["ZK_MODEL": NanoModel.path()])
    #expect(result.status == 0, "\(result.stderr)")
    let isWhole =
      try result.stdout.split(separator: "\n").map(String.init)
      == rows(["split", "--format", "documents"], stdin: input)
    #expect(isWhole)
  }

  /// A killed run leaves no output, so that its shard is done again and nothing is there twice.
  @Test func aKilledShardIsDoneAgain() throws {
    try withTemporaryFolder { folder in
      try writeBytes(Array(Self.input.utf8), to: folder + "/lines")
      let script = """
        cd '\(folder)'
        shard() { zk split --format documents --shard $1/3 -o part.$1 $2; }
        shard 1 lines; shard 3 lines
        mkfifo slow
        "$ZK_UNDER_TEST" split --format documents --shard 2/3 -o part.2 slow & process=$!
        exec 3>slow
        head -n 9 lines >&3
        sleep 0.3
        kill -9 $process
        wait $process
        echo "status $?" >&2
        exec 3>&-
        [ ! -e part.2 ] || echo "half an output" >&2
        for i in 1 2 3; do [ -e part.$i ] || shard $i lines; done
        ls -A | grep '[.]tmp' >&2
        cat part.*
        """
      let result = try runShell(script, environment: ["ZK_MODEL": NanoModel.path()])
      #expect(result.stderr.contains("status 137\n"))
      #expect(!result.stderr.contains("half an output") && !result.stderr.contains(".tmp"))
      let whole = try rows(["split", "--format", "documents"], stdin: Self.input)
      #expect(result.stdout.split(separator: "\n").map(String.init).sorted() == whole.sorted())
    }
  }
}
