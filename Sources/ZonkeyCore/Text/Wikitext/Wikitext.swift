import ZonkeyBase

/// Makes plain text of the markup of MediaWiki.
///
/// It is a cleaning, not a rendering: tables are dropped, and templates but for those whose words
/// or numbers belong to a sentence (`TemplateText`). A scanner (`WikitextScanner`) goes over the
/// markup once with an explicit stack, and a layout (`WikitextLayout`) over what it leaves, so time
/// is linear in the text, whatever it has.
package enum Wikitext {
  /// The readable text of an article.
  ///
  /// Paragraphs and headings are lines parted by a blank line, items of a list are lines
  /// without one between. `namespaces` tells which links are files and categories.
  /// A page that has no text but in tables, captions, closing sections or headings gives those.
  /// Any bytes are accepted; valid UTF-8 gives valid UTF-8.
  package static func plainText(
    _ text: [UInt8], namespaces: WikiNamespaces = .english
  ) -> [UInt8] {
    let prose = plainText(text, namespaces: namespaces, keepsAll: false)
    return prose.isEmpty ? plainText(text, namespaces: namespaces, keepsAll: true) : prose
  }

  private static func plainText(
    _ text: [UInt8], namespaces: WikiNamespaces, keepsAll: Bool
  ) -> [UInt8] {
    var scanner = WikitextScanner(text, namespaces: namespaces, keepsAll: keepsAll)
    scanner.run()
    var layout = WikitextLayout(keepsAll: keepsAll)
    layout.add(scanner.output)
    return layout.finished()
  }

  /// Whether a page's text sends its reader to another page, in a spelling that is common.
  package static func isRedirect(_ text: [UInt8]) -> Bool {
    guard let first = text.firstIndex(where: { !$0.isBlank && $0 != 0x0A }),
      text[first] == 0x23
    else { return false }
    let word = text[(first + 1)...].prefix(64).prefix {
      !$0.isBlank && $0 != 0x0A && $0 != 0x5B && $0 != 0x3A
    }
    return redirectWords.contains(String(decoding: word, as: UTF8.self).lowercased())
  }

  private static let redirectWords: Set<String> = [
    "redirect", "redirection", "weiterleitung", "rinvia", "redirección", "redireccion",
    "redirecionamento", "doorverwijzing", "omdirigering", "omdiriger", "viderestilling",
    "patrz", "przekieruj", "tam", "přesměruj", "presmeruj", "átirányítás", "yönlendirme",
    "yönlendi̇rme", "ohjaus", "uudelleenohjaus", "redirecteaza", "alih", "lencong", "đổi",
    "перенаправление", "перенапр", "перенаправлення", "пренасочване", "виж", "преусмери",
    "تحويل", "تغییر_مسیر", "تغییرمسیر", "הפניה", "転送", "リダイレクト", "重定向", "넘겨주기",
    "ανακατευθυνση", "ανακατεύθυνση", "suunamine", "ümbersuunamine", "peradresavimas",
    "birzuzendu", "redirecció", "preusmjeri", "preusmeritev", "tilvísun", "athchuir",
  ]
}

/// The codes by which the scanner tells the layout of breaks; no text has them.
enum LayoutCode {
  /// A line ends, as after an item of a list.
  static var line: UInt8 { 0x1C }
  /// A paragraph ends.
  static var paragraph: UInt8 { 0x1D }
  /// A heading begins; the next byte is its level as a digit.
  static var heading: UInt8 { 0x1F }
}
