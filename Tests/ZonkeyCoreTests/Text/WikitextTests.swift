import Testing
import ZonkeyCore

@Suite struct TextWikitextTests {
  static func plain(_ text: String) -> String { WikiText.plain(text) }

  @Test(
    arguments: [
      // Templates and parameters.
      ("a {{b|{{c}}|d}} e", "a e"), ("{{{1|{{x}}}}}a", "a"), ("{{{{a}} b}}c", "c"),
      ("a }} b", "a b"),
      ("{{Infobox\n| a = [[b|c]]\n| d = {{e}}\n}}\nText.", "Text."), ("{a} b", "{a} b"),
      ("{{Broken\n| a = b\nText one.\n\n== H ==\nTwo.", "Broken\n\nText one.\n\nH\n\nTwo."),
      // Tables.
      ("a\n{| class=x\n! h\n|-\n| b {{c}} || d\n{|\n| e\n|}\n|}\nf", "a\n\nf"),
      (":{|\n| a\n|}b", "b"), ("{|\n| a\n\n== H ==\nb", "H\n\nb"),
      ("<table><tr><td>a</td></tr></table>b", "b"),
      ("a\n{{b}}, c", "a, c"), ("a\n\n{{b}}, c", "a\n\nc"), ("<!-- c -->\n{|\n|a\n|}\nb", "b"),
      ("{{x|a=\n{|\n| b\n|}}}c", "c"),
      // Links.
      ("[[A]] [[b|c]]s [[:Category:D]] [[e (f)|]] [[g#h]]", "A cs Category:D e g#h"),
      ("a[[File:x.png|thumb|b [[c|d]] {{e}} [http://f g]]] h", "a h"), ("[[image: x|y]]a", "a"),
      ("a\n[[Category:B|c]]\n[[de:D]]\n[[zh-min-nan:E]]", "a"), ("[[Attels:x.JPG|thumb|y]]a", "a"),
      ("[http://a.b/c d e] [http://f] [//g h] [mailto:i@j k] [l]", "d e h k [l]"),
      ("[[a\nb", "a b"), ("[[{{b}}|c]] [[<i>d</i>|e]]", "c e"), ("[[AT&amp;T]]", "AT&T"),
      ("[[a \u{1F}😀 (b)|]]", "a 😀"),
      ("x [http://a b\nc] d", "x b c] d"), ("http://a.b/ c", "http://a.b/ c"),
      // Markup.
      ("'''a''' ''b'' '''''c''''' d's ''''e''''", "a b c d's 'e'"),
      ("dell'''Iliade'' l", "dell'Iliade l"),
      ("dell'''Iliade'', l'''A''' ''b''", "dellIliade, l'A b"), ("'''a'' b\n'''c'''", "'a b c"),
      ("x '''a bc'''d'' e'''f'''", "x a bcd ef"), ("x ab'''c e'''f'' '''g", "x abc e'f g"),
      ("a<ref name=\"x\">b {{c}}</ref>, d<ref name=x />.<REF>e</Ref >", "a, d."),
      ("a<!-- b -->c<!-- d", "ac"), ("<code>a b</code>c", "a bc"),
      ("a <source lang=c inline>x &amp; [[y]]</source> b <source>c</source>", "a x & [[y]] b"),
      ("a<br>b<br />c", "a\nb\nc"), ("<span style=\"x\">a</span> <sub>2</sub> <U>b</U>", "a 2 b"),
      ("<nowiki>[[a]] {{b}} ''c'' &lt;</nowiki><nowiki/>", "[[a]] {{b}} ''c'' <"),
      ("a <gallery>\nb|c\n</gallery> d", "a d"), ("a < b <unknown> 1<2", "a < b <unknown> 1<2"),
      ("<ref>a", "a"), ("__NOTOC__a __b__", "a __b__"), ("__БЕЗ_ОГЛАВЛЕНИЯ__a", "a"),
      ("5 m<sup>2</sup>, 10<sup>-6</sup>, 19<sup>th</sup> <sup>1", "5 m², 10⁻⁶, 19th 1"),
      ("<poem>a\nb\n\nc</poem>d\ne", "a\nb\n\nc\n\nd e"),
      ("{| a\n| b\n</table>\nc", "c"), ("<table><th>a<td>b<caption>c</table>d", "d"),
      (
        "&lt;b&gt; &amp;amp; &eacute;&#233;&#xE9; &nbsp; &bogus; &; &#xD800; & a",
        "<b> &amp; ééé &bogus; &; &#xD800; & a"
      ),
      ("&alpha;&Omega;&mdash;&hearts;&yuml;&le;", "αΩ—♥ÿ≤"),
      // Lines.
      ("a\nb\n\nc\n\n\n\nd", "a b\n\nc\n\nd"), ("* a\n** b\n# c\nd", "a\nb\nc\n\nd"),
      ("a:\n* b", "a:\nb"),
      ("; a : b\n:: c", "a : b\nc"), ("a\n----\nb", "a\n\nb"), (" a \t  b ", "a b"),
      ("<div>a</div><p>b</p>", "a\n\nb"), ("", ""), ("\n\n", ""), ("{{a}}\n*\n.\n", ""),
      // Headings and sections.
      ("a\n== B ==\nc\n=== D ===\n=== E === <!-- x -->\nf\n== G ==\n", "a\n\nB\n\nc\n\nE\n\nf"),
      ("a\n==See also==\n* [[b]]\n===c===\nd\n== E ==\nf", "a\n\nE\n\nf"), ("= a", "= a"),
      ("===", ""),
      ("a\n== ''External'' [[links]] ==\nb", "a"),
      // What dropped things leave.
      ("A ({{b}}; {{c}}) d", "A d"), ("A ({{lang}}, b) c", "A (b) c"),
      ("A ({{b}}) , c {{d}}.", "A, c."),
      ("川（{{b}}、か、{{c}}、{{d}}、え）", "川（か、え）"),
      // Pages that have no other text.
      ("{| class=x\n|+ a\n! b\n! c\n|-\n| style=y | d || e\n|}", "a\nb\nc\n\nd\ne"),
      ("<table><tr><td>a<td>b</table>", "a\nb"), ("== A ==\n* ...\n== B ==\n", "A\n\nB"),
      ("[[File:x.png|thumb|200px|A [[b]]|]]", ""), ("[[File:x.png|thumb|A [[b]]]]", "A b"),
      ("== References ==\na\n[[Category:B]]", "References\n\na"), ("[[File:x.png|thumb]]", ""),
    ] as [(String, String)])
  func cleans(_ wikitext: String, _ text: String) {
    #expect(Self.plain(wikitext) == text)
  }

