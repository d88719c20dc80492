import ArgumentParser
import ZonkeyCore

/// `zk export`: a checkpoint goes in, the model alone comes out.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model for use, without what only training needs.",
    discussion: """
      A checkpoint holds the weights of the last step, their moving average and the optimiser's \
      state. Every verb but train uses the average alone. This writes it by itself in half \
      precision: about a tenth of the size. The rounded weights are a model of its own, with an id \
      of its own; training cannot go on from it.

      With --lexicon the model also gets the segments that some text has most often. Texts from \
      noise are made of them then, instead of words that are none.

      Example:
        zk export run.zk --lexicon articles.jsonl.zst -o model.zk
      """)

  @Argument(help: ArgumentHelp("The checkpoint.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the model goes; it appears when complete.", valueName: "file"),
    completion: .file(extensions: ["zk"]))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Text like that the model was trained on; the commonest segments of its first 16 MB become "
        + "the lexicon.", valueName: "file"), completion: .file())
  var lexicon: String?

  @OptionGroup var inputOptions: InputOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console(verb: "export")
    let times = console.times
    let checkpoint = try times.measure("reading") { try Checkpoint(path: file) }
    console.describe(checkpoint.zonkey, path: file)
    let lexicon = try times.measure("counting") {
      try self.lexicon.map { try count($0, checkpoint) }
    }
    let exported = Checkpoint(exporting: checkpoint, lexicon: lexicon)
    try times.measure("writing") { try exported.write(to: output) }
    console.note("model \(exported.id) in \(output)")
    if let lexicon { console.note("\(lexicon.segments.count) segments in its lexicon") }
    console.detail(times.text(rest: "rounding"))
  }

  private func count(_ path: String, _ checkpoint: Checkpoint) throws -> Lexicon {
    let corpus = try Corpus(paths: [path], options: inputOptions.readerOptions())
    return try corpus.lexicon(of: checkpoint.zonkey, threads: common.threadCount())
  }
}
