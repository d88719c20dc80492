import TestSupport
import ZonkeyPlatform
import Testing
import ZonkeyCore

/// Random changes of markup and of exports.
///
/// Some thousands of rounds by default; `ZK_FUZZ_SECONDS=600` goes on for so long, and
/// `ZK_FUZZ_SEED` begins elsewhere.
@Suite struct TextWikitextFuzzTests {
  /// Runs rounds until the time that is wanted is over and says how many there were.
  private static func rounds(_ least: Int, _ body: (inout SeededNumbers) -> Void) {
    let seconds = getenv("ZK_FUZZ_SECONDS").flatMap { Int(String(cString: $0)) } ?? 0
    let seed = getenv("ZK_FUZZ_SEED").flatMap { UInt64(String(cString: $0)) } ?? 4
    let end = ContinuousClock.now + .seconds(seconds)
    var random = SeededNumbers(seed)
    var count = 0
    while count < least || ContinuousClock.now < end {
      body(&random)
      count += 1
    }
    if seconds > 0 { print("fuzz: \(count) rounds, seed \(seed)") }
  }

  @Test func cleansAnyMarkup() {
    Self.rounds(5000) { random in
      let text = Fuzz.wikitext(&random)
      let plain = Wikitext.plainText(text).text
      if String(validating: text, as: UTF8.self) != nil {
        #expect(String(validating: plain, as: UTF8.self) != nil, "\(text)")
      }
      // A date's month is longer than its number; a raised digit has three bytes.
      let templates = Fuzz.count("{{", in: text)
      #expect(plain.count <= 3 * text.count + 16 * templates, "\(text)")
      #expect(plain == Wikitext.plainText(text).text)
      _ = Wikitext.isRedirect(text)
    }
  }

  @Test func readsAnyExport() {
    Self.rounds(500) { random in
      var export = Array(Fuzz.export(&random))
      if Bool.random(using: &random) { Fuzz.change(&export, &random) }
      let policy = InvalidPolicy.allCases.randomElement(using: &random) ?? .stop
      let piece = Int.random(in: 1...export.count + 1, using: &random)
      let reader = MediaWikiReader(
        stream(export, pieceBytes: piece), options: ReaderOptions(invalid: policy))
      do throws(ZonkeyError) {
        while let document = try reader.next() {
          #expect(String(validating: document.text, as: UTF8.self) != nil)
          #expect(!document.text.isEmpty)
        }
      } catch {
        guard case .badInput = error else {
          Issue.record("\(error)")
          return
        }
      }
    }
  }
}

/// Makes inputs.
private enum Fuzz {
  static let snippets = [
    "{{", "}}", "{{{", "}}}", "{|", "|}", "|-", "|+", "||", "!", "[[", "]]", "[", "]", "|", "\n",
    "\n\n", "==", "\n== A ==\n", "'''", "''", "<ref>", "</ref>", "<ref name=\"a\" />", "<!--",
    "-->",
    "<nowiki>", "</nowiki>", "&amp;", "&#x41;", "&#", ";", ":", "*", "#", "File:", "Category:",
    "de:",
    "http://a", " ", "a", "é", "漢", "😀", "\u{1F}", "\u{0}", "\t", "<br", "/>", ">", "<", "(", ")",
    ",", ".", "=", "-", "1", "2000", "<table>", "<td>", "</table>", "__TOC__", "<math>", "</math>",
    "\\frac{a}{b}", "\\alpha", "^", "_", "{", "}", "\\", "&", "<sup>", "2</sup>", "<poem>",
    "</poem>",
    "<code>", "</code>", "<source inline>", "</source>", "<gallery>\nA|b\n</gallery>", "----",
    "{{nowrap|", "{{lang|fr|mot}}", "{{convert|5|km|mi}}", "{{convert|6|ft|2|in}}", "{{formatnum:",
    "{{birth date|1950|3|1}}", "{{as of|2009|lc=y}}", "{{frac|1|2}}", "{{val|1|2|e=3|u=m}}",
    "{{e|9}}",
    "{{nihongo|a|b|c}}", "{{quote|", "{{zh|s=a|t=b}}", "{{ill|a|de|b|lt=c}}", "{{snd}}",
    "{{M|5|k|m}}", "{{unknown|1}}", "10{{x}}", "-{", "}-", "-{zh-hans:a;zh-hant:b}-", "-{H|",
    "<SUP>",
    "<sub>", "</sub>", "</sup>", "&nbsp;", "\u{A0}", "\u{85}", "\u{FF005}", "&#150;",
    "&NotEqualTilde;",
    " code\n", "\\binom{n}{k}", "\\unknown", "{{lc:", "{{unité|3|km||h|-1}}", "。", "(", ") ",
    "{{chem|H|2|O}}", "{{coord|1|2}}", "{{date|1|mai|2000}}", "__notoc__", "<ce>", "</ce>",
    "[[be-x-old:a]]",
    "[[File:x.png|thumb|A [[b|c]] d]]", "[[Category:B|c]]", "[[a (b)|]]", "[http://a.b c d]",
    "{| class=x\n! a\n|-\n| b || c\n|}", "* a\n** b\n# c\n; d : e\n", "#REDIRECT [[A]]",
    "\n== References ==\n", "Some words of a sentence.", "{{Infobox\n| a = b\n| c = [[d]]\n}}\n",
  ]

  static func wikitext(_ random: inout SeededNumbers) -> [UInt8] {
    var text: [UInt8] = []
    for _ in 0..<Int.random(in: 0..<40, using: &random) {
      text += (snippets.randomElement(using: &random) ?? "").utf8
    }
    if Int.random(in: 0..<4, using: &random) == 0 { change(&text, &random) }
    return text
  }

  /// An export of some pages, well-formed.
  static func export(_ random: inout SeededNumbers) -> [UInt8] {
    var pages = ""
    for number in 0..<Int.random(in: 0..<4, using: &random) {
      let text = String(
        decoding: wikitext(&random).filter { $0 >= 0x20 || $0 == 0x0A }, as: UTF8.self)
      let escaped = text.split(separator: "&", omittingEmptySubsequences: false)
        .joined(separator: "&amp;").split(separator: "<", omittingEmptySubsequences: false)
        .joined(separator: "&lt;")
      pages += TextMediaWikiTests.page(
        number, "P\(number)", escaped, ns: ["0", "1", nil].randomElement(using: &random) ?? nil)
    }
    return Array(TextMediaWikiTests.export("0.10", pages).utf8)
  }

  /// Puts bytes in, takes some out, doubles, moves or replaces some.
  static func change(_ bytes: inout [UInt8], _ random: inout SeededNumbers) {
    for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
      let begin = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, begin + Int.random(in: 0..<30, using: &random))
      let at = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.insert(contentsOf: Array(bytes[begin..<end]), at: at)
      case 1: bytes.removeSubrange(begin..<end)
      case 2: bytes[begin] = .random(in: 0...255, using: &random)
      case 3: bytes[begin] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      default:
        let snippet = snippets.randomElement(using: &random) ?? ""
        bytes.insert(contentsOf: snippet.utf8, at: at)
      }
    }
  }

  static func count(_ needle: String, in bytes: [UInt8]) -> Int {
    let needle = Array(needle.utf8)
    return bytes.indices.count { bytes[$0...].starts(with: needle) }
  }
}
