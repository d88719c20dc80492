import ArgumentParser
import ZonkeyCore

extension LatentsFormat: ExpressibleByArgument {}
extension LatentsPrecision: ExpressibleByArgument {}

/// `zk encode`: documents go in, latents of one level come out.
struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Encode documents to latents.",
    discussion: """
      One vector for each segment of a level: the model's compressed form of it. JSONL has an \
      object for each document, with the vectors in base64; numpy and safetensors open the other \
      formats as they are. A document's latents do not depend on what else is in the input. A long \
      document is worked through in parts; its latents wait in a temporary file, since an object \
      begins with their number.

      Formats:
        jsonl        an object for each document: "doc", "id", "level",
                     "shape" [N, D], "starts", "bytes", "dtype",
                     "latents" in base64, "model"
        npy          a matrix [N, D] for numpy.load, the segments of all
                     documents one after another; the documents follow as
                     rows of JSON: in the file NAME.npy.jsonl for
                     -o NAME.npy, else behind the matrix
        safetensors  the arrays "latents", "starts", "offsets", "bytes",
                     "numbers", "ids"; model and level are in the metadata

      Examples:
        zk encode --level 0 notes.txt | zk decode
        zk encode -o notes.npy notes.txt
      """)

  @Argument(
    help: ArgumentHelp("Documents; - or none is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "The level whose latents are written (default: the highest whose units come back, by the "
        + "model's validation).", valueName: "n"))
  var level: Int?

  @Option(
    help: ArgumentHelp(
      "The output's format (default: that of its name, else jsonl). The header of npy and safetensors "
        + "needs the total size, so their output starts after all input.",
      valueName: "jsonl|npy|safetensors"))
  var format: LatentsFormat?

  @Option(help: ArgumentHelp("Bits of a number.", valueName: "f16|f32"))
  var precision: LatentsPrecision = .f16

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var inputOptions: InputOptions
  @OptionGroup var skipOptions: SkipOptions
  @OptionGroup var rowOptions: RowOptions
  @OptionGroup var shardOptions: ShardOptions
  @OptionGroup var batchOptions: BatchOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var statisticsOptions: StatisticsOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let level, level < 0 { throw ValidationError("--level must be 0 or more.") }
  }

  func run() throws {
    let console = common.console(verb: "encode", resultsOnTerminal: outputOptions.isOnTerminal)
    let threads = try common.threadCount()
    let zonkey = try modelOptions.zonkey(console, threads: threads, topLevel: level)
    let level = level ?? zonkey.standardLevel
    if let doubt = zonkey.doubt(about: level) { console.warn(doubt) }
    let options = SplitOptions(topLevel: level)
    let encoders = try (0..<threads).map { _ in try DocumentEncoder(zonkey, options: options) }
    let reader = try DocumentReader(
      paths: files,
      options: inputOptions.readerOptions(threads: threads, rows: rowOptions, shard: shardOptions))
    let format = format ?? LatentsFormat(ofFile: outputOptions.output)
    let writer = try LatentsWriter(
      format: format, precision: precision, level: level, width: zonkey.latentWidth(level),
      model: zonkey.id, temporaryDirectory: TemporaryDirectory.path)
    let statistics = try statisticsOptions.open(reader: reader, levelCount: level + 1)
    let output = try outputOptions.open()
    // The rows of a matrix lie beside it, where it is a file; they appear before it does.
    let table = format == .npy ? try outputOptions.openTable() : nil
    let pipeline = DocumentPipeline(
      reader: reader, output: output, console: console, workers: threads, batch: batchOptions.batch,
      firstNumber: shardOptions.firstNumber(from: rowOptions.firstDocument),
      step: shardOptions.step)
    let step = shardOptions.step
    try pipeline.run { worker, documents, first in
      let encoded = encoders[worker].encode(
        documents.map(\.text), firstNumber: first, step: step, withLatents: true)
      return zip(documents, encoded).enumerated().map { index, pair in
        var document = DocumentLatents(
          pair.1, of: zonkey, number: first + step * index, id: pair.0.id,
          byteCount: pair.0.text.count)
        document.fields = pair.0.fields
        return Result { () throws(ZonkeyError) in try writer.prepare(document) }
      }
    } write: {
      let prepared = try $0.get()
      try output.write(try writer.append(prepared))
      let document = prepared.document
      statistics?.add(
        textBytes: document.byteCount ?? 0,
        segments: (document.inner ?? []).map(\.count) + [prepared.count])
    } long: { document, number, progress in
      var counts = [Int](repeating: 0, count: level + 1)
      let long = LongDocument(
        number: number, id: document.id, fields: document.fields, byteCount: document.text.count)
      try writer.append(
        long,
        parts: encoders[0].parts(
          of: document.text, number: number, withLatents: true,
          helpers: Array(encoders.dropFirst()))
      ) {
        try output.write($0)
      } onPart: { part in
        for level in counts.indices { counts[level] += part.segments[level].count }
        progress(part.segments[level].last?.end ?? 0)
      }
      statistics?.add(textBytes: long.byteCount, segments: counts)
      if let doubt = writer.doubt(segments: counts) {
        console.warn("document \(number) \(doubt)")
      }
    } finish: {
      try writer.finish(
        { try output.write($0) }, table: table.map { table in { try table.write($0) } })
      try table?.finish()
    }
    try statistics?.finish()
    try console.reportSkipped(reader.skipped, allowed: skipOptions.allowSkips)
  }
}
