import TestSupport
import ZonkeyPlatform
import Testing

/// What holds for every verb that reads documents, by the real program.
@Suite struct ContractTests {
  /// A verb with the options that make it read plain documents.
  static let verbs: [[String]] = [
    ["split"], ["split", "--format", "text"], ["split", "--level", "1"], ["encode"],
    ["generate", "--infill", "--steps", "2"], ["extract"],
  ]

  private func arguments(_ verb: [String]) throws -> [String] {
    verb[0] == "extract" ? verb : verb + ["-m", try NanoModel.path()]
  }

  private func run(_ verb: [String], _ more: [String] = [], stdin: [UInt8]) throws -> ZkResult {
    try runZk(arguments(verb) + more, stdinBytes: stdin)
  }

  /// The verb as a shell's words.
  private func words(_ verb: [String]) throws -> String {
    try (["zk"] + arguments(verb)).map { "'\($0)'" }.joined(separator: " ")
      .replacing("'zk'", with: "zk")
  }

  @Test(arguments: verbs) func emptyInputGivesNothing(verb: [String]) throws {
    let result = try run(verb, stdin: [])
    #expect(result.status == 0)
    #expect(result.outputBytes.isEmpty && result.errorBytes.isEmpty)
  }

  @Test(arguments: verbs) func badBytesStopWithThePlace(verb: [String]) throws {
    let input = Array("good line\nbad ".utf8) + [0xC3, 0x28, 0x0A] + Array("never\n".utf8)
    let result = try run(verb, stdin: input)
    #expect(result.status == 65)
    #expect(result.stderr == "zk \(verb[0]): -:2: byte 14: not UTF-8: byte 0xC3\n")
    #expect(!result.outputBytes.isEmpty)
    let skipped = try run(verb, ["--invalid", "skip"], stdin: input)
    #expect(skipped.status == 2)
    #expect(skipped.stderr.contains("1 bad UTF-8"))
    let replaced = try run(verb, ["--invalid", "replace"], stdin: input)
    #expect(replaced.status == 0)
  }

  @Test(arguments: verbs) func badInputOfOtherKindsIsNamed(verb: [String]) throws {
    let json = try run(verb, stdin: Array("{\"text\":\"a\"}\n{\"text\":}\n".utf8))
    #expect(json.status == 65)
    #expect(json.stderr.hasPrefix("zk \(verb[0]): -:2: byte 21: JSON: "))
    let folder = try runZk(arguments(verb) + ["/"])
    #expect(folder.status == 66)
    #expect(folder.stderr.hasPrefix("zk \(verb[0]): /: "))
    let missing = try runZk(arguments(verb) + ["/nowhere/text"])
    #expect(missing.status == 66)
    #expect(missing.stderr.contains("No such file or directory"))
  }

  /// A process without the right to read; root may read everything.
  @Test(.enabled(if: geteuid() != 0), arguments: verbs)
  func anUnreadableFileIsNamed(verb: [String]) throws {
    try withTemporaryFolder { folder in
      try writeBytes([0x61], to: folder + "/closed")
      chmod(folder + "/closed", 0)
      let result = try runZk(arguments(verb) + [folder + "/closed"])
      #expect(result.status == 66)
      #expect(result.stderr.contains("Permission denied"))
    }
  }

  @Test(arguments: verbs.filter { $0[0] != "extract" }) func theModelMustBeThere(
    verb: [String]
  ) throws {
    let result = try runZk(verb + ["-m", "/nowhere/model.zk"], stdin: "text\n")
    #expect(result.status == 66)
    #expect(
      result.stderr
        == "zk \(verb[0]): /nowhere/model.zk: No such file or directory\n")
  }

  @Test(arguments: verbs) func aFullDiskIsAnError(verb: [String]) throws {
    let result = try runShell("echo some text | \(words(verb)) >/dev/full")
    #expect(result.status == 74)
    #expect(result.stderr.contains("standard output: No space left on device"))
  }

  @Test(arguments: verbs) func aClosedPipeIsQuiet(verb: [String]) throws {
    let result = try runShell("{ yes text | \(words(verb)); echo $? >&2; } | head -n 1 | wc -l")
    #expect(result.stderr == "0\n")
    #expect(result.stdout.contains("1"))
  }

  /// More than the limit allows, refused without taking it all into memory.
  @Test(arguments: verbs) func aHugeLineIsRefusedWithTheWayOut(verb: [String]) throws {
    // Infilling holds all of a document, and has a limit of its own.
    let limit = verb[0] == "generate" ? [] : ["--max-document", "16M"]
    let bytes = verb[0] == "generate" ? 2_097_152 : 16_777_216
    let command = try words(verb + limit)
    let result = try runShell(
      "ulimit -v 4000000; { echo first; head -c 100000000 /dev/zero | tr '\\0' a; } | \(command)")
    #expect(result.status == 65)
    #expect(!result.outputBytes.isEmpty)
    #expect(
      result.stderr
        == "zk \(verb[0]): -:2: byte 6: a document of more than \(bytes) bytes, the limit in "
        + "force; raise it with --max-document, or cut the text into smaller documents\n")
  }

  @Test(arguments: verbs) func filesAreOneStreamAndPipesTheSame(verb: [String]) throws {
    try withTemporaryFolder { folder in
      try writeBytes(Array("one text\nsecond {{}}\n".utf8), to: folder + "/a")
      try writeBytes(Array("third".utf8), to: folder + "/b")
      let files = try runZk(arguments(verb) + [folder + "/a", folder + "/b"])
      let pipe = try runShell("cd \(folder); cat a b | \(words(verb))")
      let mixed = try runShell("cd \(folder); cat b | \(words(verb)) a -")
      #expect(files.status == 0 && !files.outputBytes.isEmpty)
      #expect(pipe.outputBytes == files.outputBytes)
      #expect(mixed.outputBytes == files.outputBytes)
    }
  }

  /// The line that came has been answered, the next one is waited for.
  @Test(arguments: verbs, [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func signalsEndTheRun(verb: [String], signal: (number: Int32, status: Int32)) throws {
    try withTemporaryFolder { folder in
      let zk = try ZkProcess(arguments(verb), folder: folder, writing: "text\n")
      try zk.wait { (try? readBytes("\(folder)/stdout").isEmpty) == false }
      zk.send(signal.number)
      #expect(try zk.status() == signal.status)
    }
  }
}
