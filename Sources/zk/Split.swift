import ArgumentParser
import ZonkeyCore

/// `zk split`: documents go in, learned segments come out.
struct Split: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case jsonl, text, offsets
  }

  static let configuration = CommandConfiguration(
    abstract: "Split documents into learned segments.",
    discussion: """
      One JSON object for each segment: document number from 1, the document's id if it has one, \
      level, byte offsets, text, and the probability of the start. The segments of a document \
      tile it: joined they give back every byte.

      Example:
        echo "the learned segments of a line" | zk split --format text --separator '|'
      """)

  @Argument(
    help: ArgumentHelp("Documents; - or none is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(help: ArgumentHelp("The level whose segments are printed, from 0.", valueName: "n"))
  var level = 0

  @Option(
    help: ArgumentHelp(
      "What is printed: a JSON object a segment, the text with separators, or the offsets of "
        + "starts.", valueName: "jsonl|text|offsets"))
  var format: Format = .jsonl

  @Option(help: ArgumentHelp("What stands between segments with --format text.", valueName: "s"))
  var separator = "|"

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
  @OptionGroup var batchOptions: BatchOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if level < 0 { throw ValidationError("--level must be 0 or more.") }
    if let threshold, !(0...1).contains(threshold) {
      throw ValidationError("--threshold must be from 0 to 1.")
    }
    if let meanLength, !(meanLength >= 1 && meanLength.isFinite) {
      throw ValidationError("--mean-length must be at least 1.")
    }
    if [threshold != nil, meanLength != nil, sample].filter({ $0 }).count > 1 {
      throw ValidationError("Only one of --threshold, --mean-length and --sample can hold.")
    }
  }

  private var rule: SplitOptions.Rule {
    if let threshold { return .threshold(threshold) }
    if let meanLength { return .meanLength(meanLength) }
    return sample ? .sample(seed: seedOptions.seed) : .calibrated
  }

  func run() throws {
    let console = common.console(verb: "split", resultsOnTerminal: outputOptions.isOnTerminal)
    let zonkey = try Zonkey(path: modelOptions.path())
    let options = SplitOptions(rule: rule, topLevel: level)
    let threads = try common.threadCount()
    let encoders = try (0..<threads).map { _ in try DocumentEncoder(zonkey, options: options) }
    let reader = try DocumentReader(paths: files, options: inputOptions.readerOptions)
    Signals.endsAtOnce = outputOptions.isStandardOutput
    let output = try outputOptions.open()
    let pipeline = DocumentPipeline(
      reader: reader, output: output, console: console, workers: threads, batch: batchOptions.batch)
    try pipeline.run { worker, documents, first in
      let encoded = encoders[worker].encode(documents.map(\.text), firstNumber: first)
      return zip(documents, encoded).enumerated().map { index, pair in
        rows(pair.1.segments[level], of: pair.0, number: first + index)
      }
    } write: {
      try output.write($0 as [UInt8])
    }
    try pipeline.reportSkipped()
  }

  private func rows(_ segments: [Segment], of document: Document, number: Int) -> [UInt8] {
    switch format {
    case .jsonl: return jsonRows(segments, of: document, number: number)
    case .text:
      var out: [UInt8] = []
      for (index, segment) in segments.enumerated() {
        if index > 0 { out += separator.utf8 }
        out += document.text[segment.start..<segment.end]
      }
      return out + [UInt8(ascii: "\n")]
    case .offsets:
      return Array((segments.map { String($0.start) }.joined(separator: " ") + "\n").utf8)
    }
  }

  private func jsonRows(_ segments: [Segment], of document: Document, number: Int) -> [UInt8] {
    var line = JSONLine()
    for segment in segments {
      line.beginObject()
      line.field("doc", number)
      if let id = document.id { line.field("id", id) }
      line.field("level", segment.level)
      line.field("start", segment.start)
      line.field("end", segment.end)
      document.text[segment.start..<segment.end].withUnsafeBytes {
        line.field("text", utf8: $0)
      }
      line.field("p", Double(segment.probability), digits: 4)
      line.endLine()
    }
    return line.bytes
  }
}
