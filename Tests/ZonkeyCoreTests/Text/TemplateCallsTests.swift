import Testing
import ZonkeyCore

/// Calls of templates in the wikis of many languages, and what each is known to leave.
@Suite struct TextTemplateCallsTests {
  struct Call: Sendable, CustomStringConvertible {
    var wiki: String
    var text: String
    var expected: String
    var description: String { "\(wiki) \(text)" }
  }

  static let calls: [Call] = {
    let lines = Fixture.text("template-calls.tsv").split(whereSeparator: \.isNewline)
    return lines.filter { !$0.hasPrefix("#") }.map { line in
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      return Call(
        wiki: String(columns[0]), text: String(columns[1]),
        expected: columns.count > 2 ? String(columns[2]) : "")
    }
  }()

  @Test func thereAreThreeHundred() {
    #expect(Self.calls.count >= 300)
  }

  @Test(arguments: calls)
  func leavesWhatItMeans(_ call: Call) {
    #expect(WikiText.plain(call.text, wiki: call.wiki) == call.expected)
  }

  /// In a sentence that is dropped with its hole, or kept whole.
  @Test(arguments: calls.filter { $0.expected.isEmpty && !$0.text.contains("display=title") })
  func unknownOnesAreHoles(_ call: Call) {
    let text = "It has \(call.text) of them. It stays."
    #expect(WikiText.holes(text, wiki: call.wiki).values.reduce(0, +) == 1)
    #expect(WikiText.plain(text, wiki: call.wiki, holes: .dropSentence) == "It stays.")
  }
}

/// Tables of templates.
@Suite struct TextTemplateTableTests {
  private static let languages = [
    "common", "ar", "bg", "de", "en", "es", "fr", "it", "ja", "ltg", "nl", "pl", "pt", "ru", "sv",
    "zh",
  ]

  /// The program has the tables of the folder, and each of them can be read.
  @Test(arguments: languages)
  func shippedOnesAreThoseOfTheFolder(_ language: String) throws {
    let file = Fixture.shared("templates/\(language).tsv")
    #expect(TemplateTable.shippedText(language) == file.trimmingLastNewline)
    _ = try TemplateTable(file, source: language)
  }

  @Test func userTablesCountBeforeShippedOnes() throws {
    let table = try TemplateTable(
      "# mine\nnowrap\tnobr\t<{1}>\nlength\tlen|l\t{1:number} m[ by {2}]\nabbr\t\t?\n\nnew\t\t\t7\t{{new}}\n",
      source: "mine")
    func plain(_ text: String) -> String {
      String(decoding: WikiText.cleaned(text, templates: table).text, as: UTF8.self)
    }
    #expect(plain("{{nowrap|a}} {{nobr|b}}") == "<a> <b>")
    #expect(plain("{{len|1234}} {{l|1|2}}") == "1,234 m 1 m by 2")
    #expect(plain("a {{abbr|b}} {{new|c}} d") == "a d")
    #expect(plain("{{small|x}}") == "x")
  }

  @Test(arguments: [
    ("a\tb", "tabs"), ("a\t\t{1", "without a }"), ("a\t\t[{1}", "no ]"), ("a\t\t[a[b]]", "inside"),
    ("a\t\t@nothing", "no rule"), ("a\t\t{1:shape}", "no form"), ("a\t\t}", "nothing begins"),
    ("a\t\t{}", "empty"), ("a\t\t{=}", "names no argument"), ("a\t\tx\u{1F}y", "control"),
    ("a\t\tx\u{FF001}y", "private"),
  ])
  func badTablesAreRefused(_ line: String, _ reason: String) {
    let error = #expect(throws: ZonkeyError.self) {
      _ = try TemplateTable("x\t\t{1}\n" + line, source: "t.tsv")
    }
    #expect(error?.description.hasPrefix("t.tsv:2: ") == true)
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func unknownTemplatesAreListedInTheFormOfATable() throws {
    let (_, holes) = WikiText.cleaned("A {{x|1}} b {{y}} c {{x|2}} d.")
    #expect(holes.tableLines == ["x\t\t\t2\t{{x|1}}", "y\t\t\t1\t{{y}}"])
    #expect(holes.total == 3)
    let table = try TemplateTable(holes.tableLines.joined(separator: "\n"), source: "stats")
    #expect(
      String(decoding: WikiText.cleaned("A {{x|1}} b.", templates: table).text, as: UTF8.self)
        == "A b.")
  }
}
