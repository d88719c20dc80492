import ArgumentParser
import ZonkeyCore

/// `zk extract`: a dump goes in, clean text comes out.
struct Extract: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case jsonl, text
  }

  static let configuration = CommandConfiguration(
    abstract: "Extract clean text from a Wikipedia dump.",
    discussion: """
      One JSON object for each article: its id, its title and its text, in which paragraphs and \
      headings are parted by blank lines; tables, references and templates are gone, but for \
      templates that carry words or numbers. JSONL and plain lines are read too and written in the \
      same form.

      Example:
        zk extract dump.xml.bz2 --min-bytes 500 --stats pages.json -o articles.jsonl.zst
      """)

  @Argument(
    help: ArgumentHelp("Dumps or documents; - or none is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "What is written: a JSON object a document, or its text and a newline. (default: jsonl, and "
        + "text with --null)", valueName: "jsonl|text"))
  var format: Format?

  @Flag(
    name: [.customShort("0"), .long],
    help: "End documents with NUL instead of a newline, and keep the newlines inside them.")
  var null = false

  @Option(
    name: .customLong("namespace"),
    help: ArgumentHelp(
      "Namespaces of the pages to keep, as numbers with commas; may be repeated. (default: 0)",
      valueName: "n,…"))
  var namespaces: [NamespaceList] = []

  @Flag(help: "Keep pages that only redirect to another.")
  var redirects = false

  @Option(help: ArgumentHelp("Leave out documents whose text is shorter.", valueName: "n"))
  var minBytes = 0

  @OptionGroup var inputOptions: InputOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var statisticsOptions: StatisticsOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if minBytes < 0 { throw ValidationError("--min-bytes must be 0 or more.") }
    if null && format == .jsonl {
      throw ValidationError("--null needs --format text: JSONL has a line for each document.")
    }
  }

  func run() throws {
    let console = common.console(verb: "extract", resultsOnTerminal: outputOptions.isOnTerminal)
    let threads = try common.threadCount()
    let reader = try DocumentReader(paths: files, options: readerOptions(threads: threads))
    let statistics = try statisticsOptions.open(reader: reader)
    let output = try outputOptions.open()
    var counts = ExtractCounts()
    let pipeline = DocumentPipeline(
      reader: reader, output: output, console: console, workers: threads, batch: 16)
    try pipeline.run { _, documents, _ in
      documents.map(extracted)
    } write: { (document: Extracted) in
      switch document {
      case .kept(let row, let textBytes):
        try output.write(row)
        counts.kept += 1
        statistics?.add(textBytes: textBytes)
      case .leftOut(let reason): counts.leftOut[reason, default: 0] += 1
      }
    }
    try statistics?.finish(leftOut: counts.leftOut)
    try report(counts, reader: reader, console: console)
  }

  private func readerOptions(threads: Int) -> ReaderOptions {
    var options = inputOptions.readerOptions(threads: threads, largest: 1 << 30)
    if !namespaces.isEmpty { options.namespaces = Set(namespaces.flatMap(\.numbers)) }
    options.includesRedirects = redirects
    options.leavesMarkup = true
    return options
  }

  private enum Extracted: Sendable {
    case kept(row: [UInt8], textBytes: Int)
    case leftOut(String)
  }

  private func extracted(_ document: Document) -> Extracted {
    let plain = document.cleaned()
    if plain.text.isEmpty && document.markup != nil { return .leftOut("no text") }
    if plain.text.count < minBytes { return .leftOut("too short") }
    return .kept(row: row(plain), textBytes: plain.text.count)
  }

  private func row(_ document: Document) -> [UInt8] {
    if null || format == .text { return document.text + [null ? 0 : UInt8(ascii: "\n")] }
    var line = JSONLine()
    line.beginObject()
    if let id = document.id { line.field("id", id) }
    if let title = document.title { line.field("title", title) }
    document.text.withUnsafeBytes { line.field("text", utf8: $0) }
    line.endLine()
    return line.bytes
  }

  /// The closing line; throws `ExitStatus.skipped` when there was invalid input.
  private func report(_ counts: ExtractCounts, reader: DocumentReader, console: Console) throws {
    let text = counts.text(
      skipped: reader.passedOver.merging(reader.skipped) { $0 + $1 })
    guard reader.skipped.isEmpty else {
      console.warn(text)
      throw ExitStatus.skipped
    }
    statisticsOptions.path == nil ? console.detail(text) : console.note(text)
  }
}

/// Numbers of namespaces with commas between them.
struct NamespaceList: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = parts.compactMap { Int($0) }.filter { $0 >= 0 }
    if numbers.count != parts.count { return nil }
  }
}

/// What became of the documents that were read.
private struct ExtractCounts {
  var kept = 0
  /// By reason.
  var leftOut: [String: Int] = [:]

  /// The closing line of a run; `skipped` are the documents that the reader kept back, by reason.
  func text(skipped: [String: Int]) -> String {
    let reasons = leftOut.merging(skipped) { $0 + $1 }.sorted { $0.key < $1.key }
    let sum = reasons.reduce(0) { $0 + $1.value }
    let line =
      "\(ProgressText.count(kept)) documents kept, \(ProgressText.count(sum)) skipped"
    guard !reasons.isEmpty else { return line }
    return line + ": "
      + reasons.map { "\(ProgressText.count($0.value)) \($0.key)" }.joined(separator: ", ")
  }
}
