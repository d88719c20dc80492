import Testing
import ZonkeyCore

@Suite struct TextWikitextTemplateTests {
  @Test(
    arguments: [
      // Words that are dressed.
      ("a {{nowrap|b ''c''}} d", "a b c d"), ("{{Nowrap | a }}", "a"),
      ("{{NOBR|a}}{{nobold|b}}", "ab"),
      ("{{lang|fr|mot}}", "mot"), ("{{Lang|de|[[b|c]]}}", "c"), ("{{lang|fr|text=mot}}", "mot"),
      ("{{lang-ru|слово}} {{lang-la|1=a = b}}", "слово a = b"),
      ("{{lang-lv|upe}}", "upe"),
      ("{{transl|ar|ALA|alif}}", "alif"), ("{{abbr|etc.|et cetera}}", "etc."),
      ("{{仮リンク|公園|de|Park}}へ", "公園へ"), ("{{ill|A|de|B|lt=C}} {{ill|A|de|B}}", "C A"),
      ("{{ألمانية|Straße}}", "Straße"), ("{{color|red|a}}", "a"),
      ("{{angbr|x}} {{angbr|{{IPA|x}}}}.", "⟨x⟩ ⟨x⟩."),
      ("{{nihongo|''a''|b|c}} {{nihongo|d}}", "a (b, c) d"),
      ("{{zh|s=a|t=b|p=c}}", "b, a, c"),
      ("{{HMS|Ark|68|6}}, {{sclass|A|ship|2}}", "HMS Ark, A-class ship"),
      ("{{hlist|a|b}} {{sortname|C|D}}", "a, b C D"),
      ("x{{snd}}y{{nbsp}}z {{'}}{{!}}", "x – y z '|"),
      ("{{unknown|a}}{{IPA-en|b}}{{sfn|c}}{{efn|d}} e", "e"), ("{{nowrap}} a {{lang}}", "a"),
      // Numbers.
      ("{{formatnum:1234567}}", "1,234,567"), ("{{formatnum: 3003 }} m", "3,003 m"),
      ("{{formatnum:-12345.678}} {{formatnum:1234|R}}", "-12,345.678"),
      ("{{formatnum:123}} {{formatnum:a1234}} {{formatnum:}}", "123 a1234"),
      ("{{frac|2}} {{frac|3|4}} {{sfrac|1|2|3}}{{frac}}", "1/2 3/4 1 2/3"),
      ("{{val|1.5|0.2|e=-7|u=m}} {{val|2|(3)|ul=kg}} {{val}}", "1.5±0.2×10⁻⁷ m 2(3) kg"),
      ("{{e|9}} {{e|-3}}", "×10⁹ ×10⁻³"),
      ("{{chem|H|2|O}}, {{music|Flat}}{{music|x}}", "H₂O, ♭"),
      ("{{US$|5}}", "$5"),
      // Measures.
      ("{{convert|5|km}} {{cvt|1500|m|ft|abbr=on}}", "5 km 1500 m"),
      ("{{convert|193.3|by|69.5|mi|km}}", "193.3 by 69.5 mi"),
      ("{{convert|3|-|5|sqmi}}", "3–5 sq mi"),
      ("{{convert|6|ft|2|in|m}} {{convert|6|km|0|mi}}", "6 ft 2 in 6 km"),
      ("{{convert|1|acre}} {{convert|2|acre}}", "1 acre 2 acres"),
      ("{{convert|2|x|3|cm2}}", "2 × 3 cm²"),
      ("a {{convert|9|mi|adj=on}} walk at {{convert|20|C|F}}", "a 9-mi walk at 20 °C"),
      ("{{convert|1+1/2|in}} {{convert}} {{convert|7}} {{convert|1|to}}", "1 1/2 in"),
      (
        "at {{Coord|31|50|N|37|17.5|W|name=A}}, {{coord|1|2|3|S|4|E|type:b}}",
        "at 31°50′N 37°17.5′W, 1°2′3″S 4°E"
      ),
      ("a {{coord|1|N|2|E|display=title}}{{coord|1|2|3|4|N|5|E}}{{coord}}", "a"),
      ("{{coord|1.5|-2}}", "1.5°N 2°W"),
      // Dates.
      ("{{birth date|1950|3|1}}", "March 1, 1950"),
      ("{{birth date|df=yes|1950|03|01}}", "1 March 1950"),
      ("{{death date and age|1990|12|31|1950|3|1|df=y}}", "31 December 1990"),
      ("{{start date|1998|7}} {{dts|1950}} {{dts|1 May}}", "July 1998 1950 1 May"),
      (
        "{{as of|2009|lc=y}} {{As of|2010|3|4}} {{as of|2010|3|4|df=US}}",
        "as of 2009 As of 4 March 2010 As of March 4, 2010"
      ),
      ("{{as of|2010|alt=now}} {{as of|2010|since=y}} {{as of}}", "now Since 2010"),
      ("{{birth date|1950|99|1}} {{birth date|1950|2|99}}", ""),
      ("{{birth date|99999999999999999999|3|1}}", "March 1, 99999999999999999999"),
      ("{{circa|1900}} {{reign|1|2}} {{circa}}", "c. 1900 r. 1"),
      // Paragraphs.
      ("a\n{{quote|b\n\nc|d}}\ne", "a\n\nb\n\nc\n\ne"),
      ("{{cquote|a}} {{quote|text=b}}", "a\n\nb"),
      ("{{plainlist|\n* a\n* b\n}}", "a\nb"),
      // Nesting and what is broken.
      ("{{nowrap|{{lang|fr|{{small|a}}}} b}}", "a b"), ("{{x|{{nowrap|a}}}}b", "b"),
      ("{{nowrap|a {{x|b}} c}}", "a c"), ("{{nowrap|[[a|b}} c", "b c"), ("{{nowrap|a", "nowrap|a"),
      ("{{nowrap|a\n\n== B ==\nc", "nowrap|a\n\nB\n\nc"), ("[[{{lang|fr|a}}]]s", "as"),
      ("{{nowrap<!-- c -->|a}}b", "b"), ("{{nowrap|a|b|2=c}}", "a"), ("{{{nowrap|a}}}b", "b"),
      ("{{ nowrap\n|a}}", "a"), ("{{formatnum:{{nowrap|1234}}}}", "1,234"), ("{{nowrap|}}a", "a"),
    ] as [(String, String)])
  func keepsWordsAndNumbers(_ wikitext: String, _ text: String) {
    #expect(TextWikitextTests.plain(wikitext) == text)
  }

