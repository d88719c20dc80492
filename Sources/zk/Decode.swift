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
    let zonkey = try modelOptions.zonkey()
    var options = DecodeOptions()
    options.infersStarts = inferStarts
    options.existenceCutoff = existenceCutoff
    let threads = try common.threadCount()
    let decoders = (0..<threads).map { _ in DocumentDecoder(zonkey, options: options) }
    let reader = try LatentsReader(
      paths: files, temporaryDirectory: TemporaryDirectory.path)
    Signals.endsAtOnce = outputOptions.isStandardOutput
    let output = try outputOptions.open()
    try output.complete {
      try run(reader, decoders, zonkey: zonkey, output: output, console: console)
    }
  }

  private func run(
    _ reader: LatentsReader, _ decoders: [DocumentDecoder], zonkey: Zonkey,
    output: any OutputSink, console: Console
  ) throws {
    let start = monotonicSeconds()
    var (count, bytes) = (0, 0)
    let pipeline = OrderedPipeline<DocumentLatents, [UInt8]>(
      next: {
        let document = try reader.next()
        if let document { try zonkey.check(document, source: reader.currentPath) }
        return document
      }, hasWaiting: { reader.hasWaiting }, bytes: { $0.byteCount ?? $0.count * 8 },
      workers: decoders.count, batch: batchOptions.batch)
    try pipeline.run { worker, documents, _ in
      zip(documents, decoders[worker].decode(Array(documents))).map { document, text in
        textOptions.row(textOptions.repaired(text), number: document.number, id: document.id)
      }
    } write: { rows, documents in
      for row in rows { try output.write(row) }
      try output.flush()
      count += documents.count
      bytes += rows.reduce(0) { $0 + $1.count }
      console.status.update(
        ProgressText.line(
          documentCount: count, textBytes: bytes, readBytes: reader.compressedBytesRead,
          totalBytes: reader.totalBytes, elapsedSeconds: monotonicSeconds() - start))
    }
  }
}
