import ZonkeyCore

/// An HTML page that shows what was filled into the gaps of documents, variant below variant.
final class GapPage {
  static let limitBytes = 250_000
  /// How much known text is shown on each side of a gap from the second variant on.
  private static let contextBytes = 160

  private let output: any OutputSink
  private let modelID: String
  private var documentCount = 0
  private var shownBytes = 0
  private var shownCount = 0

  init(into output: any OutputSink, sources: [String], modelID: String) throws {
    self.output = output
    self.modelID = modelID
    let name = PageFrame.name(of: sources)
    try output.write(
      PageFrame.head(
        title: name, subject: "filled gaps", css: SegmentPageStyle.css(levelCount: 1))
          + """
          <header>
          <h1 dir="auto">\(HTMLText.escaped(name))</h1>
          <p>What is marked was filled in; what stands around it was given. The variants of a \
          document differ in their seed alone.</p>
          </header>
          <main lang="">

          """)
  }

  /// Adds a document with its variants, as long as there is room.
  func add(_ document: GappedDocument, number: Int, variants: [Variant]) throws {
    documentCount += 1
    guard shownBytes < Self.limitBytes else { return }
    shownCount += 1
    var html = Array(
      ("<article>\n<a class=\"number\" id=\"d\(number)\" href=\"#d\(number)\">\(number)</a>\n"
        + "<ol class=\"variants\">\n").utf8)
    for (index, variant) in variants.enumerated() {
      html += "<li><span class=\"seed\">seed \(variant.seed)</span>\n<p dir=\"auto\">".utf8
      append(document, variant.fillings, isShort: index > 0, to: &html)
      html += "</p></li>\n".utf8
    }
    html += "</ol>\n</article>\n".utf8
    shownBytes += html.count
    try output.write(html)
  }

  struct Variant: Sendable {
    let seed: UInt64
    /// What stands in the gaps, as valid UTF-8.
    let fillings: [[UInt8]]
  }

  private func append(
    _ document: GappedDocument, _ fillings: [[UInt8]], isShort: Bool, to html: inout [UInt8]
  ) {
    for (index, known) in document.known.enumerated() {
      if index > 0 {
        html += "<mark>".utf8
        HTMLText.append(fillings[index - 1][...], to: &html)
        html += "</mark>".utf8
      }
      append(
        known, isShort: isShort, keepsStart: index > 0, keepsEnd: index + 1 < document.known.count,
        to: &html)
    }
  }

  /// Known text, of which the part far from any gap is left out where the variant above has it.
  private func append(
    _ known: [UInt8], isShort: Bool, keepsStart: Bool, keepsEnd: Bool, to html: inout [UInt8]
  ) {
    let sides = (keepsStart ? 1 : 0) + (keepsEnd ? 1 : 0)
    guard isShort, known.count > max(1, sides) * Self.contextBytes else {
      HTMLText.append(known[...], to: &html)
      return
    }
    let first = keepsStart ? boundary(in: known, near: Self.contextBytes) : 0
    let last = keepsEnd ? boundary(in: known, near: known.count - Self.contextBytes) : known.count
    HTMLText.append(known[..<first], to: &html)
    html += "<span class=\"cut\">…</span>".utf8
    HTMLText.append(known[last...], to: &html)
  }

  /// The next place from which a character begins.
  private func boundary(in text: [UInt8], near place: Int) -> Int {
    text[place...].firstIndex { $0 & 0xC0 != 0x80 } ?? text.count
  }

  func finish() throws {
    var text = "</main>\n<footer>\n"
    if shownCount < documentCount {
      text +=
        "<p class=\"omission\">This page shows the first \(ProgressText.count(shownCount)) of "
        + "\(ProgressText.count(documentCount)) documents.</p>\n"
    }
    text +=
      "<p>Filled by <code>zk</code> \(zkVersion) with the model "
      + "<code>\(HTMLText.escaped(modelID))</code>.</p>\n</footer>\n</body>\n</html>\n"
    try output.write(text)
    try output.finish()
  }

  func discard() { output.discard() }
}

/// The results of `generate --infill`, and a page of them beside.
///
/// The page appears when the run is complete, after the results, and not when it is not.
final class GapOutput: OutputSink {
  private let results: any OutputSink
  private let page: GapPage?

  init(results: any OutputSink, page: GapPage?) {
    self.results = results
    self.page = page
  }

  func write(_ filled: FilledDocument) throws {
    try write(filled.rows)
    try page?.add(filled.gapped, number: filled.number, variants: filled.variants)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws { try results.write(bytes) }

  func flush() throws { try results.flush() }

  func finish() throws {
    try results.finish()
    try page?.finish()
  }

  func discard() {
    results.discard()
    page?.discard()
  }
}

/// A document with its gaps filled, once or in variants.
struct FilledDocument: Sendable {
  let gapped: GappedDocument
  let number: Int
  let variants: [GapPage.Variant]
  /// Its part of the results.
  let rows: [UInt8]
}
