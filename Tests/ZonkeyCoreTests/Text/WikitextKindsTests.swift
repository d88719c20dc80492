import Testing
import ZonkeyCore

/// Kinds of faults that texts of other extractors have, each in several languages.
@Suite struct TextWikitextKindsTests {
  @Test(arguments: [
    // Powers and indices.
    (
      "frwiki", "10<sup>&minus;3</sup> et 10<SUP>6</SUP> et 10<sup >''6''</sup >",
      "10⁻³ et 10⁶ et 10⁶"
    ),
    (
      "frwiki", "XIX<sup>e</sup> siècle, 1<sup>er</sup> mai, M<sup>me</sup> Curie",
      "XIXe siècle, 1er mai, Mme Curie"
    ),
    (
      "plwiki", "10<sup>[[6]]</sup>, 10<sup>&#8315;&#179;</sup>, 2<sup>n+1</sup>, e<sup>iπ</sup>",
      "10⁶, 10⁻³, 2ⁿ⁺¹, e^(iπ)"
    ),
    (
      "svwiki", "10<sup>6<!-- k --></sup> och x<sub>1</sub> och v<sub>max</sub>",
      "10⁶ och x₁ och v_(max)"
    ),
    ("ruwiki", "10<sup>{{nobr|−5}}</sup>, CO<sub>2</sub>, м<sup>2</sup>", "10⁻⁵, CO₂, м²"),
    ("trwiki", "10<sup>6,5</sup> ve <sup>14</sup>C ve 19<sup>th</sup>", "10^(6,5) ve ¹⁴C ve 19th"),
    ("trwiki", "2<sup>3<sup>2</sup></sup>, 10<sup>6 açık", "2^(3²), 10^6 açık"),
    (
      "plwiki", "2<sup>2<sup>n</sup></sup>, a<sub>1<sub>2</sub></sub>, <math>2^{3^2}</math>",
      "2^(2ⁿ), a_(1₂), 2^(3²)"
    ),
    (
      "cswiki",
      "10<span style=\"vertical-align: super;\">6</span> <span>a</span> "
        + "H<SPAN style='VERTICAL-ALIGN:sub'>2</SPAN>O", "10⁶ a H₂O"
    ),
    ("nlwiki", "10<sup>{{onbekend|6}}</sup> km", "km"), ("enwiki", "2<sup>e</sup>", "2^e"),
    // Variants of a language.
    (
      "srwiki", "Ово је -{sr-ec:реч; sr-el:reč;}- и -{R|Word}- и -{NATO}-.",
      "Ово је реч и Word и NATO."
    ),
    (
      "kkwiki", "-{T|атау}-Бұл -{kk-cyrl:сөз;kk-latn:söz}- -{A|kk-latn:eki;kk-cyrl:екі}-.",
      "Бұл сөз екі."
    ),
    ("zhwiki", "-{zh-hans:软件&nbsp;包; zh-hant:軟體}- -{X=>zh-cn:宏;}- -{a;b}-", "软件 包 宏 a;b"),
    ("uzwiki", "-{uz-cyrl:сўз;uz-latn:so'z}-, [[-{uz}-|-{uz-latn:bir;uz-cyrl:бир}-]]", "сўз, бир"),
    ("zhwiki", "-{zh-tw:甲;zh-cn:乙}--{zh-hans:丙;zh-hant:丁}-", "甲丁"),
    // What is left of markup.
    (
      "plwiki", "a &hairsp;b &lbrace;x&rbrace; &#146;n&#146; 1990&#150;95 \u{A0}&nbsp;c\u{92}",
      "a b {x} ’n’ 1990–95 c’"
    ),
    (
      "svwiki",
      "[http://example.com/''Namn''] och <phonos ipa=\"x\">ord</phonos>__notoc__ &NotEqualTilde;",
      "Namn och ord ≂̸"
    ),
    (
      "fiwiki",
      "3\u{A0}000 3&nbsp;000 3\u{2009}000 3&thinsp;000 3\u{202F}000 3&#8239;000 a\u{2014}b",
      "3 000 3 000 3 000 3 000 3 000 3 000 a—b"
    ),
    ("huwiki", "egy [[kettő\n|három]] négy\n[[öt\n| hat", "egy három négy öt"),
    ("trwiki", "söz [[be-x-old:Foo]][[zh-min-nan:Foo]][[DE:Foo]] __init__", "söz __init__"),
    ("ruwiki", "a\n[[Изображение:x|мини|b]]\n[[Fichier:y|thumb|c]]\n[[Kategoria:d]]", "a"),
    // Code and formulas.
    ("frwiki", "Avant :\n\n un = 1\n deux = 2\n\nAprès.", "Avant :\n\nun = 1\ndeux = 2\n\nAprès."),
    (
      "trwiki",
      "<math>\\binom{n}{k}</math>, <math>\\textcolor{red}{x}</math>, <math>\\lVert x \\rVert</math>",
      "C(n,k), x, ‖ x ‖"
    ),
    (
      "cswiki", "<math>a\\cdot b</math>, <math>x\\in A \\land B</math>, <math>2\\pi r</math>",
      "a·b, x∈A ∧ B, 2π r"
    ),
    (
      "svwiki", "a <math>\\overset{a}{b}</math> b <math>\\foo x</math>, <math>\\sin\\theta</math>.",
      "a b, sin θ."
    ),
    (
      "plwiki",
      "<math>2\\frac{1}{2}x</math>, <math>\\bar{x}</math>, <math>x \\in \\mathbb{R}</math>",
      "2 1/2 x, x̄, x ∈ ℝ"
    ),
    // Places where something was left out.
    ("ruwiki", "Город ({{x|1}}) стоит, а {{y}} ; потом.", "Город стоит, а; потом."),
    ("cswiki", "{{Template:nowrap|a}} b{{ template : snd }}c {{Template:x|d}}", "a b – c"),
    ("trwiki", "Nüfus {{bilinmeyen|5}}. Alan 10{{x|6}} km.", "Nüfus. Alan km."),
    ("jawiki", "町（{{x}}、{{y}}）は{{z}}。", "町は。"),
    ("enwiki", "Call main() or f () now.", "Call main() or f now."),
  ])
  func saysWhatIsThere(_ wiki: String, _ wikitext: String, _ text: String) {
    #expect(WikiText.plain(wikitext, wiki: wiki) == text)
  }