  @Test func writesNumbersAsTheLanguageDoes() {
    #expect(WikiText.plain("{{formatnum:1234}}") == "1,234")
    #expect(WikiText.plain("{{formatnum:1234.5}}", wiki: "dewiki") == "1.234,5")
    #expect(
      WikiText.plain("{{formatnum:1234}} {{formatnum:12345}}", wiki: "eswiki") == "1234 12 345")
    #expect(WikiText.plain("{{formatnum:1234.5}}", wiki: "kawiki") == "1234.5")
  }

  /// Deeper ones are dropped, so that no byte is moved more often than so.
  @Test func keepsTextOfSixteenLevels() {
    func nested(_ depth: Int) -> String {
      String(repeating: "{{nowrap|", count: depth) + "a" + String(repeating: "}}", count: depth)
    }
    #expect(TextWikitextTests.plain(nested(16)) == "a")
    #expect(TextWikitextTests.plain(nested(17)) == "")
  }

  @Test(arguments: [
    ("E = m c^2", "E = m c²"), ("\\frac{a}{b}", "a/b"), ("\\frac{a+1}{2b}", "(a+1)/(2b)"),
    ("\\frac12 x", "1/2 x"), ("x_1, x_{n+1}", "x₁, x_(n+1)"), ("x^{-10} y^{n+k}", "x⁻¹⁰ y^(n+k)"),
    ("\\sqrt{2} \\sqrt[3]{x y}", "√2 ³√(x y)"), ("\\alpha \\le \\Omega", "α ≤ Ω"),
    ("\\mathrm{d} x \\, \\text{for all}", "d x for all"),
    ("\\sin x + \\log\\beta", "sin x + log β"),
    ("a \\in \\{1,\\ldots,n\\}", "a ∈ {1,…,n}"), ("\\left( a \\right)\\!b", "(a)b"),
    ("x^\\alpha", "x^α"), ("\\frac", ""), ("{{{a", "a"), ("a}}}", "a"), ("é^é", "é^é"),
    ("\\begin{matrix} a \\end{matrix}", ""), ("a & b", ""), ("a \\\\ b", ""), ("", ""), ("\\", ""),
    ("\\\u{1F}é", "é"),
    ("a \\| b", "a ‖ b"), ("|x|", "|x|"), ("+ -", ""),
  ])
  func makesALineOfAFormula(_ formula: String, _ text: String) {
    let plain = TextWikitextTests.plain("0 <math>\(formula)</math> 1")
    #expect(plain == (text.isEmpty ? "0 1" : "0 \(text) 1"))
  }

  @Test func dropsLongFormulas() {
    let long = String(repeating: "x+", count: 300)
    #expect(TextWikitextTests.plain("a <math>\(long)</math> b") == "a b")
    #expect(TextWikitextTests.plain("<math>\\frac{ab}{\\sqrt{2\\pi}}</math>") == "ab/(√(2π))")
    #expect(TextWikitextTests.plain("<ce>H2O</ce> <math/>a <math>b") == "H₂O a b")
  }
}
