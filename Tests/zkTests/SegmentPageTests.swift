import Testing
import ZonkeyCore

@testable import zk

/// The page as a pure function of documents and segments made by hand.
@Suite struct SegmentPageTests {
  /// Keeps the page that is written into it.
  private final class PageOutput: OutputSink {
    var bytes: [UInt8] = []
    var isFinished = false

    func write(_ bytes: UnsafeRawBufferPointer) throws { self.bytes += bytes }
    func finish() throws { isFinished = true }
    func discard() { bytes = [] }
  }

  private func page(
    _ documents: [Document], levels: Int = 3, limitBytes: Int = 1000, sources: [String] = ["-"]
  ) throws -> (html: [UInt8], omission: String?) {
    let output = PageOutput()
    let page = try SegmentPage(
      into: output, heading: SegmentPage.Heading(sources: sources, modelID: "0123abcd"),
      levelCount: levels, limitBytes: limitBytes)
    for (index, document) in documents.enumerated() {
      try page.add(
        document, number: index + 1,
        levels: nestedSegments(count: document.text.count).prefix(levels))
    }
    try page.finish()
    #expect(output.isFinished)
    return (output.bytes, page.omission)
  }

  private func document(_ text: String) -> Document { Document(text: Array(text.utf8)) }

  @Test func levelsAreNested() throws {
    let read = try ReadPage(page([document("abcdefghijklmnopqrst")]).html)
    #expect(read.documents == ["abcdefghijklmnopqrst"])
    #expect(read.nestings == [[2], [2, 1], [2, 1, 0]])
    #expect(
      read.tips == [
        "0–2 · 100 % · level 1: 100 % · level 2: 100 %", "2–4 · 50 %", "4–6 · 50 % · level 1: 50 %",
        "6–8 · 50 %", "8–10 · 50 % · level 1: 50 % · level 2: 50 %", "10–12 · 50 %",
        "12–14 · 50 % · level 1: 50 %", "14–16 · 50 %",
        "16–18 · 50 % · level 1: 50 % · level 2: 50 %", "18–20 · 50 %",
      ])
    #expect(read.styles == ["--p:5", "--p:25", "--p:50", "--p:75", "--p:85", "--p:100"])
  }

  @Test func oneLevelHasNoLines() throws {
    let html = try page([document("abcd")], levels: 1).html
    #expect(try ReadPage(html).nestings == [[0]])
    let text = String(decoding: html, as: UTF8.self)
    #expect(!text.contains("show1"))
    #expect(!text.contains("lines underneath"))
  }

  @Test func textIsEscaped() throws {
    let hostile = "<script>alert('&amp;')</script> \"q\" ]]> <!-- \t x\ny"
    let document = Document(
      id: "\"><b>&", title: "</h2><img src=x>", text: Array(hostile.utf8))
    let html = try page([document], sources: ["a/<i>&\".txt", "b"]).html
    let read = try ReadPage(html)
    #expect(read.documents == [hostile])
    #expect(read.headings == ["</h2><img src=x>"])
    #expect(read.elements.isDisjoint(with: ["script", "img", "b", "link", "iframe"]))
    #expect(String(decoding: html, as: UTF8.self).contains("&lt;i&gt;&amp;&quot;.txt and 1 more"))
  }

  @Test func nothingIsLoadedAndNothingRuns() throws {
    let html = try page([document("text")]).html
    let read = try ReadPage(html)
    #expect(read.elements.isDisjoint(with: ["script", "link", "img", "iframe", "object", "base"]))
    #expect(!read.attributes.contains("src"))
    #expect(!read.attributes.contains { $0.hasPrefix("on") })
    let text = String(decoding: html, as: UTF8.self)
    #expect(text.contains("default-src 'none'"))
    for word in ["http:", "https:", "url(", "@import"] { #expect(!text.contains(word)) }
  }

  @Test func controlCharactersBecomePictures() throws {
    let read = try ReadPage(page([document("a\0\u{1B}\r\u{7F}b")]).html)
    #expect(read.documents == ["a␀␛␍␡b"])
    #expect(HTMLText.escaped("<\u{9B}&\u{1}\n") == "&lt;&lt;9B&gt;&amp;␁␊")
  }

  @Test func emptyDocumentsKeepTheirPlace() throws {
    let read = try ReadPage(page([document(""), document("ab"), document("")]).html)
    #expect(read.documents == ["", "ab", ""])
  }

  @Test func countsStandAtTheEnd() throws {
    let (html, omission) = try page([document("abcdefgh"), document("ij")])
    let text = String(decoding: html, as: UTF8.self)
    #expect(omission == nil)
    #expect(!text.contains("This page shows"))
    #expect(text.contains("<th scope=\"row\">0</th><td>5</td><td>2.0 bytes</td>"))
    #expect(
      text.contains(
        "<th scope=\"row\">1</th><td>3</td><td>3.3 bytes, 1.7 segments of level 0</td>"))
    #expect(text.contains("2 documents, 10 bytes."))
    #expect(text.contains("<code>0123abcd</code>"))
  }

  @Test(
    arguments: [
      (4, ["abcd"], "the first 4 B of text, 1 of 3 documents"),
      (5, ["abcd"], "the first 4 B of text, 1 of 3 documents"),
      (6, ["abcd", "ef"], "the first 6 B of text, 2 of 3 documents, the last one cut"),
      (7, ["abcd", "ef"], "the first 6 B of text, 2 of 3 documents, the last one cut"),
      (8, ["abcd", "efgh"], "the first 8 B of text, 2 of 3 documents"),
      (11, ["abcd", "efgh", "ij"], "the first 10 B of text, 3 of 3 documents, the last one cut"),
      (12, ["abcd", "efgh", "ijkl"], nil), (1, [], "the first 0 B of text, 0 of 3 documents"),
    ] as [(Int, [String], String?)])
  func aFullPageEndsAtASegment(limit: Int, shown: [String], omission: String?) throws {
    let documents = ["abcd", "efgh", "ijkl"].map { document($0) }
    let result = try page(documents, limitBytes: limit)
    #expect(try ReadPage(result.html).documents == shown)
    #expect(result.omission == omission)
    let note = omission.map { String(decoding: result.html, as: UTF8.self).contains($0) }
    #expect(note != false)
  }

  @Test(arguments: 1...6) func everyModelHasItsStyle(levelCount: Int) {
    let css = SegmentPageStyle.css(levelCount: levelCount)
    for level in 0..<levelCount { #expect(css.contains(".l\(level){--c:var(--c\(level))")) }
    #expect(css.count { $0 == "{" } == css.count { $0 == "}" })
    // A style element of a page that is read as XML.
    #expect(!css.contains("<") && !css.contains("&"))
  }
}
