/// The headings of sections at the end of articles that are no prose, such as references.
///
/// Headings of the upper two levels are known in all languages, those below them only in the
/// wiki's own and in English: what is a list of books in one language is a chapter on literature
/// in another.
struct ClosingSections: Sendable {
  private let own: Set<String>

  init(language: String) {
    own = (Self.byLanguage[language] ?? []).union(Self.byLanguage["en"] ?? [])
  }

  /// `title` is in small letters.
  func contains(_ title: String, level: Int) -> Bool {
    own.contains(title) || (level <= 2 && Self.all.contains(title))
  }

  private static let byLanguage: [String: Set<String>] = {
    var sections: [String: Set<String>] = [:]
    for line in WikiData.sections.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      let columns = line.split(separator: "\t")
      guard columns.count == 2 else { continue }
      sections[String(columns[0])] = Set(columns[1].split(separator: "|").map(String.init))
    }
    return sections
  }()

  private static let all = byLanguage.values.reduce(into: Set<String>()) { $0.formUnion($1) }
}
