import ArgumentParser
import Testing
import ZonkeyCore

@testable import zk

/// Version, help, usage errors and exit statuses of the program as a user runs it.
@Suite struct ConventionTests {
  @Test func versionIsOneLineOnStandardOutput() throws {
    let result = try runZk(["--version"])
    #expect(result.status == 0)
    #expect(result.stdout == zkVersion + "\n")
    #expect(result.stderr.isEmpty)
  }

  @Test func helpGoesToStandardOutput() throws {
    let result = try runZk(["--help"])
    #expect(result.status == 0)
    #expect(result.stdout.contains("USAGE: zk"))
    #expect(result.stdout.contains("Exit status:\n  0    Done"))
    #expect(result.stderr.isEmpty)
  }

  @Test(arguments: [["--no-such-option"], ["no-such-verb"], []])
  func usageErrorsEndWith64(arguments: [String]) throws {
    let result = try runZk(arguments)
    #expect(result.status == 64)
    #expect(result.stdout.isEmpty)
    #expect(result.stderr.hasPrefix("zk: "))
    #expect(result.stderr.hasSuffix("Try 'zk --help'.\n"))
  }

  /// A slip is told the verb that was meant, in its own place and after help.
  @Test(arguments: [["splt"], ["help", "splt"], ["spl"], ["help", "spilt"]])
  func theNearestVerbIsNamed(arguments: [String]) throws {
    let result = try runZk(arguments)
    #expect(result.status == 64)
    #expect(result.stdout.isEmpty)
    #expect(result.stderr.contains("Did you mean 'split'?"))
  }

  @Test func versionTellsWhatAReportNeeds() throws {
    let result = try runZk(["--version", "--verbose"])
    #expect(result.status == 0)
    #expect(result.stdout.hasPrefix("zk \(zkVersion)\n"))
    for name in ["commit", "build", "processor", "libraries", "model"] {
      #expect(result.stdout.contains("\n\(name) "), "\(result.stdout)")
    }
    #expect(try runZk(["-v", "--version"]).stdout == result.stdout)
  }

  @Test(arguments: [["extract"], ["decode"], ["generate", "--max-bytes", "500"], ["split"]])
  func nullEndsDocumentsEverywhere(verb: [String]) throws {
    let model = verb[0] == "extract" ? [] : ["-m", try NanoModel.path()]
    var input = Array("one\ntwo\n".utf8)
    if verb[0] == "decode" {
      input = try runZk(["encode"] + model, stdinBytes: input).outputBytes
    }
    for name in ["-0", "--null"] {
      let result = try runZk(verb + [name] + model, stdinBytes: input)
      #expect(result.status == 0, "\(result.stderr)")
      #expect(result.outputBytes.last == 0)
      // What a model makes may hold newlines; what was read does not.
      if verb[0] == "extract" { #expect(result.outputBytes == Array("one\0two\0".utf8)) }
    }
    #expect(try runZk(verb + ["-0", "--format", "jsonl"] + model).status == 64)
  }

  @Test func fullDiskIsAnError() throws {
    let result = try runShell("zk --help >/dev/full")
    #expect(result.status == 74)
    #expect(result.stderr.contains("standard output: No space left on device"))
  }

  @Test func closedPipeIsQuiet() throws {
    let result = try runShell("{ sleep 0.1; zk --help; echo $? >&2; } | :")
    #expect(result.stderr == "0\n")
  }

  /// The pipe is full before `zk` writes, so the signal finds it waiting.
  @Test(arguments: [("INT", 130), ("TERM", 143)])
  func signalEndsAWriteToAFullPipe(signal: String, status: Int) throws {
    let stop = "timeout --preserve-status -s \(signal) 0.5 \"$ZK_UNDER_TEST\" --help"
    let result = try runShell(
      "{ head -c 65536 /dev/zero; \(stop); echo $? >&2; } | sleep 1.5")
    #expect(result.stderr == "\(status)\n")
  }
}

@Suite struct ExitStatusTests {
  static let table: [(ZonkeyError, Int32)] = [
    (.badInput(source: "-", line: 1, offset: 0, reason: ""), 65),
    (.noInput(path: "", reason: ""), 66),
    (.badModel(path: "", reason: ""), 65),
    (.badConfiguration(key: "", reason: ""), 64),
    (.cannotCreate(path: "", reason: ""), 73),
    (.io(path: "", reason: ""), 74),
    (.diverged(step: 1, reason: ""), 1),
  ]

  @Test(arguments: table)
  func everyErrorGroupHasItsStatus(error: ZonkeyError, status: Int32) {
    #expect(ExitStatus(error).rawValue == status)
  }

  @Test func signalsCountFrom128() {
    #expect(ExitStatus.ended(by: 2).rawValue == 130)
    #expect(ExitStatus.ended(by: 15).rawValue == 143)
  }
}

/// Runs commands that throw each kind of error through the wrapper that the program uses.
@Suite struct CommandRunnerTests {
  struct Unforeseen: Error {}

  struct Throwing: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "throwing")
    @Argument var kind: String

    func run() throws {
      switch kind {
      case "skipped": throw ExitStatus.skipped
      case "pipe": throw BrokenPipe()
      case "signal": throw Interruption(signal: 15)
      case "usage": throw ValidationError("No.")
      case "help": throw CleanExit.message("")
      case "disk": throw ZonkeyError.io(path: "out", reason: "disk full")
      case "unforeseen": throw Unforeseen()
      default: break
      }
    }
  }

  @Test(arguments: [
    ("nothing", Int32(0)), ("skipped", 2), ("pipe", 0), ("signal", 143), ("usage", 64),
    ("help", 0), ("disk", 74), ("unforeseen", 70),
  ])
  func whatIsThrownDecides(kind: String, status: Int32) {
    #expect(CommandRunner.run(Throwing.self, arguments: [kind]).rawValue == status)
  }

  @Test func optionsThatMayStandAloneDoNotEatFiles() {
    let expand = CommandRunner.expandingOptionalValues
    #expect(expand(["--zstd", "file", "--", "--zstd"]) == ["--zstd=3", "file", "--", "--zstd"])
    #expect(expand(["--zstd=19"]) == ["--zstd=19"])
    #expect(expand(["--resume", "-o", "file"]) == ["--resume=-", "-o", "file"])
    #expect(expand(["-o", "file", "--resume"]) == ["-o", "file", "--resume=-"])
    #expect(expand(["--resume", "file", "--steps"]) == ["--resume", "file", "--steps"])
    #expect(expand([]) == [])
  }
}
