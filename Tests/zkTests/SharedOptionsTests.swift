import ArgumentParser
import Testing
import ZonkeyCore

@testable import zk

@Suite struct SharedOptionsTests {
  struct Everything: ParsableCommand {
    @OptionGroup var common: CommonOptions
    @OptionGroup var draw: SeedOptions
    @OptionGroup var checkpoint: ModelOptions
    @OptionGroup var results: OutputOptions
  }

  @Test func defaults() throws {
    let command = try Everything.parse([])
    #expect(command.common.messages.verbosity == .normal)
    #expect(command.common.progress == .auto)
    #expect(command.draw.seed == 0)
    #expect(command.checkpoint.arithmetic == .float32)
    #expect(command.results.isStandardOutput)
    #expect(command.results.level == nil)
  }

  @Test func everyOptionIsRead() throws {
    let command = try Everything.parse([
      "-q", "--threads", "3", "--progress", "always", "--seed", "18446744073709551615",
      "-m", "a.zk", "--arithmetic", "int8", "-o", "out.jsonl", "--zstd=19",
    ])
    #expect(command.common.messages.verbosity == .quiet)
    #expect(try command.common.threadCount() == 3)
    #expect(command.common.progress == .always)
    #expect(command.draw.seed == .max)
    #expect(try command.checkpoint.path() == "a.zk")
    #expect(command.checkpoint.arithmetic == .int8)
    #expect(command.results.level == 19)
  }

  @Test(arguments: [
    ["--threads", "0"], ["--threads", "1025"], ["--threads", "two"], ["--zstd=1000"],
    ["--quiet", "--verbose"], ["--progress", "sometimes"], ["--seed", "-1"],
  ])
  func wrongValuesAreUsageErrors(arguments: [String]) {
    #expect(CommandRunner.run(Everything.self, arguments: arguments) == .usage)
  }

  @Test func nameEndingInZstIsCompressed() throws {
    #expect(try Everything.parse(["-o", "x.jsonl.zst"]).results.level == 3)
    #expect(try Everything.parse(["-o", "x.zst", "--zstd=1"]).results.level == 1)
  }
}
