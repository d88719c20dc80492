import ArgumentParser
import ZonkeyCore
import ZonkeyPlatform

extension InputFormat: ExpressibleByArgument {}
extension DocumentUnit: ExpressibleByArgument {}
extension InvalidPolicy: ExpressibleByArgument {}

/// How documents are read; for every verb that reads them.
struct InputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The input's format; found by looking at the content by default.",
      valueName: "lines|jsonl|mediawiki"))
  var inputFormat: InputFormat?

  @Option(
    help: ArgumentHelp(
      "What counts as one document in plain text.", valueName: "line|paragraph|whole|null"))
  var document: DocumentUnit = .line

  @Option(help: ArgumentHelp("The JSONL field that holds the text.", valueName: "name"))
  var textField = "text"

  @Option(
    help: ArgumentHelp(
      "The JSONL field that holds a document's id, a string or a number.", valueName: "name"))
  var idField = "id"

  @Option(
    help: ArgumentHelp(
      "What to do with bad UTF-8 and bad JSON: stop, skip the document, or replace bad bytes.",
      valueName: "stop|skip|replace"))
  var invalid: InvalidPolicy = .stop

  @Option(
    help: ArgumentHelp(
      "The longest document in bytes, also as 64K, 16M, 1G; longer ones are bad input (default: 1G, "
        + "16M for eval, 2M for infilling).",
      valueName: "n"))
  var maxDocument: ByteCount?

  func validate() throws {
    if maxDocument?.count == 0 { throw ValidationError("--max-document must be at least 1.") }
  }

  /// The longest documents of verbs that hold all that is computed of one.
  static let largestEvaluated = 1 << 24
  static let largestInfilled = 1 << 21

  /// Options for a verb that takes long documents in parts, unless `largest` says otherwise.
  func readerOptions(
    threads: Int = 1, largest: Int = 1 << 30, rows: RowOptions? = nil, shard: ShardOptions? = nil
  ) -> ReaderOptions {
    var options = ReaderOptions(
      format: inputFormat, textField: textField, unit: document, invalid: invalid,
      maxDocumentBytes: maxDocument?.count ?? largest)
    options.idField = idField
    options.keepsFields = rows?.keepFields ?? false
    options.firstNumber = rows?.firstDocument ?? 1
    options.shard = shard?.shard
    options.threads = threads
    return options
  }
}

/// `--keep-fields` and `--first-document`, for the verbs whose rows are joined with others.
struct RowOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Copy the other fields of a JSONL document to its results, except fields whose name the "
        + "result itself uses."))
  var keepFields = false

  @Option(
    help: ArgumentHelp(
      "The number of the first document, to go on where an earlier part ended.", valueName: "n"))
  var firstDocument = 1

  func validate() throws {
    if !(1...1 << 53).contains(firstDocument) {
      throw ValidationError("--first-document must be 1 or more.")
    }
  }
}

/// `--allow-skips`, for the verbs whose exit status tells of skipped documents.
struct SkipOptions: ParsableArguments {
  @Flag(
    help: "Exit with status 0 also when documents were skipped; standard error says so as ever.")
  var allowSkips = false
}

/// `--shard`, for the verbs whose work is shared among runs.
struct ShardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Work on the documents of one of N workers only: those whose number leaves the remainder I "
        + "when divided by N, for I from 1 to N. Numbers stay those of the whole input.",
      valueName: "I/N"))
  var shard: Shard?

  /// How far apart the numbers of the documents are.
  var step: Int { shard?.count ?? 1 }

  /// The number of the first document, where that of the input is `first`.
  func firstNumber(from first: Int = 1) -> Int { shard?.firstNumber(from: first) ?? first }
}

extension Shard: ExpressibleByArgument {
  public init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else { return nil }
    self.init(index: index, count: count)
  }
}

/// A number of bytes: `4096`, `64K`, `16M`, `1G`.
struct ByteCount: ExpressibleByArgument {
  let count: Int

  init(count: Int) { self.count = count }

  init?(argument: String) {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = argument.last.flatMap { units[$0] }
    guard let number = Int(unit == nil ? argument[...] : argument.dropLast()), number >= 0 else {
      return nil
    }
    let (count, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
    if overflow || count > 1 << 40 { return nil }
    self.count = count
  }

  var defaultValueDescription: String {
    for (unit, shift) in [("G", 30), ("M", 20)] where count % (1 << shift) == 0 {
      return "\(count >> shift)\(unit)"
    }
    return "\(count)"
  }
}

/// A length of time: `90s`, `10m`, `2h`, `1d`, or seconds.
struct TimeSpan: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    let unit = argument.last.flatMap { units[$0] }
    let number = unit == nil ? argument[...] : argument.dropLast()
    guard let value = Double(number) else { return nil }
    seconds = value * (unit ?? 1)
    // A hundred years are enough, and no computation with them overflows.
    guard seconds > 0, seconds <= 3.2e9 else { return nil }
  }

  var defaultValueDescription: String {
    seconds.truncatingRemainder(dividingBy: 60) == 0
      ? "\(Int(bounded: seconds) / 60)m" : "\(Int(bounded: seconds))s"
  }
}
