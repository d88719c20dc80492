import TestSupport
import Testing
import ZonkeyCore

/// Exports as they are published: in parts, in pieces, as histories.
@Suite struct TextMediaWikiPartsTests {
  private static func page(_ id: Int, _ title: String, _ text: String) -> String {
    TextMediaWikiTests.page(id, title, text)
  }

  private static func export(_ version: String, _ pages: String) -> String {
    TextMediaWikiTests.export(version, pages)
  }

  @Test func readsPartsWithHeadersOfTheirOwn() {
    let french = """
      <?xml version="1.0"?>
      <mediawiki xml:lang="fr"><siteinfo><dbname>frwiki</dbname>
      <base>https://fr.wikipedia.org/wiki/Accueil</base>
      </siteinfo>\(Self.page(2, "B c", "10{{exp|6}}"))</mediawiki>

      """
    let text =
      Self.export("0.10", Self.page(1, "A", "One.")) + "\n\n" + french
      + Self.export("0.11", Self.page(3, "C", "{{e|6}}")) + Self.page(4, "D", "Four.") + "\n"
    var options = ReaderOptions()
    options.keepsFields = true
    for pieceBytes in [1, 7, 1 << 20] {
      let reader = MediaWikiReader(
        stream(Array(text.utf8), pieceBytes: pieceBytes), options: options)
      var texts: [String] = []
      var urls: [String] = []
      while let document = try? reader.next() {
        texts.append(String(decoding: document.text, as: UTF8.self))
        urls += document.fields.filter { $0.name == "url" }
          .map { String(decoding: $0.json, as: UTF8.self) }
      }
      #expect(texts == ["One.", "10⁶", "×10⁶", "Four."])
      #expect(urls == ["\"https://fr.wikipedia.org/wiki/B_c\""])
    }
  }

  @Test func tellsThePlaceInALaterPart() {
    let good = Self.export("0.10", Self.page(1, "A", "One."))
    let reading = Reading(good + good + "<mediawiki>\n<page>\n</oops>")
    #expect(reading.texts == ["One.", "One."])
    let lines = 2 * (good.split(separator: "\n", omittingEmptySubsequences: false).count - 1)
    #expect(reading.place.first == lines + 3)
    let offset = (reading.place.last ?? nil) ?? 0
    #expect((2 * good.utf8.count...2 * good.utf8.count + 30).contains(offset))
    #expect(Reading(good + "rest of it").reason.contains("after the end"))
  }

  @Test func readsPagesWithoutARoot() {
    let pages = Self.page(1, "A", "One.") + Self.page(2, "B", "Two.")
    #expect(Reading(pages).texts == ["One.", "Two."])
    #expect(Reading(pages + "</mediawiki>\n").texts == ["One.", "Two."])
    let cut = Reading(String(pages.dropLast(20)))
    #expect(cut.texts == ["One."])
    #expect(cut.reason.hasPrefix("XML:"))
  }

  /// Revisions as a history may have them: in any order, some of them deleted.
  @Test func takesTheNewestRevisionThatHasAText() {
    func revision(_ id: Int, _ time: String, _ text: String, _ attribute: String = "") -> String {
      "<revision><id>\(id)</id><timestamp>\(time)</timestamp><contributor deleted=\"deleted\" />"
        + "<text\(attribute)>\(text)</text></revision>"
    }
    let revisions = [
      revision(3, "2021-05-01T00:00:00Z", "third"), revision(9, "2023-01-01T00:00:00Z", "newest"),
      revision(1, "2009-01-01T00:00:00Z", "first"), revision(2, "2020-01-01T00:00:00Z", "second"),
      revision(10, "2024-01-01T00:00:00Z", "", " deleted=\"deleted\""),
    ]
    var options = ReaderOptions()
    options.keepsFields = true
    for order in [revisions, revisions.reversed()] {
      let page = "<page><title>A</title><ns>0</ns><id>1</id>\(order.joined())</page>"
      let reading = Reading(Self.export("0.11", page), options: options)
      #expect(reading.texts == ["newest"])
      let fields = reading.documents.first?.fields.map { String(decoding: $0.json, as: UTF8.self) }
      #expect(fields == ["\"9\"", "\"2023-01-01T00:00:00Z\""])
    }
  }

  @Test func takesTheLastRevision() {
    let page =
      Self.page(1, "A", "old").split(separator: "</page>")[0]
      + "<revision><model>wikitext</model><text>new</text></revision></page>"
    #expect(Reading(Self.export("0.11", String(page))).texts == ["new"])
  }

  @Test func readsTheMainSlotOnly() {
    let other = "<content><role>mediainfo</role><model>wikibase</model><text>{}</text></content>"
    let main = "<content><role>main</role><model>wikitext</model><text>Main.</text></content>"
    let pages =
      "<page><title>A</title><ns>0</ns><id>1</id><revision><id>1</id><model>wikitext</model>"
      + "<text>One.</text>\(other)</revision></page>"
      + "<page><title>B</title><ns>0</ns><id>2</id><revision><id>1</id>\(other)\(main)</revision>"
      + "</page>"
    #expect(Reading(Self.export("0.11", pages)).texts == ["One.", "Main."])
  }

  @Test(arguments: [
    ("[{\"text\":\"a\"}]", "jq"), ("<html><body>", "HTML"), ("<rss></rss>", "no MediaWiki export"),
    ("<!-- c -->\n<svg/>", "no MediaWiki export"), ("PAR1\u{0}xxx", "Parquet"),
    ("%PDF-1.4\n", "pdftotext"),
  ])
  func saysWhatAFileIs(_ text: String, _ reason: String) {
    #expect(Reading(text).reason.contains(reason))
  }

  @Test func namesArchives() {
    let magics: [([UInt8], String)] = [
      ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z e -so"), ([0x50, 0x4B, 3, 4, 0], "unzip"),
      ([UInt8](repeating: 0x61, count: 257) + Array("ustar\u{0}00".utf8), "tar -xOf"),
    ]
    for (magic, remedy) in magics {
      #expect(Reading(magic + [UInt8](repeating: 0, count: 300)).reason.contains(remedy))
    }
    #expect(Reading("{note} a line\n[note] another").texts == ["{note} a line", "[note] another"])
    let commented = "<!-- c -->\n" + Self.export("0.10", Self.page(1, "A", "One."))
    #expect(Reading(commented).texts == ["One."])
  }
}
