import TestSupport
import Testing
import ZonkeyCore

@testable import zk

/// What the pages show beyond segments: decoded texts with their differences, variants of gaps.
@Suite struct PlaygroundTests {
  private func marked(_ text: [UInt8], _ original: String) -> (html: String, same: Int) {
    var html: [UInt8] = []
    let same = DecodedText.append(text, original: Array(original.utf8)[...], to: &html)
    return (String(decoding: html, as: UTF8.self), same)
  }

  @Test func differencesAreMarkedCharacterByCharacter() {
    #expect(marked(Array("abc".utf8), "abc") == ("abc", 3))
    #expect(marked(Array("xbyz".utf8), "abcd") == ("<mark>x</mark>b<mark>yz</mark>", 1))
    // One byte of a character differs: the whole of it does.
    #expect(marked(Array("aé".utf8), "aè") == ("a<mark>é</mark>", 1))
    let broken = marked([0x61, 0xC3, 0x62], "aéb")
    #expect(broken.html.hasPrefix("a<mark>\u{FFFD}b</mark>") && broken.same == 1)
    #expect(marked(Array("<b>".utf8), "<b>").html == "&lt;b&gt;")
    #expect(marked(Array("ab".utf8), "abcd").html.contains("2 bytes are missing"))
    #expect(marked(Array("abcd".utf8), "ab") == ("ab<mark>cd</mark>", 2))
    #expect(marked([], "") == ("", 0))
  }

  @Test func thePageShowsEveryLevelDecoded() throws {
    try withTemporaryFolder { folder in
      let page = "\(folder)/page.html"
      let result = try runZk(
        ["split", "-m", NanoModel.path(), "--html", page, "-o", "/dev/null"],
        stdin: "A first line of text.\n\nAnd <another> one.\n")
      #expect(result.status == 0, "\(result.stderr)")
      let html = try readBytes(page)
      _ = try ReadPage(html)
      let text = String(decoding: html, as: UTF8.self)
      // Two documents with text, two levels.
      #expect(text.ranges(of: "<dl class=\"again\">").count == 2)
      #expect(text.ranges(of: "<dd dir=\"auto\">").count == 4)
      #expect(text.contains("id=\"again\""))
    }
  }

  @Test func variantsAreThoseOfTheNextSeeds() throws {
    func fill(_ arguments: [String]) throws -> [JSONValue] {
      let result = try runZk(
        ["generate", "--infill", "--format", "jsonl", "--steps", "2", "-m", NanoModel.path()]
          + arguments, stdin: "Before {{}} after.\n")
      #expect(result.status == 0, "\(result.stderr)")
      return try result.stdout.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
    try withTemporaryFolder { folder in
      let page = "\(folder)/gaps.html"
      let rows = try fill(["--count", "3", "--seed", "5", "--html", page])
      #expect(rows.map { $0["variant"]?.intValue } == [1, 2, 3])
      #expect(rows.map { $0["seed"]?.stringValue } == ["5", "6", "7"])
      #expect(rows.allSatisfy { $0["doc"]?.intValue == 1 })
      let alone = try fill(["--seed", "6"])
      #expect(alone.first?["text"] == rows[1]["text"])
      #expect(alone.first?["variant"] == nil)
      let html = try readBytes(page)
      _ = try ReadPage(html)
      let text = String(decoding: html, as: UTF8.self)
      #expect(text.ranges(of: "<li>").count == 3 && text.ranges(of: "<mark>").count == 3)
      #expect(text.contains("seed 7"))
    }
  }

  @Test func aPageNeedsGapsAndAFile() throws {
    #expect(try runZk(["generate", "--html", "x.html"]).status == 64)
    #expect(try runZk(["generate", "--infill", "--html", "-"]).status == 64)
  }
}
