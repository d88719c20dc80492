import ArgumentParser
import ZonkeyCore

extension HolePolicy: ExpressibleByArgument {}

/// How text is made of wikitext.
struct WikiTextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A table of templates to add to the shipped ones, or to override them: name, other names "
        + "with | between them, and the text it becomes, separated by tabs.", valueName: "file"),
    completion: .file())
  var templates: String?

  @Option(
    help: ArgumentHelp(
      "What to do with a sentence from which something was removed.",
      valueName: "keep|drop-sentence"))
  var holes: HolePolicy = WikiOptions().holes

  @Option(
    help: ArgumentHelp(
      "The language variant to keep where a text has several, such as zh-hans or sr-el. "
        + "(default: the first of each page)", valueName: "code"))
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
