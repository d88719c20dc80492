/// A page as the export has it, its text still wikitext.
struct WikiPage {
  var title: [UInt8] = []
  var id: [UInt8] = []
  /// `nil` in schemas before 0.6, which do not say it.
  var namespace: [UInt8]?
  /// The newest revision whose text is there.
  var revision = WikiRevision()
  var isRedirect = false
  /// Whether bad UTF-8 was mended in it.
  var isMended = false
  /// What is known of its wiki.
  let wiki: Wiki

  init(wiki: Wiki) {
    self.wiki = wiki
  }

  /// Takes a revision in when it is newer than the one that is there.
  mutating func add(_ other: WikiRevision, isFirst: Bool) {
    if isFirst || other.isNewer(than: revision) { revision = other }
  }
}

/// One state of a page.
struct WikiRevision {
  var id: [UInt8] = []
  /// As in `2024-02-02T00:00:00Z`, so that later ones are greater.
  var timestamp: [UInt8] = []
  var model: [UInt8] = []
  var text: [UInt8] = []
  /// Whether the export has a text for it; a deleted one's is not there.
  var hasText = false
  var isTooLong = false

  /// Whether it is the one to be read of two; of two without times the later in the file.
  func isNewer(than other: WikiRevision) -> Bool {
    if hasText != other.hasText { return hasText }
    if timestamp != other.timestamp, !timestamp.isEmpty, !other.timestamp.isEmpty {
      return other.timestamp.lexicographicallyPrecedes(timestamp)
    }
    if timestamp.isEmpty || other.timestamp.isEmpty { return true }
    return (Int(String(decoding: id, as: UTF8.self)) ?? 0)
      >= (Int(String(decoding: other.id, as: UTF8.self)) ?? 0)
  }
}
