import ZonkeyCore
import ZonkeyPlatform

/// An HTML page that shows documents with the segments of all levels, one inside the other.
///
/// One file that needs neither network nor script. It is written document by document and holds
/// the first `limitBytes` of text: more than a person reads, and as much as a browser shows without
/// effort. What comes after is counted only, so memory does not grow with the input.
final class SegmentPage {
  static let limitBytes = 250_000

  /// What stands at the page's top.
  struct Heading {
    /// The names of the input files; `-` is standard input.
    var sources: [String]
    var modelID: String
  }

  private let output: any OutputSink
  private let heading: Heading
  private let levelCount: Int
  private let limitBytes: Int
  /// Decodes what is shown again; nil leaves that out.
  private let roundTrip: RoundTrip?
  private var counts: RunStatistics
  private var documentCount = 0
  private var isFull = false
  /// Whether the last document that is shown ends early.
  private var isCut = false

  init(
    into output: any OutputSink, heading: Heading, levelCount: Int,
    roundTrip: RoundTrip? = nil, limitBytes: Int = SegmentPage.limitBytes
  ) throws {
    self.output = output
    self.heading = heading
    self.levelCount = levelCount
    self.roundTrip = roundTrip
    self.limitBytes = limitBytes
    counts = RunStatistics(levelCount: levelCount)
    try output.write(head)
  }

  /// Adds a document; the one that does not fit is cut at a segment, those after it are left out.
  func add(_ document: Document, number: Int, levels: some Collection<[Segment]>) throws {
    documentCount += 1
    guard !isFull else { return }
    let article = SegmentArticle(
      document: document, number: number, levels: Array(levels),
      limitBytes: limitBytes - counts.textBytes)
    let shown = document.text[..<article.textBytes]
    isFull = article.isCut || counts.textBytes + article.textBytes >= limitBytes
    // The document at the very edge of which nothing fits is not begun.
    if article.isCut && article.textBytes == 0 { return }
    counts.add(textBytes: article.textBytes, segments: article.segmentCounts)
    isCut = article.isCut
    try output.write(article.html)
    if let roundTrip, !shown.isEmpty {
      try output.write(DecodedText.html(roundTrip.texts(of: Array(shown)), original: shown))
    }
    try output.write("</article>\n")
  }

  /// What the page leaves out, in words; nil when it has everything.
  var omission: String? {
    guard isCut || counts.documentCount < documentCount else { return nil }
    return "the first \(ProgressText.bytes(counts.textBytes)) of text, "
      + "\(ProgressText.count(counts.documentCount)) of "
      + "\(ProgressText.count(documentCount)) documents"
      + (isCut ? ", the last one cut" : "")
  }

  /// Completes the page and puts it in its place.
  func finish() throws {
    try output.write(colophon)
    try output.finish()
  }

  func discard() { output.discard() }
}

// MARK: - Top and bottom

extension SegmentPage {
  private var head: String {
    let name = PageFrame.name(of: heading.sources)
    let title = HTMLText.escaped(name)
    let toggles = (0..<levelCount).map { level in
      """
      <label><input type="checkbox" id="show\(level)" checked="checked" />\
      <span class="key"><span class="s l\(level)" style="--p:85">level \(level)</span></span></label>

      """
    }
    let again =
      roundTrip == nil
      ? ""
      : "<label><input type=\"checkbox\" id=\"again\" checked=\"checked\" />decoded again</label>\n"
    return PageFrame.head(
      title: name, subject: "learned segments",
      css: SegmentPageStyle.css(levelCount: levelCount)) + """
        <header>
        <h1 dir="auto">\(title)</h1>
        <p>\(introduction)</p>
        </header>
        <fieldset class="bar">
        <legend class="hidden">What is shown</legend>
        \(toggles.joined())<span class="scale" title="The probability of a start: 5, 25, 50, 75 and \
        100 percent">\(scale)%</span>
        <label class="right"><input type="checkbox" id="figures" />percent</label>
        <label><input type="checkbox" id="spaces" checked="checked" />spaces</label>
        \(again)</fieldset>
        <main lang="">

        """
  }

  private var introduction: String {
    var text =
      "Where the colour sets in, a segment starts; the stronger it is, the surer the model is of "
      + "the start."
    if levelCount > 1 {
      text +=
        " The lines underneath join segments to those of the levels above, and begin with a tick "
        + "that is shaded in the same way."
    }
    if roundTrip != nil {
      text +=
        " Below each document stands what encoding and decoding gives back of it at each level; "
        + "what differs is marked."
    }
    return text + " Point at a segment for its bytes and its probability in percent, or tick "
      + "“percent” to see all."
  }

  private var scale: String {
    [5, 25, 50, 75, 100].map { "<span class=\"s l0\" style=\"--p:\($0)\">\($0)</span>" }.joined()
  }

  private var colophon: String {
    var lines = [
      "</main>", "<footer>",
      "<table>",
      "<thead><tr><th scope=\"col\">Level</th><th scope=\"col\">Segments</th>"
        + "<th scope=\"col\">Mean length</th></tr></thead>", "<tbody>",
    ]
    for level in 0..<levelCount {
      lines.append(
        "<tr><th scope=\"row\">\(level)</th><td>"
          + "\(ProgressText.count(counts.segmentCounts[level]))</td>"
          + "<td>\(meanLength(level))</td></tr>")
    }
    lines += ["</tbody>", "</table>"]
    if let omission { lines.append("<p class=\"omission\">This page shows \(omission).</p>") }
    lines.append(
      "<p>\(ProgressText.count(counts.documentCount)) "
        + "\(counts.documentCount == 1 ? "document" : "documents"), "
        + "\(ProgressText.count(counts.textBytes)) bytes. Split by <code>zk</code> \(zkVersion) "
        + "with the model <code>\(HTMLText.escaped(heading.modelID))</code>.</p>")
    return (lines + ["</footer>", "</body>", "</html>", ""]).joined(separator: "\n")
  }

  private func meanLength(_ level: Int) -> String {
    guard let bytes = counts.meanBytes(level: level), let units = counts.meanUnits(level: level)
    else { return "–" }
    let inBytes = "\(tenths(bytes)) bytes"
    return level == 0 ? inBytes : "\(inBytes), \(tenths(units)) segments of level \(level - 1)"
  }

  private func tenths(_ value: Double) -> String {
    let tenths = Int(bounded: (value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