  @Test(arguments: [
    "#REDIRECT [[A]]", "#redirect[[A]]", " \n#Redirect: [[A]]", "#WEITERLEITUNG [[A]]",
    "#перенаправление [[A]]", "#転送 [[A]]",
  ])
  func knowsRedirects(_ text: String) {
    #expect(Wikitext.isRedirect(Array(text.utf8)))
  }

  @Test(arguments: ["", "#", "# item", "#redirected", "REDIRECT [[A]]", "a #REDIRECT [[A]]"])
  func knowsWhatIsNoRedirect(_ text: String) {
    #expect(!Wikitext.isRedirect(Array(text.utf8)))
  }

  /// Each would take hours if any of it were looked at again for every opening.
  @Test(arguments: [
    "{{{{[[[[", "[[a|", "[[", "{{", "}}", "]]", "{|\n", "<ref>", "<nowiki>", "<!--", "<",
    "[http://a ",
    "''", "==", "\n==a==", "&", "&amp", "__A", "* ", "\n*", "|", "(", "( ", "<ref ", "</ref",
    "<math>{{",
    "[[File:a|", "{{a|[[b|", "<table>", "{|\n|}", "-->", "= ", "\n=a", "<!-- -->\n", "\n==a== <!--",
    "[[a:",
    "=<!---->", "{{nowrap|", "{{nowrap|a}}", "{{lang|a|", "{{convert|1|", "{{quote|\n", "<math>",
    "<math>{", "<math>\\frac{a}</math>", "<sup>", "<sup>2</sup>", "{|\n|a||", "|\n", "<poem>",
    "<source inline>", "[[File:a.png|b c", "{{formatnum:", "{{", "{{a b", "{{formatnum:1",
    "{{x}} ", "{{x}}{{y}}", "a {{x}} b. ", "a. {{x}} ", "(a {{x}} b) ", "({{x}}", "（{{x}}",
    "1{{x}}2",
    "a.\"{{x}}", "f({{x}}) ", "-{", "-{a}-", "-{zh-cn:a;", "-{H|", "}-", "[[a\n|", "[[a\n|b]]",
    "<span style=vertical-align:super>", "<span style=vertical-align:sub>1</span>", "</span>",
    "\u{A0}", "\u{85}", "\u{2009}", "\u{FF005}", "&nbsp;", "&#150;", "{{template:", ". ", ") ",
    "<sup>{{x}}</sup>", "10<sup>", "<chem>", "\n a\n", "__a__", "~~~~",
  ])
  func takesLinearTime(_ piece: String) {
    let text = Array(String(repeating: piece, count: 300_000 / piece.utf8.count).utf8)
    let plain = Wikitext.plainText(text).text
    #expect(String(validating: plain, as: UTF8.self) != nil)
    #expect(!Wikitext.isRedirect(text))
  }

  @Test(arguments: [
    ("{{nowrap|", "}}"), ("{{quote|a", "|b}}"), ("[[a|", "]]"), ("[[File:a.png|", "]]"),
    ("{|\n|", "\n|}"), ("<math>", "</math>"), ("<poem>", "</poem>"), ("{{{", "}}}"),
    ("{{lang|a|[[b|", "]]}}"), ("<table>", "</table>"),
  ])
  func takesLinearTimeOnNesting(_ opening: String, _ closing: String) {
    let count = 200_000 / opening.utf8.count
    let text = String(repeating: opening, count: count) + String(repeating: closing, count: count)
    let plain = Wikitext.plainText(Array(text.utf8)).text
    #expect(String(validating: plain, as: UTF8.self) != nil)
  }
}
