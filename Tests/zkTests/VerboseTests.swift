import TestSupport
import Testing

@testable import zk

/// What `-v` tells: the model, what computes, and where the time went.
@Suite struct VerboseTests {
  /// Arguments of every verb, and a part of its time that must be told.
  private static let verbs: [(arguments: [String], part: String)] = [
    (["split"], "loading the model"), (["encode"], "reading"), (["decode"], "writing"),
    (["generate", "--max-bytes", "500"], "computing"), (["generate", "--infill"], "computing"),
    (["extract"], "computing"), (["eval", "--only", "stability"], "changing letters"),
    (["train"], "training"), (["export"], "rounding"), (["info", "--check"], "verifying"),
  ]

  @Test(arguments: verbs)
  func everyVerbTellsWhereTimeGoes(arguments: [String], part: String) throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      let text = "One line of text.\nAnother one.\n"
      var (all, input) = (arguments, Array(text.utf8))
      switch arguments[0] {
      case "extract": break
      case "train":
        all += ["--corpus", NanoModel.corpus, "--from", model, "--steps", "2", "-o", folder + "/m"]
      case "export": all += [model, "-o", folder + "/m"]
      case "info": all.append(model)
      case "decode":
        input = try runZk(["encode", "-m", model], stdin: text).outputBytes
        fallthrough
      default: all += ["-m", model]
      }
      let normal = try runZk(all, stdinBytes: input)
      #expect(normal.status == 0, "\(normal.stderr)")
      #expect(!normal.stderr.contains("s in all"))
      _ = try runShell("rm -f '\(folder)/m'")
      let result = try runZk(
        all
          + ["--verbose", "--threads", "2"].prefix(
            ["export", "info"].contains(arguments[0]) ? 1 : 3), stdinBytes: input)
      #expect(result.status == 0, "\(result.stderr)")
      #expect(result.outputBytes == normal.outputBytes)
      #expect(result.stderr.contains(" s in all · "), "\(result.stderr)")
      #expect(result.stderr.contains(" · \(part): "), "\(result.stderr)")
      if all.contains("-m") {
        let id = try #require(
          runZk(["info", model]).stdout.firstMatch(of: /model +([0-9a-f]{16})/)?.1)
        #expect(result.stderr.contains(": model \(id) from \(model): 2 levels, "))
        #expect(result.stderr.contains(": 2 threads, kernels for "))
      }
    }
  }

  @Test func partsAndTheRestAreAllOfTheTime() throws {
    var now = 10.0
    let times = PartTimes { now }
    times.measure("reading") { now += 0.25 }
    now += 1
    times.begin("first")
    now += 0.5
    times.begin("second")
    now += 2
    times.end()
    struct Failure: Error {}
    #expect(throws: Failure.self) {
      try times.measure("reading") {
        now += 0.25
        throw Failure()
      }
    }
    #expect(
      times.text(rest: "rest")
        == "4.000 s in all · reading: 0.500 s · first: 0.500 s · second: 2.000 s · rest: 1.000 s")
  }
}
