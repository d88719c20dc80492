/// The namespaces of a wiki: what stands before the colon of a title, and what it means.
public struct WikiNamespaces: Sendable, Equatable {
  /// The number of the namespace of files.
  package static var file: Int { 6 }
  /// The number of the namespace of templates.
  static var template: Int { 10 }
  /// The number of the namespace of categories.
  static var category: Int { 14 }

  private var keys: [String: Int]
  /// The wiki's own names of files and categories, which tell its script.
  private(set) var ownNames = ""

  private init(keys: [String: Int]) {
    self.keys = keys
  }

  /// The English names, which every wiki understands beside its own.
  public static let english = WikiNamespaces(keys: [
    "media": -2, "special": -1, "talk": 1, "user": 2, "user talk": 3, "wikipedia": 4,
    "project": 4, "wikipedia talk": 5, "project talk": 5, "file": 6, "image": 6,
    "file talk": 7, "image talk": 7, "mediawiki": 8, "mediawiki talk": 9, "template": 10,
    "template talk": 11, "help": 12, "help talk": 13, "category": 14, "category talk": 15,
    "portal": 100, "portal talk": 101, "draft": 118, "draft talk": 119, "timedtext": 710,
    "timedtext talk": 711, "module": 828, "module talk": 829,
  ])

  /// Adds the names of files and categories in other languages, which old or foreign text has.
  static let withAliases: WikiNamespaces = {
    var namespaces = english
    for line in WikiData.namespaces.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      for (key, names) in zip([file, category], columns.dropFirst()) {
        for name in names.split(separator: "|") where namespaces.keys[folded(name)] == nil {
          namespaces.keys[folded(name)] = key
        }
      }
    }
    return namespaces
  }()

  /// Adds a wiki's own name of a namespace; the empty name of the articles is passed over.
  public mutating func add(_ name: String, key: Int) {
    if key == 0 || name.isEmpty { return }
    let name = Self.folded(name)
    keys[name] = key
    if key == Self.file || key == Self.category { ownNames += name }
  }

  /// The namespace of a title, 0 when no known name stands before a colon.
  public func key(ofTitle title: String) -> Int {
    guard let colon = title.utf8.firstIndex(of: 0x3A) else { return 0 }
    return key(ofPrefix: title[..<colon]) ?? 0
  }

  /// The namespace of a name, however it is cased and spaced; `nil` when there is none.
  package func key(ofPrefix prefix: some StringProtocol) -> Int? {
    keys[Self.folded(prefix)]
  }

  /// The same of a name that is in small letters already, with single blanks.
  func key(ofFolded name: String) -> Int? { keys[name] }

  private static func folded(_ name: some StringProtocol) -> String {
    TemplateTable.folded(name.utf8)
  }
}
