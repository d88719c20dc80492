import TestSupport
import Testing
import ZonkeyCore

/// `zk encode` and `zk decode` as users run them, on a model trained within the test.
@Suite struct EncodeDecodeTests {
  /// Lines of every kind: empty, CRLF, NUL, four bytes a character, right to left, long.
  private static let lines = [
    "A plain line of words.", "", "carriage\r", "nul\0inside", "😀😀 four bytes", "שלום עולם", "x",
    String(repeating: "long and longer ", count: 200), "no newline at the end",
  ]
  private static let input = lines.joined(separator: "\n")

  private func zk(_ verb: String, _ arguments: [String], stdin: [UInt8]) throws -> ZkResult {
    try runZk([verb, "-m", NanoModel.path()] + arguments, stdinBytes: stdin)
  }

  private func encode(_ arguments: [String]) throws -> ZkResult {
    try zk("encode", arguments, stdin: Array(Self.input.utf8))
  }

  @Test(arguments: [0, 1]) func rowsSayWhatTheyAre(level: Int) throws {
    let result = try encode(["--level", "\(level)", "--precision", "f32"])
    #expect(result.status == 0 && result.stderr.isEmpty)
    let rows = try result.stdout.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(rows.count == Self.lines.count)
    for (index, row) in rows.enumerated() {
      let starts = try #require(row["starts"]?.arrayValue)
      #expect(row["doc"]?.intValue == index + 1)
      #expect(row["level"]?.intValue == level)
      #expect(row["bytes"]?.intValue == Self.lines[index].utf8.count)
      #expect(row["dtype"]?.stringValue == "f32")
      #expect(row["shape"]?.arrayValue?.map(\.intValue) == [starts.count, level == 0 ? 32 : 64])
      #expect(
        row["latents"]?.stringValue?.utf8.count == (starts.count * (level + 1) * 128 + 2) / 3 * 4)
      #expect(row["model"]?.stringValue?.utf8.count == 16)
    }
  }

  @Test(arguments: ["jsonl", "npy", "safetensors"], ["f16", "f32"])
  func everyFormatComesBack(format: String, precision: String) throws {
    for level in ["0", "1"] {
      let encoded = try encode(
        ["--level", level, "--format", format, "--precision", precision])
      #expect(encoded.status == 0 && encoded.stderr.isEmpty)
      let decoded = try zk("decode", ["-0"], stdin: encoded.outputBytes)
      #expect(decoded.status == 0 && decoded.stderr.isEmpty)
      let lengths = decoded.outputBytes.split(separator: 0, omittingEmptySubsequences: false).count
      #expect(lengths - 1 == Self.lines.count)
    }
  }

  @Test func formatsDecodeAlike() throws {
    var texts: Set<[UInt8]> = []
    for format in ["jsonl", "npy", "safetensors"] {
      let encoded = try encode(["--format", format, "--precision", "f32"])
      texts.insert(try zk("decode", [], stdin: encoded.outputBytes).outputBytes)
    }
    #expect(texts.count == 1)
  }

  @Test func theOutputsNameSaysTheFormat() throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      let result = try runShell(
        """
        set -e; cd \(folder); echo 'two words' > in
        zk encode -m \(model) in > rows; zk encode -m \(model) in -o b.latents; cmp rows b.latents
        for f in npy safetensors; do
          zk encode -m \(model) --format $f in -o a; zk encode -m \(model) in -o b.$f; cmp a b.$f
          zk encode -m \(model) in -o c.$f.zst
          zk decode -m \(model) a > 1; zk decode -m \(model) c.$f.zst > 2; cmp 1 2
          zk encode -m \(model) --format jsonl in -o d.$f; cmp rows d.$f
        done
        cmp a.jsonl b.npy.jsonl
        """)
      #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
    }
  }

  @Test func threadsAndBatchesChangeNothing() throws {
    let encodings = try [("1", "1"), ("2", "1"), ("3", "64"), ("1", "5")].map {
      try encode(["--threads", $0, "--batch", $1]).outputBytes
    }
    #expect(Set(encodings).count == 1)
    let decodings = try [("1", "1"), ("2", "64"), ("3", "2")].map {
      try zk("decode", ["--threads", $0, "--batch", $1], stdin: encodings[0]).outputBytes
    }
    #expect(Set(decodings).count == 1)
  }

  @Test func filesAndPipesAndCompressionGiveTheSame() throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      try writeBytes(Array(Self.input.utf8), to: folder + "/in")
      let result = try runShell(
        """
        set -e; cd \(folder); m=\(model)
        zk encode -m $m in > a; zk encode -m $m < in > b; cat in | zk encode -m $m > c
        zk encode -m $m -o d.zst in; cmp a b; cmp a c
        for f in jsonl npy safetensors; do
          zk encode -m $m --format $f in > p; zk encode -m $m --format $f -o o.zst in
          zk decode -m $m p > 1; cat p | zk decode -m $m > 2; zk decode -m $m o.zst > 3
          cat o.zst $(ls o.jsonl.zst 2>/dev/null) | zk decode -m $m > 4; cmp 1 2; cmp 1 3; cmp 1 4
          rm -f o.jsonl.zst
        done
        """)
      #expect(result.status == 0 && result.stderr.isEmpty)
    }
  }

  @Test func decodedRowsCarryTheId() throws {
    let encoded = try zk(
      "encode", [], stdin: Array(#"{"id": "a b", "text": "two\nlines"}"#.utf8))
    let row = try JSONValue(
      parsing: zk("decode", ["--format", "jsonl"], stdin: encoded.outputBytes).stdout)
    #expect(row["doc"]?.intValue == 1)
    #expect(row["id"]?.stringValue == "a b")
    // The model is small and need not be right, but a known length is kept.
    #expect(row["text"]?.stringValue != nil)
  }

  @Test func emptyInputGivesNothing() throws {
    #expect(try zk("encode", [], stdin: []).outputBytes.isEmpty)
    #expect(try zk("decode", [], stdin: []).outputBytes.isEmpty)
  }

  @Test func latentsOfAnotherModelAreRefused() throws {
    let model = try #require(
      try JSONValue(parsing: encode([]).stdout.split(separator: "\n").first.map(String.init) ?? "")[
        "model"]?.stringValue)
    let foreign = try encode([]).stdout.replacing(model, with: "0123456789abcdef")
    let result = try zk("decode", [], stdin: Array(foreign.utf8))
    #expect(result.status == 65)
    #expect(result.outputBytes.isEmpty)
    #expect(
      result.stderr
        == "zk decode: -: document 1: latents of model 0123456789abcdef, but this is model "
        + "\(model); name the one that encoded them with --model\n")
  }

  @Test func goodDocumentsBeforeBadOnesAreDecoded() throws {
    let good = try encode([]).stdout.split(separator: "\n")
    let result = try zk("decode", [], stdin: Array((good[0] + "\n{\"doc\": 2}\n").utf8))
    #expect(result.status == 65)
    #expect(result.stdout.split(separator: "\n").count == 1)
    #expect(result.stderr.hasPrefix("zk decode: -:2"))
  }

  @Test(
    arguments: [
      (["encode", "--level", "7"], 64), (["encode", "--level", "-1"], 64),
      (["encode", "--precision", "f8"], 64), (["decode", "--existence-cutoff", "2"], 64),
      (["decode", "-0", "--format", "jsonl"], 64), (["decode", "/nowhere/latents"], 66),
      (["encode", "/nowhere/text"], 66), (["encode", "-o", "/nowhere/latents"], 73),
    ] as [([String], Int32)]) func mistakesHaveTheirStatus(arguments: [String], status: Int32)
    throws
  {
    let result = try runZk(arguments + ["-m", NanoModel.path()])
    #expect(result.status == status)
    #expect(result.stderr.hasPrefix("zk \(arguments[0]): "))
    #expect(result.outputBytes.isEmpty)
  }

  @Test func aFullDiskIsAnError() throws {
    let model = try NanoModel.path()
    for script in [
      "yes some text | head -1000 | zk encode -m \(model) > /dev/full",
      "echo text | zk encode -m \(model) | zk decode -m \(model) > /dev/full",
    ] {
      let result = try runShell(script)
      #expect(result.status == 74)
      #expect(result.stderr.contains("No space left on device"))
    }
  }
}
