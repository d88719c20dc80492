import ArgumentParser
import ZonkeyPlatform

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

      For a bug report, zk --version --verbose shows the commit, the processor and the libraries \
      in use. zk VERB --help and its manual page explain each verb.

      Examples:
        echo "the learned segments of a line" | zk split --format text
        zk encode notes.txt | zk decode

      \(ExitStatus.helpBlock)
      """,
    version: zkVersion,
    subcommands: [
      Split.self, Encode.self, Decode.self, Generate.self, Export.self, Train.self, Extract.self,
      Eval.self,
      Info.self,
    ])

  static func main() {
    StandardDescriptors.open()
    Signals.install()
    MemoryGuard.install()
    let status = CommandRunner.run(ZK.self, arguments: Array(ProcessArguments.all.dropFirst()))
    ProcessExit.exit(status)
  }

  func run() throws {
    throw ValidationError("Name a verb.")
  }
}

/// The version that `--version` prints and checkpoints record.
let zkVersion = "0.1.0"
