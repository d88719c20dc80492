import CLibXML2

/// A page as the export has it, its text still wikitext.
struct WikiPage {
  var title: [UInt8] = []
  var id: [UInt8] = []
  /// `nil` in schemas before 0.6, which do not say it.
  var namespace: [UInt8]?
  var model: [UInt8] = []
  /// The text of the last revision.
  var text: [UInt8] = []
  var isRedirect = false
  var isTooLong = false
  /// Whether bad UTF-8 was mended in it.
  var isMended = false
}

/// Collects pages out of the events of an XML parser.
///
/// Elements are matched by local name and depth, so that the `<id>` of a revision or the
/// `<text>` of something else is not taken for the page's.
final class MediaWikiHandler {
  /// Pages that are complete and not yet taken.
  var pages: [WikiPage] = []
  var namespaces = WikiNamespaces.withAliases
  /// What mends bad UTF-8, if anything does.
  var repair: UTF8Repair?
  /// Why the document is refused, though it may be well-formed.
  private(set) var refusal: String?
  /// The parser, which a refusal stops.
  var parser: xmlParserCtxtPtr?

  private let maxTextBytes: Int
  private var depth = 0
  private var page: WikiPage?
  private var isInSiteInfo = false
  private var isInRevision = false
  private var namespaceKey: Int?
  private var field = Field.none
  private var characters: [UInt8] = []

  private enum Field {
    case none, namespaceName, title, pageID, namespace, model, text
  }

  /// How deep elements may nest; an export needs six.
  private static let depthLimit = 64
  /// The most bytes that a title, id or name may have.
  private static let maxFieldBytes = 1 << 16

  init(maxTextBytes: Int) {
    self.maxTextBytes = maxTextBytes
  }

  /// Refuses the document and stops the parser.
  func refuse(_ reason: String) {
    if refusal == nil { refusal = reason }
    if let parser { xmlStopParser(parser) }
  }

  /// An element begins; `key` is its attribute of that name, when it has one.
  func begin(_ name: UnsafePointer<UInt8>, key: @autoclosure () -> String?) {
    depth += 1
    if depth > Self.depthLimit { return refuse("elements nest more than \(Self.depthLimit) deep") }
    switch depth {
    case 1:
      if !name.equals("mediawiki") {
        let root = String(cString: name)
        refuse("the root element is <\(root)>, not the <mediawiki> of an export")
      }
    case 2:
      isInSiteInfo = name.equals("siteinfo")
      if name.equals("page") { page = WikiPage() }
    case 3: beginPagePart(name)
    case 4: beginInnerPart(name, key: key())
    default: break
    }
  }

  private func beginPagePart(_ name: UnsafePointer<UInt8>) {
    guard page != nil else { return }
    if name.equals("title") {
      capture(.title)
    } else if name.equals("ns") {
      capture(.namespace)
    } else if name.equals("id") {
      capture(.pageID)
    } else if name.equals("redirect") {
      page?.isRedirect = true
    } else if name.equals("revision") {
      isInRevision = true
      page?.text = []
      page?.model = []
      page?.isTooLong = false
    }
  }

  private func beginInnerPart(_ name: UnsafePointer<UInt8>, key: @autoclosure () -> String?) {
    if isInSiteInfo && name.equals("namespace") {
      namespaceKey = key().flatMap { Int($0) }
      capture(.namespaceName)
    } else if isInRevision && name.equals("text") {
      capture(.text)
    } else if isInRevision && name.equals("model") {
      capture(.model)
    }
  }

  private func capture(_ field: Field) {
    self.field = field
    characters.removeAll(keepingCapacity: field != .text)
  }

  /// Characters of an element, in pieces as the parser has them.
  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    if field == .none { return }
    if field == .text {
      if bytes.count > maxTextBytes - characters.count {
        page?.isTooLong = true
        characters = []
        field = .none
        return
      }
    } else if bytes.count > Self.maxFieldBytes - characters.count {
      return refuse("a title, id or name of more than \(Self.maxFieldBytes) bytes")
    }
    characters.append(contentsOf: bytes)
  }

  /// An element ends.
  func end() {
    // Only these two depths have elements whose characters count.
    if depth == 3 || depth == 4 { store() }
    switch depth {
    case 3: isInRevision = false
    case 2:
      endPage()
      isInSiteInfo = false
    default: break
    }
    depth -= 1
  }

  private func endPage() {
    guard var page else { return }
    if repair?.offsets.isEmpty == false, let parser {
      page.isMended = repair?.takeOffsets(before: Int(xmlByteConsumed(parser))) ?? false
    }
    pages.append(page)
    self.page = nil
  }

  private func store() {
    switch field {
    case .none: return
    case .namespaceName:
      if let namespaceKey {
        namespaces.add(String(decoding: characters, as: UTF8.self), key: namespaceKey)
      }
    case .title: page?.title = characters
    case .pageID: page?.id = characters
    case .namespace: page?.namespace = characters
    case .model: page?.model = characters
    case .text:
      page?.text = characters
      characters = []
    }
    field = .none
  }
}

extension UnsafePointer<UInt8> {
  /// Whether a C string has exactly these ASCII characters.
  package func equals(_ name: StaticString) -> Bool {
    for index in 0..<name.utf8CodeUnitCount where self[index] != name.utf8Start[index] {
      return false
    }
    return self[name.utf8CodeUnitCount] == 0
  }
}