  @Test(arguments: [
    ("frwiki", "Un {{inconnu|1}} deux. Trois.\n\nQuatre {{inconnue}} cinq.", "Trois."),
    ("plwiki", "Miasto ({{x}}) leży. Ma {{y|5}} osób. W 15. Marca.", "Miasto leży. W 15. Marca."),
    ("svwiki", "Stad.{{fotnot x}} Den har {{y}}. Slut.", "Stad. Slut."),
    ("ruwiki", "{{Шаблон}}\nГород. Там (т. е. {{x}}) он. Ещё {{y}}!", "Город. Там он."),
    ("jawiki", "町は{{x}}である。次。", "次。"), ("enwiki", "Only {{x|1}} this.", "Only this."),
    // A stop that ends no sentence: the whole of it goes.
    ("enwiki", "In the U.S. Army {{x}} men serve. Yes.", "Yes."),
    ("dewiki", "Am 3. Mai kamen ca. {{x}} Leute, z.B. Prof. Kurz. Ja.", "Ja."),
    ("itwiki", "Il sig. Rossi ha {{x}} anni. Fine.", "Fine."),
    ("frwiki", "On a f({{x}}) = deux. Bien (soit {{y}}) sûr.", "Bien sûr."),
    ("svwiki", "Den är lång.{{not}}{{x}} Den har {{y}}{{z}} armar.{{w}} Slut", "Den är lång. Slut"),
  ])
  func dropsSentencesWithHoles(_ wiki: String, _ wikitext: String, _ text: String) {
    #expect(WikiText.plain(wikitext, wiki: wiki, holes: .dropSentence) == text)
  }

