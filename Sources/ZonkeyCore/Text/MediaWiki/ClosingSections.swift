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

  func contains(_ heading: String, level: Int) -> Bool {
    var title = heading.lowercased()
    // The capital of Turkish and Azerbaijani `i` has a dot that small letters leave over.
    if title.utf8.contains(0xCC) { title.unicodeScalars.removeAll { $0.value == 0x307 } }
    return own.contains(title) || (level <= 2 && Self.all.contains(title))
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
