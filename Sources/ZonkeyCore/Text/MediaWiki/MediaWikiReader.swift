import ZonkeyBase

/// Reads articles out of a MediaWiki XML export, schemas 0.3 to 0.11.
///
/// Articles are pages of the wanted namespaces that are no redirect and whose newest revision is
/// wikitext; their text is made plain by `Wikitext`, or left to `Document.cleaned()` when the
/// options say so. Pages of which no text is left are passed over.
/// Only what one page needs is held in memory. Not for use from several threads at a time.
package final class MediaWikiReader: DocumentSource {
  private let input: BufferedInput
  private let check: DocumentCheck
  private let handler: MediaWikiHandler
  private let parser: MediaWikiParts
  private var nextPage = 0
  private var attributes = AttributeBound()
  private var isDone = false
  private var failure: ZonkeyError?

  /// Reads from a stream; of the options, those on plain text and JSONL do not count.
  public convenience init(_ stream: ByteStream, options: ReaderOptions = ReaderOptions()) {
    self.init(BufferedInput(stream), check: DocumentCheck(options))
  }

  init(_ input: BufferedInput, check: DocumentCheck) {
    self.input = input
    self.check = check
    handler = MediaWikiHandler(
      maxTextBytes: check.options.maxDocumentBytes, options: check.options.wiki)
    parser = MediaWikiParts(handler: handler)
  }

  /// How many pages were left out, by reason.
  package var skipped: [String: Int] { check.skipped }

  /// The next article, `nil` at the end.
  ///
  /// Throws `.badInput` with line and byte offset when the XML is damaged, after all pages
  /// that were complete before the damage.
  package func next() throws(ZonkeyError) -> Document? {
    while true {
      while nextPage < handler.pages.count {
        nextPage += 1
        if let document = try document(handler.pages[nextPage - 1]) { return document }
      }
      handler.pages.removeAll(keepingCapacity: true)
      nextPage = 0
      if let failure { throw failure }
      if isDone { return nil }
      do throws(ZonkeyError) {
        try parseMore()
      } catch {
        failure = error
      }
    }
  }

  /// Gives the parser what the input has.
  private func parseMore() throws(ZonkeyError) {
    let isFirst = input.offset == 0
    repeat {
      if try !input.fill() { break }
    } while isFirst && input.available.count < 4
    isDone = input.isAtEnd
    let bytes = input.available
    if attributes.isExceeded(by: bytes) {
      throw .badInput(
        source: input.source, line: nil, offset: input.offset,
        reason: "a tag with more than \(AttributeBound.limit) attributes is none of an export")
    }
    if isFirst, UTF8Repair.isUTF8(bytes) { handler.repair = UTF8Repair(check.options.invalid) }
    do throws(XMLPushParser.Failure) {
      if let valid = handler.repair?.mended(bytes, isLast: isDone) {
        try push(valid, isLast: isDone && handler.repair?.stop == nil)
      } else {
        try parser.push(bytes, isLast: isDone)
      }
    } catch {
      throw .badInput(
        source: input.source, line: error.line, offset: error.offset, reason: error.reason)
    }
    input.take(bytes.count)
    if let stop = handler.repair?.stop {
      throw .badInput(
        source: input.source, line: stop.line, offset: stop.offset,
        reason: "not UTF-8: \(UTF8Check.describe(stop.byte))")
    }
  }

  private func push(_ bytes: [UInt8], isLast: Bool) throws(XMLPushParser.Failure) {
    let result = bytes.withUnsafeBytes { buffer -> Result<Void, XMLPushParser.Failure> in
      do throws(XMLPushParser.Failure) {
        return .success(try parser.push(buffer, isLast: isLast))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  private func document(_ page: WikiPage) throws(ZonkeyError) -> Document? {
    let title = String(decoding: page.title, as: UTF8.self)
    if let reason = reasonToPassOver(page, title: title) {
      check.passOver(reason)
      return nil
    }
    if page.revision.isTooLong {
      try check.tooLong(source: "\(input.source), page \"\(title)\"", line: nil, offset: nil)
      return nil
    }
    if page.isMended {
      let source = "\(input.source), page \"\(title)\""
      try check.leaveOut(
        .badUTF8, .badInput(source: source, line: nil, offset: nil, reason: "not UTF-8"))
      return nil
    }
    var document = Document(
      id: page.id.isEmpty ? nil : .string(String(decoding: page.id, as: UTF8.self)),
      title: page.title.isEmpty ? nil : title, text: page.revision.text, markup: page.wiki)
    if check.options.keepsFields || check.options.leavesMarkup {
      document.fields = fields(of: page, title: title)
    }
    if check.options.leavesMarkup { return document }
    let plain = document.cleaned()
    if !plain.text.isEmpty { return plain }
    check.passOver(.noText)
    return nil
  }

  /// What a page has beside its id, title and text.
  private func fields(of page: WikiPage, title: String) -> [KeptField] {
    let values = [
      ("revision", String(decoding: page.revision.id, as: UTF8.self)),
      ("timestamp", String(decoding: page.revision.timestamp, as: UTF8.self)),
      ("url", page.wiki.address(ofTitle: title) ?? ""),
    ]
    return values.filter { !$0.1.isEmpty }.map {
      KeptField(name: $0.0, json: JSONValue.string($0.1).serialised())
    }
  }

  /// Why a page is not wanted; `nil` when it is.
  private func reasonToPassOver(_ page: WikiPage, title: String) -> PassReason? {
    // A number that is none belongs to no namespace.
    let namespace =
      page.namespace.map { Int(String(decoding: $0, as: UTF8.self)) }
      ?? page.wiki.namespaces.key(ofTitle: title)
    guard let namespace, check.options.namespaces.contains(namespace) else { return .namespace }
    let model = page.revision.model
    if !model.isEmpty && model != Self.wikitextModel { return .model }
    let isRedirect = page.isRedirect || Wikitext.isRedirect(page.revision.text)
    return isRedirect && !check.options.includesRedirects ? .redirect : nil
  }

  private static let wikitextModel = Array("wikitext".utf8)
}
