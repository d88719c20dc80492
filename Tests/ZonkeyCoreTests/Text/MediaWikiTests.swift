import TestSupport
import Testing
import ZonkeyCore

@Suite struct TextMediaWikiTests {
  static func page(
    _ id: Int, _ title: String, _ text: String, ns: String? = "0", model: String? = "wikitext",
    extra: String = ""
  ) -> String {
    let namespace = ns.map { "<ns>\($0)</ns>" } ?? ""
    let kind = model.map { "<model>\($0)</model><format>text/x-wiki</format>" } ?? ""
    return """
        <page>
          <title>\(title)</title>
          \(namespace)
          <id>\(id)</id>
          \(extra)
          <revision>
            <id>99</id>
            <contributor><username>A</username><id>5</id></contributor>
            <comment>no</comment>
            \(kind)
            <text xml:space="preserve">\(text)</text>
          </revision>
        </page>

      """
  }

  static func export(_ version: String, _ pages: String, prefix: String = "") -> String {
    let name = prefix.isEmpty ? "mediawiki" : "\(prefix):mediawiki"
    let mark = prefix.isEmpty ? "xmlns" : "xmlns:\(prefix)"
    return """
      <\(name) \(mark)="http://www.mediawiki.org/xml/export-\(version)/" version="\(version)">
        <siteinfo>
          <sitename>W</sitename>
          <namespaces>
            <namespace key="-1">Spezial</namespace>
            <namespace key="0" />
            <namespace key="2">Benutzer</namespace>
            <namespace key="6">Datei</namespace>
            <namespace key="14" case="first-letter">Kategorie</namespace>
          </namespaces>
        </siteinfo>
      \(pages)</\(name)>

      """
  }

  @Test(arguments: ["0.4", "0.8", "0.10", "0.11"])
  func readsArticlesOnly(_ version: String) {
    let pages =
      Self.page(1, "A &amp; B", "One &lt;b&gt;two&lt;/b&gt; [[Datei:x|thumb|c]] &amp;amp; &#233;.")
      + Self.page(2, "R", "x", extra: "<redirect title=\"A\" />")
      + Self.page(3, "Talk:A", "x", ns: "1") + Self.page(4, "S", "#redirect [[A]]")
      + Self.page(5, "T", "#WEITERLEITUNG[[A]]") + Self.page(6, "M", "x", model: "json")
      + Self.page(7, "E", "{{only}}") + Self.page(8, "F", "Last.", model: nil)
    let reading = Reading(Self.export(version, pages))
    #expect(reading.error == nil)
    #expect(reading.documents.map(\.id) == ["1", "8"])
    #expect(reading.documents.map(\.title) == ["A & B", "F"])
    #expect(reading.texts == ["One two & é.", "Last."])
  }

  @Test func tellsNamespacesByTitleIn03() {
    let titles = ["Benutzer:X", "benutzer:Y", "Star Trek: II", "Talk:Z", "Datei:A.png", "Plain"]
    let pages = titles.enumerated().map { Self.page($0, $1, "Text.", ns: nil, model: nil) }
    let reading = Reading(Self.export("0.3", pages.joined()))
    #expect(reading.documents.map(\.title) == ["Star Trek: II", "Plain"])
  }

  @Test func acceptsPrefixesDeclarationsAndCDATA() {
    let prefixed = Self.page(1, "A", "<![CDATA[a < b & c]]>")
      .replacingTags(with: "mw")
    let text =
      "\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      + Self.export("0.10", prefixed, prefix: "mw")
    #expect(Reading(String(text.dropFirst())).texts == ["a < b & c"])
    #expect(Reading("\u{FEFF}" + text.dropFirst()).texts == ["a < b & c"])
  }

  @Test(arguments: [false, true])
  func readsUTF16(_ isBigEndian: Bool) {
    let text = Self.export("0.10", Self.page(1, "Ä", "Größe 😀 текст."))
    let bytes = ("\u{FEFF}" + text).utf16.flatMap { unit -> [UInt8] in
      let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
      return isBigEndian ? pair.reversed() : pair
    }
    let reading = Reading(bytes)
    #expect(reading.documents.map(\.title) == ["Ä"])
    #expect(reading.texts == ["Größe 😀 текст."])
    #expect(reading.error == nil)
  }

  @Test(arguments: Compression.allCases)
  func readsCompressedInSmallPieces(_ compression: Compression) throws {
    let pages = (1...30).map { Self.page($0, "P\($0)", "Text \($0) ü 漢字.") }.joined()
    let packed = Compress.bytes(Array(Self.export("0.10", pages).utf8), compression)
    let reader = MediaWikiReader(stream(packed, pieceBytes: 3))
    var count = 0
    while let document = try reader.next() {
      count += 1
      #expect(document.text == Array("Text \(count) ü 漢字.".utf8))
    }
    #expect(count == 30)
  }

