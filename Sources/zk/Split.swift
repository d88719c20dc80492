import ArgumentParser
import ZonkeyCore

/// `zk split`: documents go in, learned segments come out.
struct Split: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Split documents into learned segments.",
    discussion: """
      One JSON object for each segment: document number from 1, the document's id if it has one, \
      level, byte offsets, text, and the probability of the start. The segments of a document \
      tile it: joined they give back every byte.

      Formats:
        jsonl      an object for each segment: "doc", "id", "level", "start", "end",
                   "text", and in "p" the probability of the start
        documents  an object for each document: "text", the byte offsets of its
                   "starts", their "p", and in "below" those of the lower levels
        text       the document's line with separators between segments
        offsets    the byte offsets of a document's starts on a line

      Colours: --format text is painted on a terminal, and anywhere with --color. Blue and amber \
      take turns; the stronger the shade, the more probable the start. Underlined characters \
      start segments of lower levels, in bold above level 0. Nothing is written between painted \
      segments unless --separator is given, and control characters are shown as pictures. \
      NO_COLOR=1 switches colours off.

      Examples:
        echo "the learned segments of a line" | zk split --color
        zk split --format text --separator ' | ' notes.txt
        zk split --html notes.html --output /dev/null notes.txt
      """)

  @Argument(
    help: ArgumentHelp("Documents; - or none is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "The level whose segments are printed, from 0; the page of --html shows all levels up to it. "
        + "(default: 0, and the model's top for the page)", valueName: "n"))
  var level: Int?

  @Option(
    help: ArgumentHelp(
      "What is printed: a JSON object a segment, a JSON object a document, the text with "
        + "separators, or the offsets of starts. (default: jsonl, and text with --color or --null)",
      valueName: "jsonl|documents|text|offsets"))
  var format: SegmentFormat.Kind?

  @Option(
    help: ArgumentHelp(
      "What stands between segments with --format text. (default: "
        + "\(SegmentFormat.defaultSeparator), and nothing between colours)", valueName: "s"))
  var separator: String?

  @Flag(
    name: [.customShort("0"), .long],
    help: "End documents with NUL instead of a newline, with --format text or offsets.")
  var null = false

  @Option(
    help: ArgumentHelp(
      "Paint --format text by the probability of starts; --color alone means always, auto is for "
        + "a terminal without NO_COLOR.", valueName: "auto|always|never"))
  var color: ColorMode = .auto

  @Option(
    help: ArgumentHelp(
      "Also write a page that shows the levels nested, and what encoding and decoding gives back "
        + "at each, for a browser; it holds the first "
        + "\(ProgressText.bytes(SegmentPage.limitBytes)) of text and appears when the run is "
        + "complete.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Option(help: ArgumentHelp("Start where the probability lies above this.", valueName: "p"))
  var threshold: Float?

  @Option(
    help: ArgumentHelp(
      "Find the threshold that makes segments of this mean length in units.", valueName: "n"))
  var meanLength: Float?

  @Flag(help: "Draw starts by their probability instead.")
  var sample = false

  @OptionGroup var seedOptions: SeedOptions
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
    if let threshold, !(0...1).contains(threshold) {
      throw ValidationError("--threshold must be from 0 to 1.")
    }
    if let meanLength, !(meanLength >= 1 && meanLength.isFinite) {
      throw ValidationError("--mean-length must be at least 1.")
    }
    if [threshold != nil, meanLength != nil, sample].filter({ $0 }).count > 1 {
      throw ValidationError("Only one of --threshold, --mean-length and --sample can hold.")
    }
    if null && (format == .jsonl || format == .documents) {
      throw ValidationError(
        "--null needs --format text or offsets: JSON has a line for each object.")
    }
    if color == .always, let format, format != .text {
      throw ValidationError("--color paints --format text only.")
    }
    if html == "-" {
      throw ValidationError("--html needs the name of a file; -o /dev/null leaves the page alone.")
    }
    let files = [html, statisticsOptions.path, outputOptions.output].compactMap { $0 }
    if Set(files).subtracting(["/dev/null"]).count < files.filter({ $0 != "/dev/null" }).count {
      throw ValidationError("--output, --html and --stats must be different files.")
    }
  }

  private var rule: SplitOptions.Rule {
    if let threshold { return .threshold(threshold) }
    if let meanLength { return .meanLength(meanLength) }
    return sample ? .sample(seed: seedOptions.seed) : .calibrated
  }

  private var segmentFormat: SegmentFormat {
    let kind = format ?? (color == .always || null ? .text : .jsonl)
    let isColored = kind == .text && color.isOn(isWelcome: outputOptions.allowsColor)
    return SegmentFormat(
      kind: kind, separator: separator, isColored: isColored && !null, ending: null ? 0 : 0x0A)
  }

  func run() throws {
    let console = common.console(verb: "split", resultsOnTerminal: outputOptions.isOnTerminal)
    let threads = try common.threadCount()
    let printed = level ?? 0
    // The page shows all levels, unless one is named.
    let wanted = html == nil ? printed : level
    let zonkey = try modelOptions.zonkey(console, threads: threads, topLevel: wanted)
    let top = wanted ?? zonkey.levelCount - 1
    let options = SplitOptions(rule: rule, topLevel: top)
    let encoders = try (0..<threads).map { _ in try DocumentEncoder(zonkey, options: options) }
    let reader = try DocumentReader(
      paths: files,
      options: inputOptions.readerOptions(threads: threads, rows: rowOptions, shard: shardOptions))
    let output = try openOutput(reader, zonkey: zonkey, levelCount: top + 1, console: console)
    let pipeline = DocumentPipeline(
      reader: reader, output: output, console: console, workers: threads, batch: batchOptions.batch,
      firstNumber: shardOptions.firstNumber(from: rowOptions.firstDocument),
      step: shardOptions.step)
    let (format, step) = (segmentFormat, shardOptions.step)
    try pipeline.run { worker, documents, first in
      let encoded = encoders[worker].encode(
        documents.map(\.text), firstNumber: first, step: step)
      return zip(documents, encoded).enumerated().map { index, pair in
        let (document, levels, number) = (pair.0, pair.1.segments, first + step * index)
        let rows = format.bytes(of: document, number: number, levels: levels[...printed])
        return SplitDocument(
          document: document, number: number, levels: levels,
          segmentCounts: levels.map(\.count), rows: rows)
      }
    } write: {
      try output.write($0)
    } long: { document, number, progress in
      try output.write(
        document, number: number, format: format, printed: printed,
        parts: encoders[0].parts(
          of: document.text, number: number, helpers: Array(encoders.dropFirst())),
        progress: progress)
    }
    try console.reportSkipped(reader.skipped, allowed: skipOptions.allowSkips)
  }

  private func openOutput(
    _ reader: DocumentReader, zonkey: Zonkey, levelCount: Int, console: Console
  ) throws -> SplitOutput {
    let heading = SegmentPage.Heading(sources: files.isEmpty ? ["-"] : files, modelID: zonkey.id)
    return SplitOutput(
      results: try outputOptions.open(),
      page: try html.map {
        try SegmentPage(
          into: PageFrame.output(path: $0), heading: heading, levelCount: levelCount,
          roundTrip: RoundTrip(zonkey, levelCount: levelCount))
      },
      statistics: try statisticsOptions.open(reader: reader, levelCount: levelCount)
    ) { omission in
      console.note("\(html ?? "") shows \(omission)")
    }
  }
}
