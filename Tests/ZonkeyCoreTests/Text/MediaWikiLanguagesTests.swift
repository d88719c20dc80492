import TestSupport
import Testing
import ZonkeyCore

/// Dumps as they come, of wikis in several languages: parts, blocks, histories.
@Suite struct TextMediaWikiLanguagesTests {
  private static func header(_ wiki: String, _ names: (file: String, category: String)) -> String {
    """
    <mediawiki version="0.11"><siteinfo><dbname>\(wiki)</dbname><namespaces>
    <namespace key="6">\(names.file)</namespace><namespace key="14">\(names.category)</namespace>
    </namespaces></siteinfo>
    """
  }

  private static let parts:
    [(wiki: String, names: (String, String), wikitext: String, text: String)] =
      [
        ("frwiki", ("Fichier", "Catégorie"), "10{{exp|6}} [[Fichier:a|b]]ans", "10⁶ ans"),
        ("ruwiki", ("Файл", "Категория"), "5{{e|6}} лет [[Категория:А]]", "5·10⁶ лет"),
        ("plwiki", ("Plik", "Kategoria"), "{{formatnum:12345.5}} lat", "12 345,5 lat"),
        ("nlwiki", ("Bestand", "Categorie"), "{{formatnum:12345.5}} jaar", "12.345,5 jaar"),
        ("fowiki", ("Mynd", "Bólkur"), "Ár {{e|6}}. Tað var. [[Bólkur:Á]]", "Tað var."),
      ]

  /// One after another in any order, each is read as a page of its own wiki.
  @Test(arguments: [1, 13, 1 << 16])
  func readsTheDumpsOfManyWikisInOneStream(pieceBytes: Int) throws {
    for first in Self.parts.indices {
      let order = Self.parts[first...] + Self.parts[..<first]
      let dumps = order.map {
        Self.header($0.wiki, $0.names) + TextMediaWikiTests.page(1, "A", $0.wikitext)
          + "</mediawiki>\n"
      }
      let reader = MediaWikiReader(
        stream(Array(dumps.joined().utf8), pieceBytes: pieceBytes))
      var texts: [String] = []
      while let document = try reader.next() {
        texts.append(String(decoding: document.text, as: UTF8.self))
      }
      #expect(texts == order.map(\.text))
    }
  }

  @Test(arguments: [
    ("  \n", "Sivu kertoo [[kylä|kylästä]]."), ("\n", "Strana o [[obec|obci]]."),
    ("", "마을에 관한 쪽."),
  ])
  func readsBlocksWithoutARoot(_ before: String, _ wikitext: String) {
    let text = wikitext.replacing("[[kylä|", with: "").replacing("[[obec|", with: "")
      .replacing("]]", with: "")
    let page = TextMediaWikiTests.page(7, "A", wikitext)
    let reading = Reading(before + page + page)
    #expect(reading.error == nil)
    #expect(reading.texts == [text, text])
  }

  /// All orders of three states of a page, in three languages.
  @Test(arguments: [
    ["vanha", "uusi", "uusin"], ["staré", "novější", "nejnovější"], ["처음", "다음", "마지막"],
  ])
  func takesTheNewestOfAnyHistory(_ words: [String]) {
    let years = [2019, 2021, 2024]
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let revisions = order.map {
        "<revision><id>\(30 - $0)</id><timestamp>\(years[$0])-01-01T00:00:00Z</timestamp>"
          + "<text>\(words[$0])</text></revision>"
      }
      let page = "<page><title>A</title><ns>0</ns><id>1</id>\(revisions.joined())</page>"
      #expect(Reading(Self.header("x", ("", "")) + page + "</mediawiki>").texts == [words[2]])
    }
  }

  /// Names of files and categories of other projects come from the dump's header.
  @Test(arguments: [
    ("frwiktionary", "Catégorie", "mot"), ("plwikisource", "Kategoria", "słowo"),
    ("svwikivoyage", "Kategori", "ord"), ("elwikibooks", "Κατηγορία", "λέξη"),
    ("commonswiki", "Category", "word"),
  ])
  func knowsTheNamespacesOfProjects(_ wiki: String, _ category: String, _ word: String) {
    let page = TextMediaWikiTests.page(1, "A", "\(word) [[\(category):\(word)|x]] {{nobr|5}}")
    let dump = Self.header(wiki, ("Fil", category)) + page + "</mediawiki>"
    #expect(Reading(dump).texts == ["\(word) 5"])
  }
}
