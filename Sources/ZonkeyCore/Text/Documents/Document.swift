import ZonkeyBase

/// One text with what its source tells about it.
public struct Document: Sendable, Equatable {
  /// The source's own name for it, such as a page id; `nil` when it has none.
  public var id: DocumentID?
  public var title: String?
  /// The other fields of its JSON object, when they are to be kept, or what a dump has of a page.
  public var fields: [KeptField] = []
  /// UTF-8, exactly as it was read.
  public var text: [UInt8]
  /// What is known of the wiki while `text` is still wikitext; `nil` when it is plain.
  public var markup: Wiki?
  /// What was left out when `text` was made of wikitext.
  public var holes: TemplateHoles?

  public init(
    id: DocumentID? = nil, title: String? = nil, text: [UInt8], markup: Wiki? = nil
  ) {
    self.id = id
    self.title = title
    self.text = text
    self.markup = markup
  }

  /// The document with plain text in the place of wikitext; any thread may make it.
  public func cleaned() -> Document {
    guard let markup else { return self }
    var plain = self
    let (text, holes) = Wikitext.plainText(text, wiki: markup, title: title ?? "")
    plain.text = text
    plain.markup = nil
    plain.holes = holes
    return plain
  }
}

/// How documents lie in a file.
public enum InputFormat: String, Sendable, CaseIterable {
  /// Plain text, cut into documents as `DocumentUnit` says.
  case lines
  /// One JSON object a line.
  case jsonl
  /// A MediaWiki XML export.
  case mediawiki
}

/// What is one document in a file of plain text.
public enum DocumentUnit: String, Sendable, CaseIterable {
  /// A line, without its newline; a carriage return before it belongs to the text.
  case line
  /// Lines up to a blank one, with the newlines between them.
  case paragraph
  /// The whole file.
  case whole
  /// What stands between NUL bytes.
  case null
}

/// What becomes of a document that is not valid.
public enum InvalidPolicy: String, Sendable, CaseIterable {
  /// Reading ends with an error that names the place.
  case stop
  /// The document is left out and counted.
  case skip
  /// Bad UTF-8 becomes U+FFFD; what cannot be mended so is left out and counted.
  case replace
}

/// How files are read.
public struct ReaderOptions: Sendable {
  /// The format of every file; `nil` finds it by looking at the content of each.
  public var format: InputFormat?
  /// The name of the JSON field that has the text.
  public var textField = "text"
  /// The name of the JSON field that has the document's id, a string or a number.
  public var idField = "id"
  /// Whether a JSON object's other fields are kept with its document.
  public var keepsFields = false
  public var unit = DocumentUnit.line
  public var invalid = InvalidPolicy.stop
  /// The most bytes one document may have; of JSONL its line, of a dump the page's wikitext.
  public var maxDocumentBytes = 1 << 30
  /// The namespaces of a dump whose pages are read, by number; 0 has the articles.
  public var namespaces: Set<Int> = [0]
  /// Whether pages that only send the reader to another page are read too.
  public var includesRedirects = false
  /// How pages of a dump are made plain.
  public var wiki = WikiOptions()
  /// Whether pages are handed out as wikitext, to be made plain by `Document.cleaned()`.
  public var leavesMarkup = false
  /// The documents that are handed out; the others are read, checked and passed over in silence.
  public var shard: Shard?
  /// The number of the first document, by which shards are told.
  public var firstNumber = 1
  /// How many threads decompress beside the one that reads; results do not depend on it.
  public var threads = 1

  public init(
    format: InputFormat? = nil, textField: String = "text", unit: DocumentUnit = .line,
    invalid: InvalidPolicy = .stop, maxDocumentBytes: Int = 1 << 30
  ) {
    self.format = format
    self.textField = textField
    self.unit = unit
    self.invalid = invalid
    self.maxDocumentBytes = maxDocumentBytes
  }
}

/// Where documents of one file come from.
protocol DocumentSource {
  /// The next document, `nil` at the end of the file.
  mutating func next() throws(ZonkeyError) -> Document?
}
