import ArgumentParser
import ZonkeyCore

/// `--format` and `-0`, for the verbs whose results are documents.
struct TextOutputOptions: ParsableArguments {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, jsonl
  }

  @Option(
    help: ArgumentHelp(
      "Lines of text, newlines inside a document shown as spaces, or a JSON object a document.",
      valueName: "text|jsonl"))
  var format: Format = .text

  @Flag(
    name: [.customShort("0"), .long],
    help: "End documents with NUL instead of a newline, and keep the newlines inside them.")
  var null = false

  func validate() throws {
    if null && format == .jsonl {
      throw ValidationError("--null needs --format text: JSONL has a line for each document.")
    }
  }

  private static let names: Set<String> = [
    "doc", "id", "seed", "steps", "variant", "filled", "text",
  ]

  /// A document as it is written; `text` has been repaired. `more` adds fields to a JSON object,
  /// `fields` are those carried along.
  func row(
    _ text: [UInt8], number: Int, id: DocumentID? = nil, fields: [KeptField] = [],
    more: (inout JSONLine) -> Void = { _ in }
  ) -> [UInt8] {
    switch format {
    case .text: return text + [null ? 0 : 0x0A]
    case .jsonl:
      var line = JSONLine()
      line.beginObject()
      line.field("doc", number)
      if let id { line.field("id", id) }
      more(&line)
      text.withUnsafeBytes { line.field("text", utf8: $0) }
      line.fields(fields, except: Self.names)
      line.endLine()
      return line.bytes
    }
  }

  /// What a model made, as valid UTF-8; as text also without the byte that ends a document.
  func repaired(_ bytes: [UInt8]) -> [UInt8] {
    let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
    guard format == .text else { return text }
    let stray: UInt8 = null ? 0 : 0x0A
    return text.map { $0 == stray ? UInt8(ascii: " ") : $0 }
  }
}