  @Test func countsHolesOfSentencesOnly() {
    let text = """
      {{Infobox x
      | a = {{y}}
      }}
      {{Hatnote|z}}
      '''A''' is {{b1|1}} of {{c1}}.{{note d}} {{B2|2}} it is.

      == H ==
      * {{flag e}} Name
      == References ==
      x {{f}} y
      """
    #expect(WikiText.holes(text) == ["b1": 1, "c1": 1, "B2": 1])
  }

  @Test(arguments: [("zh-hans", "软"), ("zh-cn", "软"), ("zh-hk", "軟"), ("zh-hant", "軟"), (nil, "软")])
  func takesTheVariantThatIsAskedFor(_ variant: String?, _ text: String) {
    let rule = "-{zh-cn:软;zh-tw:軟}-"
    #expect(WikiText.plain(rule, wiki: "zhwiki", variant: variant) == text)
  }

  @Test(arguments: [
    ("trwiki", "Kaynakça"), ("plwiki", "Przypisy"), ("svwiki", "Externa länkar"),
    ("cswiki", "Externí odkazy"), ("azwiki", "İstinadlar"), ("kywiki", "Булактар"),
    ("kowiki", "외부 링크"), ("fawiki", "منابع"), ("hewiki", "הערות שוליים"), ("elwiki", "Παραπομπές"),
    ("viwiki", "Tham khảo"), ("huwiki", "Jegyzetek"), ("hiwiki", "सन्दर्भ"),
    ("enwiki", "Einzelnachweise"),
  ])
  func leavesClosingSectionsOut(_ wiki: String, _ heading: String) {
    #expect(WikiText.plain("a\n== \(heading) ==\nb\n== C ==\nd", wiki: wiki) == "a\n\nC\n\nd")
  }

  /// In Spanish it is a chapter, in Czech a list of books.
  @Test func keepsChaptersThatCloseArticlesElsewhere() {
    let text = "a\n== Cultura ==\nb\n=== Literatura ===\nc"
    #expect(WikiText.plain(text, wiki: "eswiki") == "a\n\nCultura\n\nb\n\nLiteratura\n\nc")
    #expect(WikiText.plain(text, wiki: "cswiki") == "a\n\nCultura\n\nb")
  }

  @Test func neverMakesControlCharacters() {
    let references = (0..<0xA0).map { "a&#\($0);b" }.joined(separator: " ")
    let raw = (0x80..<0xA0).compactMap { Unicode.Scalar(UInt32($0)) }.map { "a\($0)b" }.joined()
    // Where text is not scanned: formulas, code, labels made of targets, names of templates.
    let unscanned = [("<math>", "</math>"), ("<ce>", "</ce>"), ("[[", "|]]"), ("{{lang-", "|x")]
      .map { "a \($0.0)\(raw)\u{FF005}\($0.1) b" }.joined(separator: "\n\n")
    for scalar in WikiText.plain(references + raw + unscanned).unicodeScalars {
      #expect(scalar.properties.generalCategory != .control || scalar == "\n")
      #expect(scalar != "\u{FF005}")
    }
  }

  @Test func knowsTheNamesOfHTML() {
    #expect(WikiText.plain("&Zopf;&hArr;&zeetrf;&CounterClockwiseContourIntegral;x") == "ℤ⇔ℨ∳x")
    #expect(
      WikiText.plain("a&emsp;&Tab;b&NewLine;c&amp;nbsp; &nosuch; &lt")
        == "a b c&nbsp; &nosuch; &lt")
  }

  @Test func namesThePage() {
    #expect(WikiText.plain("{{PAGENAME}} is.", title: "A b") == "A b is.")
  }
}
