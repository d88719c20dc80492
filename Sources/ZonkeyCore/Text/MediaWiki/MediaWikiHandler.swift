import CLibXML2

/// Collects pages out of the events of an XML parser.
///
/// Elements are matched by local name and depth, so that the `<id>` of a contributor or the
/// `<text>` of something else is not taken for the page's. One handler serves all parts of a
/// stream, one after another, each with a parser of its own.
final class MediaWikiHandler {
  /// Pages that are complete and not yet taken.
  var pages: [WikiPage] = []
  /// What mends bad UTF-8, if anything does.
  var repair: UTF8Repair?
  /// Why the document is refused, though it may be well-formed.
  private(set) var refusal: String?
  /// Where the part ends whose root element has ended, as the parser counts.
  private(set) var rootEnd: Int?
  /// The parser, which a refusal and the end of the root stop.
  var parser: xmlParserCtxtPtr?

  private let maxTextBytes: Int
  private let options: WikiOptions
  /// What the parser's offsets are counted from.
  private var partStart = 0
  private var keepsHeader = false
  private var header = WikiHeader()
  private var wiki: Wiki?
  private var depth = 0
  private var page: WikiPage?
  private var revision: WikiRevision?
  /// A revision's other content, and what it is for.
  private var slot: (role: [UInt8], text: [UInt8], model: [UInt8])?
  private var hasRevision = false
  private var isInSiteInfo = false
  private var namespaceKey: Int?
  // Events come one after another, each to its end, and there are millions of characters'.
  @exclusivity(unchecked) private var field = Field.none
  @exclusivity(unchecked) private var characters: [UInt8] = []

  private enum Field {
    case none, namespaceName, databaseName, base, title, pageID, namespace, revisionID, timestamp
    case model, text, role, slotModel, slotText

    var isText: Bool { self == .text || self == .slotText }
  }

  /// How deep elements may nest; an export needs seven.
  private static let depthLimit = 64
  /// The most bytes that a title, id or name may have.
  private static let maxFieldBytes = 1 << 16

  init(maxTextBytes: Int, options: WikiOptions) {
    self.maxTextBytes = maxTextBytes
    self.options = options
  }

  /// Prepares for the next part, which begins at an offset.
  ///
  /// A part without a root of its own belongs to the wiki of the one before.
  func beginPart(at offset: Int, keepsHeader: Bool) {
    (partStart, self.keepsHeader) = (offset, keepsHeader)
    (depth, field, rootEnd, parser) = (0, .none, nil, nil)
  }

  /// Refuses the document and stops the parser.
  func refuse(_ reason: String) {
    if refusal == nil { refusal = reason }
    if let parser { xmlStopParser(parser) }
  }

  /// An element begins; `attribute` gives the value of an attribute that it has.
  func begin(_ name: UnsafePointer<UInt8>, attribute: (StaticString) -> String?) {
    depth += 1
    if depth > Self.depthLimit { return refuse("elements nest more than \(Self.depthLimit) deep") }
    switch depth {
    case 1: beginRoot(name, attribute)
    case 2:
      isInSiteInfo = name.equals("siteinfo")
      if name.equals("page") { page = WikiPage(wiki: wikiOfPart()) }
      hasRevision = false
    case 3: page == nil ? beginSiteInfo(name) : beginPagePart(name)
    case 4: beginInnerPart(name, attribute)
    case 5: if slot != nil { beginSlotPart(name) }
    default: break
    }
  }

  private func beginRoot(
    _ name: UnsafePointer<UInt8>, _ attribute: (StaticString) -> String?
  ) {
    if !name.equals("mediawiki") {
      let root = String(cString: name)
      return refuse(
        "the root element is <\(root)>, not the <mediawiki> of an export of MediaWiki; "
          + "--input-format lines reads it as plain text")
    }
    if keepsHeader { return }
    header = WikiHeader()
    header.languageCode = attribute("lang") ?? ""
    wiki = nil
  }

  private func beginSiteInfo(_ name: UnsafePointer<UInt8>) {
    guard isInSiteInfo else { return }
    if name.equals("dbname") { capture(.databaseName) }
    if name.equals("base") { capture(.base) }
  }

