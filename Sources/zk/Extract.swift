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
      One JSON object for each article: its id, title and text, and its revision, time and address \
      where the dump has them. Blank lines separate paragraphs and headings. Tables, references \
      and most templates are removed. Templates that stand for words or numbers become text; a \
      table for each wiki language says how, and --templates adds to it. An unknown template \
      leaves a hole in its sentence; --stats counts the holes. JSONL and plain lines are read too \
      and written in the same form.

      Example:
        zk extract dump.xml.bz2 --stats pages.json -o articles.jsonl.zst
      """)

  @Argument(
    help: ArgumentHelp("Dumps or documents; - or none is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "What is written: a JSON object a document, or its text and a newline, with a blank line "
        + "between articles. (default: jsonl, and text with --null)", valueName: "jsonl|text"))
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

  @OptionGroup var wikiOptions: WikiTextOptions
  @OptionGroup var fieldOptions: FieldOptions
  @OptionGroup var inputOptions: InputOptions
  @OptionGroup var skipOptions: SkipOptions
  @OptionGroup var shardOptions: ShardOptions
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
    console.detail("\(threads) threads")
    let reader = try DocumentReader(paths: files, options: try readerOptions(threads: threads))
    let statistics = try statisticsOptions.open(reader: reader)
    let output = try outputOptions.open()
    var counts = ExtractCounts()
    let pipeline = DocumentPipeline(
      reader: reader, output: output, console: console, workers: threads, batch: 16)
    let countsSentences = statistics != nil
    try pipeline.run { _, documents, _ in
      documents.map { extracted($0, countsSentences: countsSentences) }
    } write: { (document: Extracted) in
      switch document {
      case .kept(let row, let textBytes, let page):
        // Lines that are documents need nothing between them, articles have blank lines themselves.
        if format == .text, !null, page != nil, counts.kept > 0 { try output.write([0x0A]) }
        try output.write(row)
        statistics?.add(textBytes: textBytes)
        counts.add(page)
      case .leftOut(let reason): counts.leftOut[reason, default: 0] += 1
      }
    }
    try statistics?.finish(leftOut: counts.leftOut, more: counts.holesJSON)
    try report(counts, reader: reader, console: console)
  }

  private func readerOptions(threads: Int) throws -> ReaderOptions {
    var options = inputOptions.readerOptions(threads: threads, shard: shardOptions)
    if !namespaces.isEmpty { options.namespaces = Set(namespaces.flatMap(\.numbers)) }
    options.includesRedirects = redirects
    options.leavesMarkup = true
    options.wiki = try wikiOptions.options()
    options.keepsFields = fieldOptions.keepFields
    return options
  }

  private enum Extracted: Sendable {
    /// `page` tells about a page of a dump; `nil` for other documents.
    case kept(row: [UInt8], textBytes: Int, page: ExtractedPage?)
    case leftOut(String)
  }

  private func extracted(_ document: Document, countsSentences: Bool) -> Extracted {
    let plain = document.cleaned()
    if plain.text.isEmpty && document.markup != nil { return .leftOut("no text") }
    if plain.text.count < minBytes { return .leftOut("too short") }
    let page = plain.holes.map {
      ExtractedPage(holes: $0, sentences: countsSentences ? Sentences.count(in: plain.text) : 0)
    }
    return .kept(row: row(plain), textBytes: plain.text.count, page: page)
  }

  private func row(_ document: Document) -> [UInt8] {
    if null || format == .text { return document.text + [null ? 0 : UInt8(ascii: "\n")] }
    var line = JSONLine(capacity: document.text.count + document.text.count / 16 + 256)
    line.beginObject()
    if let id = document.id { line.field("id", id) }
    if let title = document.title { line.field("title", title) }
    line.fields(document.fields, except: Self.ownFields)
    if fieldOptions.sha1 { line.field("sha1", SHA1.hexadecimal(document.text)) }
    document.text.withUnsafeBytes { line.field("text", utf8: $0) }
    line.endLine()
    return line.bytes
  }

  private static let ownFields: Set<String> = ["id", "title", "sha1", "text"]

  /// The closing line; throws `ExitStatus.skipped` when there was invalid input that is not allowed.
  private func report(_ counts: ExtractCounts, reader: DocumentReader, console: Console) throws {
    let text = counts.text(
      skipped: reader.passedOver.merging(reader.skipped) { $0 + $1 })
    guard reader.skipped.isEmpty else {
      console.warn(text)
      if skipOptions.allowSkips { return }
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
