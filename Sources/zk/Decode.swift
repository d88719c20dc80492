import ArgumentParser
import ZonkeyCore

/// `zk decode`: latents go in, documents come out.
struct Decode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Decode latents to documents.",
    discussion: """
      Takes what zk encode writes, in any of its formats, by the same model. Segments are placed \
      by their true starts where the latents have them, and else where the model infers them. \
      Bytes that are no valid UTF-8 are replaced.

      Example:
        zk encode --format safetensors -o notes.safetensors notes.txt
        zk decode notes.safetensors
      """)

  @Argument(
    help: ArgumentHelp("Latents; - or none is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Flag(help: "Infer where segments start and texts end, even if the latents say it.")
  var inferStarts = false

  @Option(
    help: ArgumentHelp(
      "A text whose length is not known ends where existence falls below this.", valueName: "p"))
  var existenceCutoff: Float = 0.2

  @OptionGroup var textOptions: TextOutputOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var batchOptions: BatchOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if !(0...1).contains(existenceCutoff) {
      throw ValidationError("--existence-cutoff must be from 0 to 1.")
    }
  }

  func run() throws {
    let console = common.console(verb: "decode", resultsOnTerminal: outputOptions.isOnTerminal)
    let threads = try common.threadCount()
    let zonkey = try modelOptions.zonkey(console, threads: threads)
    var options = DecodeOptions()
    options.infersStarts = inferStarts
    options.existenceCutoff = existenceCutoff
    let decoders = (0..<threads).map { _ in DocumentDecoder(zonkey, options: options) }
    let reader = try LatentsReader(
      paths: files, temporaryDirectory: TemporaryDirectory.path)
    let output = try outputOptions.open()
    let pipeline = DocumentPipeline(
      reader: reader, output: output, console: console, workers: threads, batch: batchOptions.batch)
    let textOptions = textOptions
    let row = { @Sendable (document: DocumentLatents, text: [UInt8]) in
      textOptions.row(
        textOptions.repaired(text), number: document.number, id: document.id,
        fields: document.fields)
    }
    try pipeline.run(check: { try zonkey.check($0, source: reader.currentPath) }) {
      worker, documents, _ in
      zip(documents, decoders[worker].decode(Array(documents))).map(row)
    } write: {
      try output.write($0 as [UInt8])
    } long: { document, _, _ in
      let text = decoders[0].decode(document, helpers: Array(decoders.dropFirst()))
      try output.write(row(document, text))
    }
  }
}