  @Test func deliversCompletePagesBeforeAnError() {
    let good = Self.export("0.10", Self.page(1, "A", "One.") + Self.page(2, "B", "Two."))
    let cut = good.utf8.count - "</mediawiki>\n".utf8.count
    let truncated = Reading(Array(good.utf8.prefix(cut)))
    #expect(truncated.texts == ["One.", "Two."])
    #expect(truncated.reason.hasPrefix("XML:"))
    let wrong = Array(good.utf8.prefix(cut)) + Array("  <page>\n<title></page>".utf8)
    let reading = Reading(wrong)
    #expect(reading.texts == ["One.", "Two."])
    let lines = good.split(separator: "\n", omittingEmptySubsequences: false).count
    #expect(reading.place.first == lines)
    #expect((cut...wrong.count).contains((reading.place.last ?? nil) ?? 0))
  }

  @Test func refusesEntities() {
    let bomb = """
      <?xml version="1.0"?>
      <!DOCTYPE mediawiki [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY c SYSTEM "file:///etc/passwd">]>
      """
    let export = Self.export("0.10", Self.page(1, "A", "&b;&c;"))
    let reading = Reading(bomb + "\n" + export)
    #expect(reading.documents.isEmpty)
    #expect(reading.reason == "a document type declaration is not accepted")
    #expect(Reading(export).reason.contains("Entity 'b' not defined"))
  }

  @Test func refusesOtherRootsAndDepth() {
    #expect(Reading("<?xml version=\"1.0\"?><html></html>").reason.contains("<html>"))
    let deep = String(repeating: "<a>", count: 100_000)
    #expect(Reading(Self.export("0.10", deep)).reason.contains("nest"))
    #expect(Reading("<?xml version=\"1.0\"?>").reason.hasPrefix("XML:"))
  }

  @Test func limitsThePageText() {
    let long = Self.page(2, "B", String(repeating: "word ", count: 100_000))
    let text = Self.export("0.10", Self.page(1, "A", "One.") + long + Self.page(3, "C", "Three."))
    let stopping = Reading(text, options: ReaderOptions(maxDocumentBytes: 100_000))
    #expect(stopping.texts == ["One."])
    #expect(stopping.reason.contains("100000 bytes"))
    let skipping = Reading(text, options: ReaderOptions(invalid: .skip, maxDocumentBytes: 100_000))
    #expect(skipping.texts == ["One.", "Three."])
    #expect(skipping.skipped == ["too long": 1])
  }

  @Test func appliesThePolicyOnBadUTF8() {
    let text = Self.export(
      "0.10", Self.page(1, "A", "One.") + Self.page(2, "B", "T\u{1}o.") + Self.page(3, "C", "ü."))
    let bytes = text.utf8.map { $0 == 1 ? 0xFF : $0 }
    let bad = bytes.firstIndex(of: 0xFF) ?? 0
    let stopping = Reading(bytes)
    #expect(stopping.texts == ["One."])
    #expect(stopping.place == [1 + bytes[..<bad].filter { $0 == 0x0A }.count, bad])
    let skipping = Reading(bytes, options: ReaderOptions(invalid: .skip))
    #expect(skipping.texts == ["One.", "ü."])
    #expect(skipping.skipped == ["bad UTF-8": 1])
    let replacing = Reading(bytes, options: ReaderOptions(invalid: .replace))
    #expect(replacing.texts == ["One.", "T\u{FFFD}o.", "ü."])
  }

  @Test func mangledExportsAreTextOrBadInput() {
    let text = Array(Self.export("0.10", (1...5).map { Self.page($0, "P", "Text.") }.joined()).utf8)
    var random = SeededNumbers(3)
    for round in 0..<300 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...10, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      let policy = InvalidPolicy.allCases[round % 3]
      let reading = Reading(bytes, options: ReaderOptions(format: .mediawiki, invalid: policy))
      #expect(reading.documents.allSatisfy { String(validating: $0.text, as: UTF8.self) != nil })
      #expect(reading.documents.count <= 5)
      guard let error = reading.error else { continue }
      guard case .badInput(_, let line?, _, let reason) = error else {
        Issue.record("\(error)")
        continue
      }
      #expect(line > 0)
      // Only one policy stops at bad bytes.
      #expect(policy == .stop || !reason.hasPrefix("not UTF-8"))
    }
  }
}

extension String {
  /// The same XML with a namespace prefix on every element.
  fileprivate func replacingTags(with prefix: String) -> String {
    var result = ""
    var index = startIndex
    while index < endIndex {
      result.append(self[index])
      let isTag = self[index] == "<"
      index = self.index(after: index)
      guard isTag, index < endIndex, self[index] != "!" else { continue }
      if self[index] == "/" {
        result.append("/")
        index = self.index(after: index)
      }
      if self[index].isLetter { result += prefix + ":" }
    }
    return result
  }
}
