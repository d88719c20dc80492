import ArgumentParser
import ZonkeyCore

/// `zk generate`: documents from noise.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Generate documents from noise, or fill gaps in given ones.",
    discussion: """
      The top level starts from noise and is denoised step by step; every level below is decoded \
      and stitched from it. How long a document becomes is the model's own decision. Bytes that \
      are no valid UTF-8 are replaced.

      With --infill, documents are read and their gaps are filled; what stands around the gaps is \
      kept byte for byte. A gap is {{}}, or {{3}} for three units of the level that is denoised.

      Examples:
        zk generate --count 3 --seed 7 --steps 20
        echo "The capital of {{}} is Paris." | zk generate --infill
      """)

  @Argument(
    help: ArgumentHelp(
      "Documents with gaps, for --infill; - or none is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Flag(help: "Read documents and fill the gaps in them.")
  var infill = false

  @Option(
    help: ArgumentHelp("What marks a gap (default: {{}} or {{n}}).", valueName: "string"))
  var gap: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("How many documents (default: 1).", valueName: "n"))
  var count: Int?

  @Option(help: ArgumentHelp("Denoising steps at the top.", valueName: "n"))
  var steps = 10

  @Option(
    help: ArgumentHelp("The level that starts from noise (default: the top).", valueName: "n"))
  var level: Int?

  @Option(help: ArgumentHelp("A text ends where existence falls below this.", valueName: "p"))
  var existenceCutoff: Float = 0.2

  @Option(help: ArgumentHelp("The longest document.", valueName: "n"))
  var maxBytes = 1 << 16

  @OptionGroup var textOptions: TextOutputOptions
  @OptionGroup var seedOptions: SeedOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var inputOptions: InputOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count must be at least 1.") }
    if infill && count != nil {
      throw ValidationError("--infill makes one document of each that it reads, not --count.")
    }
    if !infill && !files.isEmpty {
      throw ValidationError("Files are read with --infill only.")
    }
    if !infill && gap != nil { throw ValidationError("--gap needs --infill.") }
    if gap?.isEmpty == true { throw ValidationError("--gap must not be empty.") }
    if !(1...10_000).contains(steps) { throw ValidationError("--steps must be 1 to 10000.") }
    if !(0...1).contains(existenceCutoff) {
      throw ValidationError("--existence-cutoff must be from 0 to 1.")
    }
    if !(1...1 << 24).contains(maxBytes) {
      throw ValidationError("--max-bytes must be 1 to \(1 << 24).")
    }
  }

  func run() throws {
    let zonkey = try modelOptions.zonkey()
    var options = GenerationOptions()
    options.seed = seedOptions.seed
    options.steps = steps
    options.level = level
    options.existenceCutoff = existenceCutoff
    options.maxBytes = maxBytes
    let threads = try common.threadCount()
    Signals.endsAtOnce = outputOptions.isStandardOutput
    if infill {
      try fillGaps((0..<threads).map { _ in try Infiller(zonkey, options: options) })
    } else {
      try generate((0..<threads).map { _ in try Generator(zonkey, options: options) })
    }
  }

  // MARK: From noise

  private func generate(_ generators: [Generator]) throws {
    let (count, output) = (count ?? 1, try outputOptions.open())
    if count == 1 && textOptions.format == .text {
      try output.complete { try write(generators[0], to: output) }
      return
    }
    try output.complete {
      for first in stride(from: 1, through: count, by: generators.count) {
        let numbers = Array(first...min(first + generators.count - 1, count))
        let documents = ResultSlots<[UInt8]>(count: numbers.count, initial: [])
        Workers(count: generators.count).run(numbers.count) { worker, piece in
          let text = textOptions.repaired(generators[worker].document(numbers[piece]))
          documents[piece] = textOptions.row(text, number: numbers[piece], more: addDraws)
        }
        for index in numbers.indices { try output.write(documents[index]) }
        try output.flush()
        try Signals.check()
      }
    }
  }

  /// One document as it comes, segment by segment.
  private func write(_ generator: Generator, to output: any OutputSink) throws {
    try generator.document(1) { bytes in
      try output.write(textOptions.repaired(bytes))
      try output.flush()
      try Signals.check()
    }
    try output.write(textOptions.row([], number: 1))
    try output.flush()
  }

  private func addDraws(to line: inout JSONLine) {
    line.field("seed", String(seedOptions.seed))
    line.field("steps", steps)
  }

  // MARK: Infilling

  private func fillGaps(_ infillers: [Infiller]) throws {
    let console = common.console(verb: "generate", resultsOnTerminal: outputOptions.isOnTerminal)
    let reader = try DocumentReader(paths: files, options: inputOptions.readerOptions())
    let syntax = GapSyntax(mark: gap.map { Array($0.utf8) })
    let output = try outputOptions.open()
    let pipeline = DocumentPipeline(
      reader: reader, output: output, console: console, workers: infillers.count, batch: 1)
    try pipeline.run { worker, documents, first in
      documents.enumerated().map { index, document in
        filled(document, syntax, number: first + index, by: infillers[worker])
      }
    } write: {
      try output.write($0 as [UInt8])
    }
    try console.reportSkipped(reader.skipped)
  }

  private func filled(
    _ document: Document, _ syntax: GapSyntax, number: Int, by infiller: Infiller
  ) -> [UInt8] {
    let gapped = syntax.parse(document.text)
    let fillings = infiller.fill(gapped, number: number).map(textOptions.repaired)
    var (text, places) = (gapped.known[0], [[Int]]())
    for (filling, known) in zip(fillings, gapped.known.dropFirst()) {
      places.append([text.count, text.count + filling.count])
      text += filling + known
    }
    return textOptions.row(text, number: number, id: document.id) { line in
      addDraws(to: &line)
      line.field("filled", places)
    }
  }
}
