import TestSupport
import ZonkeyCore

/// Text of wikitext, as tests want it: sentences with holes stay.
enum WikiText {
  /// The text of a page of a wiki with a database name, such as `frwiki`.
  static func plain(
    _ text: String, wiki name: String = "", holes: HolePolicy = .keep, variant: String? = nil,
    title: String = ""
  ) -> String {
    String(
      decoding: cleaned(text, wiki: name, holes: holes, variant: variant, title: title).text,
      as: UTF8.self)
  }

  /// What was left out of it, by name.
  static func holes(_ text: String, wiki name: String = "") -> [String: Int] {
    cleaned(text, wiki: name).holes.counts.mapValues(\.count)
  }

  static func cleaned(
    _ text: String, wiki name: String = "", holes: HolePolicy = .keep, variant: String? = nil,
    title: String = "", templates: TemplateTable? = nil
  ) -> (text: [UInt8], holes: TemplateHoles) {
    var header = WikiHeader()
    header.databaseName = name
    var options = WikiOptions()
    options.holes = holes
    options.variant = variant
    options.templates = templates
    return Wikitext.plainText(
      Array(text.utf8), wiki: Wiki(header, options: options), title: title)
  }
}

/// Files beside the tests.
enum Fixture {
  /// The text of a file under Tests/Fixtures; empty when there is none, which no test passes.
  static func text(_ name: String) -> String { text(atPath: fixturePath(name)) }

  /// The text of a file under share/zk.
  static func shared(_ name: String) -> String {
    text(atPath: fixturePath("../../share/zk/" + name))
  }

  private static func text(atPath path: String) -> String {
    guard
      let reader = try? DocumentReader(
        paths: [path], options: ReaderOptions(format: .lines, unit: .whole)),
      let document = try? reader.next()
    else { return "" }
    return String(decoding: document.text, as: UTF8.self)
  }
}

extension String {
  /// The text without the newline at its end.
  var trimmingLastNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
