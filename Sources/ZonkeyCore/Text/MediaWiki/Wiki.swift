/// What is known of the wiki that a page comes from, and how its text is to be made plain.
///
/// The names of a language's templates mean nothing in another one's wiki, so which language it is
/// decides what is understood. One value serves all pages of a dump, on any thread.
public final class Wiki: Sendable, Equatable {
  public let namespaces: WikiNamespaces
  /// The language's code; empty when the dump does not tell it.
  public let language: String
  public let options: WikiOptions
  let locale: WikiLocale
  let closingSections: ClosingSections
  /// The address of an article without its title; `nil` when the dump has none.
  let articleAddress: String?
  private let table: TemplateTable
  private let script: Script

  /// A wiki in English, as pages are taken that come without a header.
  public static let english = Wiki(WikiHeader(), options: WikiOptions())

  public init(_ header: WikiHeader, options: WikiOptions) {
    namespaces = header.namespaces
    self.options = options
    let (language, isEncyclopedia) = header.language
    self.language = language
    var table = TemplateTable.shipped("common") ?? TemplateTable()
    var own = TemplateTable.shipped(language) ?? TemplateTable()
    // Other projects in the language have its numbers and months, but templates of their own.
    if !isEncyclopedia { own.keepSettings() }
    table.add(own)
    if let templates = options.templates { table.add(templates) }
    self.table = table
    locale = table.locale(language: language)
    closingSections = ClosingSections(language: language)
    let isEast = Self.eastern.contains(language)
    script = isEast ? .east : Script.of(header.namespaces.ownNames + locale.months.joined())
    articleAddress = header.articleAddress
  }

  public static func == (one: Wiki, other: Wiki) -> Bool { one === other }

  /// The address of an article; `nil` when the dump does not say where it is from.
  func address(ofTitle title: String) -> String? {
    guard let articleAddress else { return nil }
    var address = articleAddress
    for byte in title.utf8 {
      let byte = byte == 0x20 ? 0x5F : byte
      if byte.isASCIILetterOrDigit || "-._~:/()!,;@$*".utf8.contains(byte) {
        address.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        address += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return address
  }

  /// Languages of East Asia of which no table says the script.
  private static let eastern: Set<String> = [
    "yue", "zh-yue", "wuu", "gan", "hak", "lzh", "zh-classical", "cdo", "nan", "ko",
  ]

  /// What a template of this name leaves; `nil` when that is not known.
  func template(_ name: String) -> TemplatePattern? {
    if let pattern = table.pattern(name) { return pattern.content == .unknown ? nil : pattern }
    if name.utf8.allSatisfy({ $0 < 0x80 }) { return nil }
    let other = Script.of(name)
    return other == .latin || other == script ? nil : TemplateTable.foreign[name]
  }
}

/// How text is made of wikitext.
public struct WikiOptions: Sendable {
  /// Templates beside those that are shipped; they count before those.
  public var templates: TemplateTable?
  public var holes = HolePolicy.dropSentence
  /// The code of the variant of the language that is taken where a text has several, such as
  /// `zh-hans`; `nil` takes the first that a page has.
  public var variant: String?

  public init() {}
}

/// What the header of a dump says about its wiki.
public struct WikiHeader: Sendable, Equatable {
  public var namespaces = WikiNamespaces.withAliases
  /// The name of the wiki's database, such as `frwiki`.
  public var databaseName = ""
  /// The address of the wiki's main page.
  public var base = ""
  /// The language that the root element names.
  public var languageCode = ""

  public init() {}

  /// Projects in many languages beside the encyclopedia, as names of databases and hosts end.
  private static let projects = [
    "wiktionary", "wikibooks", "wikiquote", "wikisource", "wikinews", "wikiversity", "wikivoyage",
    "wikimedia",
  ]
  /// Wikis of no language of their own.
  private static let shared: Set<String> = [
    "commons", "wikidata", "meta", "species", "mediawiki", "sources", "incubator", "foundation",
    "outreach", "test", "test2", "wikimania", "wikifunctions", "www",
  ]

  /// The language's code and whether it is an encyclopedia in it.
  var language: (code: String, isEncyclopedia: Bool) {
    if let (code, project) = databaseParts ?? hostParts {
      let isShared = Self.shared.contains(code)
      let own = isShared ? (languageCode.isEmpty ? "en" : languageCode) : code
      return (Self.plain(own), project == "wiki" && !isShared)
    }
    // Without any name at all it is taken for English, as most such files are.
    return (Languages.isCode(languageCode) ? Self.plain(languageCode) : "en", true)
  }

  private var databaseParts: (String, String)? {
    let name = databaseName.lowercased()
    for project in Self.projects + ["wiki"] where name.hasSuffix(project) {
      let code = name.dropLast(project.count).map { $0 == "_" ? "-" : $0 }
      if !code.isEmpty { return (String(code), project) }
    }
    return nil
  }

  /// The language and project of `https://fr.wikipedia.org/wiki/…`.
  private var hostParts: (String, String)? {
    let parts = base.split(separator: "/", omittingEmptySubsequences: true)
    guard parts.count > 1 else { return nil }
    let host = parts[1].lowercased().split(separator: ".")
    guard host.count == 3, host[2] == "org" else { return nil }
    let project = String(host[1])
    guard project == "wikipedia" || Self.projects.contains(project) else { return nil }
    return (String(host[0]), project == "wikipedia" ? "wiki" : project)
  }

  /// A language's code as tables have it.
  private static func plain(_ code: String) -> String {
    switch code {
    case "simple": "en"
    case "zh-hans", "zh-hant", "zh-cn", "zh-tw": "zh"
    default: code.lowercased()
    }
  }

  /// The main page's address without its title.
  var articleAddress: String? {
    guard let slash = base.lastIndex(of: "/"), base.hasPrefix("http") else { return nil }
    return String(base[...slash])
  }
}