  private func beginPagePart(_ name: UnsafePointer<UInt8>) {
    if name.equals("title") {
      capture(.title)
    } else if name.equals("ns") {
      capture(.namespace)
    } else if name.equals("id") {
      capture(.pageID)
    } else if name.equals("redirect") {
      page?.isRedirect = true
    } else if name.equals("revision") {
      revision = WikiRevision()
    }
  }

  private func beginInnerPart(
    _ name: UnsafePointer<UInt8>, _ attribute: (StaticString) -> String?
  ) {
    if isInSiteInfo && name.equals("namespace") {
      namespaceKey = attribute("key").flatMap { Int($0) }
      return capture(.namespaceName)
    }
    guard let revision else { return }
    if name.equals("id") {
      capture(.revisionID)
    } else if name.equals("timestamp") {
      capture(.timestamp)
    } else if name.equals("model") {
      capture(.model)
    } else if name.equals("content") {
      slot = ([], [], [])
    } else if name.equals("text"), attribute("deleted") == nil {
      self.revision?.hasText = true
      // The text of one that will not be taken need not be held.
      var next = revision
      next.hasText = true
      if let page, hasRevision, !next.isNewer(than: page.revision) { return }
      capture(.text)
    }
  }

  private func beginSlotPart(_ name: UnsafePointer<UInt8>) {
    if name.equals("role") { capture(.role) }
    if name.equals("model") { capture(.slotModel) }
    if name.equals("text") { capture(.slotText) }
  }

  private func capture(_ field: Field) {
    self.field = field
    // What held one long text need not be held for the next.
    characters.removeAll(keepingCapacity: characters.count <= 1 << 20)
  }

  /// Characters of an element, in pieces as the parser has them.
  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    if field == .none { return }
    if field.isText {
      if bytes.count > maxTextBytes - characters.count {
        revision?.isTooLong = true
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
    if depth >= 3 && depth <= 5 { store() }
    switch depth {
    case 4: endSlot()
    case 3: endRevision()
    case 2:
      endPage()
      isInSiteInfo = false
    case 1:
      if let parser {
        rootEnd = Int(xmlByteConsumed(parser))
        xmlStopParser(parser)
      }
    default: break
    }
    depth -= 1
  }

  /// Takes the content of the main slot, should it not stand in the revision itself.
  private func endSlot() {
    guard let slot else { return }
    if slot.role == Array("main".utf8), revision?.hasText == false {
      revision?.text = slot.text
      revision?.model = slot.model
      revision?.hasText = true
    }
    self.slot = nil
  }

  private func endRevision() {
    guard let revision else { return }
    page?.add(revision, isFirst: !hasRevision)
    hasRevision = true
    self.revision = nil
  }

  private func endPage() {
    guard var page else { return }
    if repair?.offsets.isEmpty == false, let parser {
      let end = partStart + Int(xmlByteConsumed(parser))
      page.isMended = repair?.takeOffsets(before: end) ?? false
    }
    pages.append(page)
    self.page = nil
  }

  /// The wiki that the header tells of, which is read before the first page.
  private func wikiOfPart() -> Wiki {
    let wiki = self.wiki ?? Wiki(header, options: options)
    self.wiki = wiki
    return wiki
  }

  private func store() {
    switch field {
    case .none: return
    case .namespaceName:
      if let namespaceKey { header.namespaces.add(captured, key: namespaceKey) }
    case .databaseName: header.databaseName = captured
    case .base: header.base = captured
    case .title: page?.title = content
    case .pageID: page?.id = content
    case .namespace: page?.namespace = content
    case .revisionID: revision?.id = content
    case .timestamp: revision?.timestamp = content
    case .model: revision?.model = content
    case .text: revision?.text = content
    case .role: slot?.role = content
    case .slotModel: slot?.model = content
    case .slotText: slot?.text = content
    }
    field = .none
  }

  /// A copy of the size of what it has: the next content grows in the same memory.
  private var content: [UInt8] { characters.withUnsafeBufferPointer { Array($0) } }

  private var captured: String { String(decoding: characters, as: UTF8.self) }
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
