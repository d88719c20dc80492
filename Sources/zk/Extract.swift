import ArgumentParser
import Synchronization
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
      headings are parted by blank lines; templates, tables and references are gone. JSONL and \
      plain lines are read too and written in the same form.

      Example:
        zk extract dump.xml.bz2 --min-bytes 500 --stats pages.json -o articles.jsonl.zst
      """)

  @Argument(
    help: ArgumentHelp("Dumps or documents; - or none is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "What is written: a JSON object a document, or its text and a newline.",
      valueName: "jsonl|text"))
  var format: Format = .jsonl

  @Flag(name: [.customShort("0"), .long], help: "End texts with NUL, for --format text.")
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

  @Option(
    help: ArgumentHelp(
      "A file for counts as JSON: documents read, kept, and skipped by reason.",
      valueName: "file"),
    completion: .file())
  var stats: String?

  @OptionGroup var inputOptions: InputOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if minBytes < 0 { throw ValidationError("--min-bytes must be 0 or more.") }
    if null && format != .text { throw ValidationError("--null needs --format text.") }
  }

  func run() throws {
    let console = common.console(verb: "extract", resultsOnTerminal: outputOptions.isOnTerminal)
    let threads = try common.threadCount()
    let reader = try DocumentReader(paths: files, options: readerOptions(threads: threads))
    let tally = Tally()
    Signals.endsAtOnce = outputOptions.isStandardOutput
    let output = try outputOptions.open { try FileOutput(path: $0) }
    do {
      try DocumentPipeline(reader: reader, output: output, console: console, workers: threads)
        .run { _, document, _ in row(document, tally) }
      try output.finish()
    } catch {
      output.discard()
      throw error
    }
    try report(ExtractCounts(reader: reader, tally: tally), console: console)
  }

  private func readerOptions(threads: Int) -> ReaderOptions {
    var options = inputOptions.readerOptions
    if !namespaces.isEmpty { options.namespaces = Set(namespaces.flatMap(\.numbers)) }
    options.includesRedirects = redirects
    options.leavesMarkup = true
    options.threads = threads
    return options
  }

  /// A document as it is written; nothing when it is left out.
  private func row(_ document: Document, _ tally: Tally) -> [UInt8] {
    let plain = document.cleaned()
    if plain.text.isEmpty && document.markup != nil {
      tally.noText.add(1, ordering: .relaxed)
      return []
    }
    if plain.text.count < minBytes {
      tally.tooShort.add(1, ordering: .relaxed)
      return []
    }
    tally.kept.add(1, ordering: .relaxed)
    tally.textBytes.add(plain.text.count, ordering: .relaxed)
    if format == .text { return plain.text + [null ? 0 : UInt8(ascii: "\n")] }
    var line = JSONLine()
    line.beginObject()
    if let id = plain.id { line.field("id", id) }
    if let title = plain.title { line.field("title", title) }
    plain.text.withUnsafeBytes { line.field("text", utf8: $0) }
    line.endLine()
    return line.bytes
  }

  private func report(_ counts: ExtractCounts, console: Console) throws {
    if let stats {
      let file = try FileOutput(path: stats)
      try file.write(counts.json.serialised() + [UInt8(ascii: "\n")])
      try file.finish()
      console.note(counts.text)
    } else {
      console.detail(counts.text)
    }
    guard counts.invalid > 0 else { return }
    if stats == nil { console.warn(counts.text) }
    throw ExitStatus.skipped
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

/// What becomes of documents after they are read, counted by all workers.
private final class Tally: Sendable {
  let kept = Atomic(0)
  let noText = Atomic(0)
  let tooShort = Atomic(0)
  let textBytes = Atomic(0)
}

/// What a run read, kept and skipped.
private struct ExtractCounts {
  let kept: Int
  let textBytes: Int
  let inputBytes: Int
  /// How many documents were left out as invalid; they are among `skipped` too.
  let invalid: Int
  /// How many documents were skipped, by reason, in alphabetical order.
  let skipped: [(reason: String, count: Int)]

  init(reader: DocumentReader, tally: Tally) {
    kept = tally.kept.load(ordering: .relaxed)
    textBytes = tally.textBytes.load(ordering: .relaxed)
    inputBytes = reader.compressedBytesRead
    invalid = reader.skipped.values.reduce(0, +)
    var reasons = reader.passedOver.merging(reader.skipped) { $0 + $1 }
    reasons["no text"] = tally.noText.load(ordering: .relaxed)
    reasons["too short"] = tally.tooShort.load(ordering: .relaxed)
    skipped = reasons.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private var skippedCount: Int { skipped.reduce(0) { $0 + $1.count } }

  var json: JSONValue {
    var reasons = JSONObject()
    for (reason, count) in skipped { reasons[reason] = .integer(Int64(count)) }
    return .object([
      "read": .integer(Int64(kept + skippedCount)), "kept": .integer(Int64(kept)),
      "skipped": .object(reasons), "text_bytes": .integer(Int64(textBytes)),
      "input_bytes": .integer(Int64(inputBytes)),
    ])
  }

  /// The closing line of a run.
  var text: String {
    var line = "\(ProgressText.count(kept)) documents kept, "
    line += "\(ProgressText.count(skippedCount)) skipped"
    guard !skipped.isEmpty else { return line }
    let reasons = skipped.map { "\(ProgressText.count($0.count)) \($0.reason)" }
    return line + ": " + reasons.joined(separator: ", ")
  }
}
