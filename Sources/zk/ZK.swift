import ArgumentParser

/// The root command: it only dispatches to the verbs.
@main
struct ZK: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zk",
    abstract: "Split, encode, decode and generate text with a tokeniser that is learned.",
    discussion: """
      zk is a filter: text goes in, learned structure comes out, and every verb composes with \
      pipes. It trains and runs a hierarchical diffusion language model over bytes, which finds \
      its own segments: no vocabulary, no word list, no rules.

      Input is plain lines, JSONL or a MediaWiki dump, plain or compressed with zstd, gzip, bzip2 \
      or xz; the format is found by looking at the content. Results go to standard output, \
      everything else to standard error.

      Exit status: 0 done, 1 failure, 2 done but some documents were skipped, 64 usage, \
      65 bad data or checkpoint, 66 no such input, 70 internal error, 73 cannot create, \
      74 input/output error, 130 or 143 ended by a signal.
      """,
    version: zkVersion,
    subcommands: [
      Split.self, Encode.self, Decode.self, Generate.self, Export.self, Train.self, Extract.self,
      Eval.self,
      Info.self,
    ])

  static func main() {
    Signals.install()
    let status = CommandRunner.run(ZK.self, arguments: Array(CommandLine.arguments.dropFirst()))
    ProcessExit.exit(status)
  }

  func run() throws {
    throw ValidationError("Name a verb.")
  }
}

/// The version that `--version` prints and checkpoints record.
let zkVersion = "0.1.0"
