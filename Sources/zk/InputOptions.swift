import ArgumentParser
import ZonkeyCore

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
      "What one document is in plain text.", valueName: "line|paragraph|whole|null"))
  var document: DocumentUnit = .line

  @Option(help: ArgumentHelp("The JSONL field that holds the text.", valueName: "name"))
  var textField = "text"

  @Option(
    help: ArgumentHelp(
      "What to do with bad UTF-8 and bad JSON: stop, skip the document, or replace bad bytes.",
      valueName: "stop|skip|replace"))
  var invalid: InvalidPolicy = .stop

  @Option(
    help: ArgumentHelp("The longest document in bytes; longer ones are bad input.", valueName: "n"))
  var maxDocument = 1 << 28

  func validate() throws {
    if maxDocument < 1 { throw ValidationError("--max-document must be at least 1.") }
  }

  var readerOptions: ReaderOptions {
    ReaderOptions(
      format: inputFormat, textField: textField, unit: document, invalid: invalid,
      maxDocumentBytes: maxDocument)
  }
}

/// A length of time: `90s`, `10m`, `2h`, `1d`, or seconds.
struct Duration: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    let unit = argument.last.flatMap { units[$0] }
    let number = unit == nil ? argument[...] : argument.dropLast()
    guard let value = Double(number), value.isFinite, value > 0 else { return nil }
    seconds = value * (unit ?? 1)
  }
}
