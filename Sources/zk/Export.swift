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

      Example:
        zk export run.zk -o model.zk
      """)

  @Argument(help: ArgumentHelp("The checkpoint.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the model goes; it appears when complete.", valueName: "file"),
    completion: .file(extensions: ["zk"]))
  var output: String

  @OptionGroup var messages: MessageOptions

  func run() throws {
    let console = messages.console(verb: "export")
    let times = console.times
    let checkpoint = try times.measure("reading") { try Checkpoint(path: file) }
    console.describe(checkpoint.zonkey, path: file)
    let exported = Checkpoint(exporting: checkpoint)
    try times.measure("writing") { try exported.write(to: output) }
    console.note("model \(exported.id) in \(output)")
    console.detail(times.text(rest: "rounding"))
  }
}
