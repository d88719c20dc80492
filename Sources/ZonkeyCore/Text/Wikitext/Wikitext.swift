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
  /// Paragraphs and headings are lines parted by a blank line, items of a list and lines of code
  /// are lines without one between. `wiki` tells what links and templates mean, `title` is the
  /// page's. A page that has no text but in tables, captions, closing sections or headings gives
  /// those, and one of which every sentence would be dropped for its holes keeps them.
  /// Any bytes are accepted; valid UTF-8 gives valid UTF-8.
  package static func plainText(
    _ text: [UInt8], wiki: Wiki = .english, title: String = ""
  ) -> (text: [UInt8], holes: TemplateHoles) {
    let prose = plainText(text, wiki, title, wiki.options.holes, keepsAll: false)
    if !prose.text.isEmpty { return prose }
    if wiki.options.holes == .dropSentence {
      let kept = plainText(text, wiki, title, .keep, keepsAll: false)
      if !kept.text.isEmpty { return kept }
    }
    return plainText(text, wiki, title, .keep, keepsAll: true)
  }

  private static func plainText(
    _ text: [UInt8], _ wiki: Wiki, _ title: String, _ policy: HolePolicy, keepsAll: Bool
  ) -> (text: [UInt8], holes: TemplateHoles) {
    var scanner = WikitextScanner(text, wiki: wiki, title: title, keepsAll: keepsAll)
    scanner.run()
    var layout = WikitextLayout(
      wiki: wiki, holes: SentenceHoles(scanner.holes, policy: policy), keepsAll: keepsAll)
    layout.add(scanner.output)
    return (layout.finished(), layout.holes.found)
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
