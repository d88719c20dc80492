import ArgumentParser
import ZonkeyCore

extension EvaluationPart: ExpressibleByArgument {}

/// `zk eval`: how good a model is on some text, beside baselines.
struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how good a model is, beside baselines and controls.",
    discussion: """
      Do segments begin where words and sentences do, also when the spaces are deleted? How much \
      of a text comes back from its latents, as they are and with noise? Do starts stay where they \
      are when a letter far away changes? Do texts from noise look like real ones?

      The documents are the judge; --train names text that the model may have seen, from which \
      n-gram models learn: they are a baseline splitter (a start where the next byte is hard to \
      predict) and the judge of generated texts. Without it these are left out.

      The loss of an autoencoder does not measure bits per byte, so none are printed.

      Example:
        zk eval --train articles.jsonl.zst --max-text 1M valid.jsonl
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table, json
  }

  @Argument(
    help: ArgumentHelp("Documents; - or none is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "Text for the n-gram models; its first 6 million characters are used.", valueName: "file"),
    completion: .file())
  var train: String?

  @Option(
    help: ArgumentHelp(
      "What to measure, also several times (default: everything).",
      valueName: EvaluationPart.allCases.map(\.rawValue).joined(separator: "|")))
  var only: [EvaluationPart] = []

  @Option(help: ArgumentHelp("How much of the documents is used.", valueName: "n"))
  var maxText = ByteCount(count: 1 << 20)

  @Option(name: .shortAndLong, help: ArgumentHelp("How many texts to generate.", valueName: "n"))
  var count = 200

  @Option(
    help: ArgumentHelp(
      "Judge the documents of this file instead of generating some.", valueName: "file"),
    completion: .file())
  var generated: String?

  @Option(help: ArgumentHelp("A table or a JSON object.", valueName: "table|json"))
  var format: Format = .table

  @OptionGroup var seedOptions: SeedOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var inputOptions: InputOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: CommonOptions

  /// The judge's n-gram model learns from so many characters.
  private static let trainCharacters = 6_000_000

  func validate() throws {
    if !(1...100_000).contains(count) { throw ValidationError("--count must be 1 to 100000.") }
    if maxText.count == 0 { throw ValidationError("--max-text must be at least 1.") }
    if only.contains(.generation) && train == nil {
      throw ValidationError("--only generation needs --train: the judge learns from it.")
    }
  }

  func run() throws {
    let console = common.console(verb: "eval", resultsOnTerminal: outputOptions.isOnTerminal)
    TerminalInput.announce(files, what: "text", console: console)
    let threads = try common.threadCount()
    let zonkey = try modelOptions.zonkey(console, threads: threads)
    var options = EvaluationOptions()
    if !only.isEmpty { options.parts = only }
    options.count = count
    options.seed = seedOptions.seed
    options.threads = threads
    let times = console.times
    let texts = try times.measure("reading") { try read(files, limit: maxText.count) { $0.count } }
    options.generated = try generated.map {
      try read([$0], limit: .max) { $0.count }.map { String(decoding: $0, as: UTF8.self) }
    }
    guard texts.contains(where: { !$0.isEmpty }) else {
      throw ZonkeyError.badInput(
        source: files.first ?? "-", line: nil, offset: nil, reason: "there is no text to measure")
    }
    let output = try outputOptions.open()
    try output.complete {
      let train = try times.measure("reading", trainingTexts)
      let evaluator = Evaluator(zonkey, texts: texts, train: train, options: options) {
        console.status.update($0)
        times.begin($0)
      }
      let report = try evaluator.run()
      times.end()
      console.status.erase()
      switch format {
      case .table: try output.write(EvaluationTable(report).text)
      case .json: try output.write(json(report, zonkey: zonkey, texts: texts) + "\n")
      }
    }
    console.detail(times.text(rest: "other"))
  }

  private func trainingTexts() throws -> [[UInt8]] {
    guard let train else { return [] }
    // Characters: every byte that does not continue one begins one.
    return try read([train], limit: Self.trainCharacters) { $0.count { !$0.isUTF8Continuation } }
  }

  /// Documents until `limit` is reached, of which each counts as much as `size` says.
  private func read(
    _ files: [String], limit: Int, size: ([UInt8]) -> Int
  ) throws -> [[UInt8]] {
    let reader = try DocumentReader(
      paths: files, options: inputOptions.readerOptions(largest: InputOptions.largestEvaluated))
    var (texts, total) = ([[UInt8]](), 0)
    while total < limit, let document = try reader.next() {
      try Signals.check()
      total += size(document.text)
      texts.append(document.text)
    }
    return texts
  }

  private func json(_ report: EvaluationReport, zonkey: Zonkey, texts: [[UInt8]]) -> String {
    var object: JSONObject = [
      "model": .string(zonkey.id), "documents": .integer(Int64(texts.count)),
      "bytes": .integer(Int64(texts.reduce(0) { $0 + $1.count })),
      "seed": .string(String(seedOptions.seed)),
    ]
    for section in report.sections {
      object[section.name] = .array(section.rows.map { .object($0) })
    }
    return String(decoding: JSONValue.object(object).serialised(), as: UTF8.self)
  }
}

/// An evaluation as tables for people: a title, a line of column names, a line for each row.
struct EvaluationTable {
  let text: String

  init(_ report: EvaluationReport) {
    text = report.sections.map { section in
      let names = section.rows.first?.members.map(\.key) ?? []
      let cells = section.rows.map { row in names.map { Self.cell(row[$0] ?? .null) } }
      let widths = names.indices.map { column in
        ([names[column]] + cells.map { $0[column] }).map { TerminalText.width(of: $0) }.max() ?? 0
      }
      let title = section.name.replacing("_", with: " ")
      let lines = ([names] + cells).map { Self.line($0, widths: widths) }
      return ([title] + lines).joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  /// Names stand left, numbers right.
  private static func line(_ cells: [String], widths: [Int]) -> String {
    let padded = zip(cells, widths).enumerated().map { column, pair in
      let (cell, width) = pair
      let blanks = String(repeating: " ", count: max(0, width - TerminalText.width(of: cell)))
      return column == 0 ? cell + blanks : blanks + cell
    }
    return "  " + padded.joined(separator: "  ")
  }

  private static func cell(_ value: JSONValue) -> String {
    switch value {
    case .null: "-"
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): "\(number)"
    case .array(let values): values.map(cell).joined(separator: "/")
    case .bool(let flag): String(flag)
    case .object: ""
    }
  }
}
