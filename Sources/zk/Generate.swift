import ArgumentParser
import ZonkeyCore

/// `zk generate`: documents from noise.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Generate documents from noise, or fill gaps in given ones.",
    discussion: """
      The top level starts from noise and is denoised step by step; every level below is decoded \
      and stitched from it. How long a document becomes is the model's own decision. Of a model \
      with a lexicon (zk export --lexicon) texts are made of its segments. One that has also \
      learned which units follow each other (levels.N.priorLayers), as the one that comes with the \
      program, draws them one after the other instead; --steps changes nothing then. Bytes that \
      are no valid UTF-8 are replaced.

      With --infill, documents are read and their gaps are filled; what stands around the gaps is \
      kept byte for byte. A gap is {{}}, or {{3}} for three units of the level that is denoised. \
      With --count n, each document is filled n times; variant k uses the seed plus k - 1.

      Examples:
        zk generate --count 3 --seed 7 --steps 40
        echo "The capital of {{}} is Paris." | zk generate --infill
        echo "The {{}} is near." | zk generate --infill --count 5 --html gaps.html
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
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many documents, or with --infill how many variants of each (default: 1).",
      valueName: "n"))
  var count: Int?

  @Option(help: ArgumentHelp("Denoising steps at the top.", valueName: "n"))
  var steps = GenerationOptions().steps

  @Option(
    help: ArgumentHelp("The level that starts from noise (default: the top).", valueName: "n"))
  var level: Int?

  @Option(help: ArgumentHelp("A text ends where existence falls below this.", valueName: "p"))
  var existenceCutoff: Float = 0.2

  @Option(help: ArgumentHelp("The longest document.", valueName: "n"))
  var maxBytes = 1 << 16

  @Option(
    help: ArgumentHelp(
      "With --infill also write a page that shows the variants, for a browser; it appears when "
        + "the run is complete.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @OptionGroup var textOptions: TextOutputOptions
  @OptionGroup var seedOptions: SeedOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var inputOptions: InputOptions
  @OptionGroup var skipOptions: SkipOptions
  @OptionGroup var rowOptions: RowOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count must be at least 1.") }
    if html != nil && !infill { throw ValidationError("--html needs --infill.") }
    if html == "-" || html.map({ $0 == outputOptions.output }) == true {
      throw ValidationError("--html needs the name of a file of its own.")
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
    let console = common.console(verb: "generate", resultsOnTerminal: outputOptions.isOnTerminal)
    let threads = try common.threadCount()
    let zonkey = try modelOptions.zonkey(console, threads: threads)
    var options = GenerationOptions()
    options.seed = seedOptions.seed
    options.steps = steps
    options.level = level
    options.existenceCutoff = existenceCutoff
    options.maxBytes = maxBytes
    if let doubt = zonkey.doubt(about: level ?? zonkey.levelCount - 1) { console.warn(doubt) }
    try zonkey.prepare(for: options, threads: threads)
    if infill {
      let variants = try (0..<threads).map { _ in
        try (0..<(count ?? 1)).map { variant in
          var own = options
          own.seed = options.seed &+ UInt64(variant)
          return (seed: own.seed, infiller: try Infiller(zonkey, options: own))
        }
      }
      try fillGaps(variants, modelID: zonkey.id, console: console)
    } else {
      try generate((0..<threads).map { _ in try Generator(zonkey, options: options) })
      console.detail(
        "documents: \(ProgressText.count(count ?? 1)) · \(console.times.text(rest: "computing"))")
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
      let most = 2 * Generator.together
      var (next, round) = (1, generators.count)
      while next <= count {
        // The first come soon, later ones fast.
        let numbers = Array(next...min(next + round - 1, count))
        let share = (numbers.count + generators.count - 1) / generators.count
        let rows = Rounds.outputs(
          of: numbers, firstNumber: next, bytes: { _ in 0 }, workers: generators.count,
          batch: min(share, most)
        ) { worker, numbers, _ in
          zip(numbers, generators[worker].documents(Array(numbers))).map { number, text in
            textOptions.row(textOptions.repaired(text), number: number, more: addDraws)
          }
        }
        for row in rows { try output.write(row) }
        try output.flush()
        next += round
        round = min(4 * round, 4 * most * generators.count)
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
    addDraws(to: &line, seed: seedOptions.seed)
  }

  private func addDraws(to line: inout JSONLine, seed: UInt64) {
    line.field("seed", String(seed))
    line.field("steps", steps)
  }

  // MARK: Infilling

  private typealias Variants = [(seed: UInt64, infiller: Infiller)]

  private func fillGaps(_ variants: [Variants], modelID: String, console: Console) throws {
    let reader = try DocumentReader(
      paths: files,
      options: inputOptions.readerOptions(largest: InputOptions.largestInfilled, rows: rowOptions))
    let syntax = GapSyntax(mark: gap.map { Array($0.utf8) })
    let output = GapOutput(
      results: try outputOptions.open(),
      page: try html.map {
        try GapPage(
          into: PageFrame.output(path: $0), sources: files.isEmpty ? ["-"] : files, modelID: modelID
        )
      })
    let pipeline = DocumentPipeline(
      reader: reader, output: output, console: console, workers: variants.count, batch: 1,
      firstNumber: rowOptions.firstDocument)
    try pipeline.run { worker, documents, first in
      documents.enumerated().map { index, document in
        filled(document, syntax, number: first + index, by: variants[worker])
      }
    } write: {
      try output.write($0 as FilledDocument)
    }
    try console.reportSkipped(reader.skipped, allowed: skipOptions.allowSkips)
  }

  private func filled(
    _ document: Document, _ syntax: GapSyntax, number: Int, by variants: Variants
  ) -> FilledDocument {
    let gapped = syntax.parse(document.text)
    let results = variants.map { seed, infiller in
      GapPage.Variant(
        seed: seed, fillings: infiller.fill(gapped, number: number).map(textOptions.repaired))
    }
    let rows = results.enumerated().flatMap { index, variant in
      row(document, gapped, number: number, variant: index + 1, of: variant)
    }
    return FilledDocument(gapped: gapped, number: number, variants: results, rows: rows)
  }

  private func row(
    _ document: Document, _ gapped: GappedDocument, number: Int, variant: Int,
    of filled: GapPage.Variant
  ) -> [UInt8] {
    var (text, places) = (gapped.known[0], [[Int]]())
    for (filling, known) in zip(filled.fillings, gapped.known.dropFirst()) {
      places.append([text.count, text.count + filling.count])
      text += filling + known
    }
    return textOptions.row(text, number: number, id: document.id, fields: document.fields) { line in
      if count != nil { line.field("variant", variant) }
      addDraws(to: &line, seed: filled.seed)
      line.field("filled", places)
    }
  }
}
