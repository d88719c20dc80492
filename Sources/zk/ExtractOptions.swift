import ArgumentParser
import ZonkeyCore

extension HolePolicy: ExpressibleByArgument {}

/// How text is made of wikitext.
struct WikiTextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A table of templates that adds to those that are shipped, or overrides them: name, other "
        + "names with | between, what it leaves; tabs between the three.", valueName: "file"),
    completion: .file())
  var templates: String?

  @Option(
    help: ArgumentHelp(
      "What becomes of a sentence in which something was left out.",
      valueName: "keep|drop-sentence"))
  var holes: HolePolicy = WikiOptions().holes

  @Option(
    help: ArgumentHelp(
      "The variant of the language that is taken where a text has several, such as zh-hans or "
        + "sr-el. (default: the first of each page)", valueName: "code"))
  var variant: String?

  func options() throws -> WikiOptions {
    var options = WikiOptions()
    options.holes = holes
    options.variant = variant?.lowercased()
    options.templates = try templates.map { try TemplateTable(path: $0) }
    return options
  }
}

/// What is written of a document beside its text.
struct FieldOptions: ParsableArguments {
  @Flag(help: "Write the other fields of JSONL as they are, too.")
  var keepFields = false

  @Flag(name: .customLong("sha1"), help: "Write the SHA-1 of the text, in hexadecimal.")
  var sha1 = false
}
