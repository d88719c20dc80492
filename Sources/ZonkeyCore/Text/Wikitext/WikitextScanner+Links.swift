import ZonkeyBase

extension WikitextScanner {
  /// `[` begins a link to a page, a link to elsewhere, or nothing.
  mutating func openBracket() {
    if byte(at: position + 1) == 0x5B { return openLink() }
    guard let end = externalTargetEnd(from: position + 1) else {
      write(0x5B)
      position += 1
      return
    }
    position = end
    open(.externalLink)
  }

  mutating func closeBracket() {
    let isPair = byte(at: position + 1) == 0x5D
    switch (frames.last?.kind, isPair) {
    case (.externalLink, _):
      close()
      position += 1
    case (.link, true), (.droppedLink, true), (.caption, true):
      close()
      position += 2
    case (_, true): position += 2
    case (_, false):
      write(0x5D)
      position += 1
    }
  }

  /// Reads `[[` and the target up to where its kind is known.
  private mutating func openLink() {
    let begin = position + 2
    let end = targetEnd(from: begin)
    // The line may have been broken before the label.
    let isBroken = byte(at: end) == 0x0A && byte(at: end + 1) == 0x7C && endsLink(after: end + 1)
    let terminator = isBroken ? 0x7C : byte(at: end)
    if end == begin && terminator == 0x5B {
      // The second and third of three brackets may be the link.
      position += 1
      return
    }
    let isNested = terminator == 0x7B || terminator == 0x3C
    guard let terminator, terminator != 0x0A, terminator != 0x5B, end > begin || isNested else {
      position = begin
      return
    }
    if isDropped(bytes[begin..<end]) {
      position = end
      let isCaption = keepsAll && terminator == 0x7C && Self.isMedia(bytes[begin..<end])
      return open(isCaption ? .caption : .droppedLink)
    }
    switch terminator {
    case 0x7C:
      position = end + (isBroken ? 2 : 1)
      open(.link(awaitsLabel: false))
      if byte(at: position) == 0x5D {
        write(unscanned: Array(abridged(bytes[begin..<end])))
      }
    case 0x5D:
      // The target is the label: it is read as text.
      position = bytes[begin] == 0x3A ? begin + 1 : begin
      open(.link(awaitsLabel: false))
    default:
      position = begin
      open(.link(awaitsLabel: true))
    }
  }

  /// Whether two brackets close on the line, before others open.
  private func endsLink(after start: Int) -> Bool {
    var index = start
    while let byte = byte(at: index), byte != 0x0A, byte != 0x5B, index - start < 1024 {
      if byte == 0x5D { return self.byte(at: index + 1) == 0x5D }
      index += 1
    }
    return false
  }

  /// Where a target ends: at a bracket, brace, bar, tag or newline, or after too many bytes.
  private func targetEnd(from begin: Int) -> Int {
    let limit = min(bytes.count, begin + 1024)
    var end = begin
    while end < limit {
      switch bytes[end] {
      case 0x0A, 0x3C, 0x5B, 0x5D, 0x7B, 0x7C, 0x7D: return end
      default: end += 1
      }
    }
    return end
  }

  /// Whether a link is of the page's margin: a file, a category, another language.
  private func isDropped(_ target: ArraySlice<UInt8>) -> Bool {
    guard let colon = target.firstIndex(of: 0x3A), colon > target.startIndex else { return false }
    let prefix = TemplateTable.folded(target[..<colon])
    let key = wiki.namespaces.key(ofFolded: prefix)
    return key == WikiNamespaces.file || key == WikiNamespaces.category
      || Languages.isFoldedCode(prefix) || Self.isMedia(target)
  }

  /// Whether a name ends as those of images, sounds and films do.
  ///
  /// Old names of the file namespace, and those of other wikis, are not in a dump's list.
  private static func isMedia(_ target: ArraySlice<UInt8>) -> Bool {
    let tail = target.suffix(12).filter { !$0.isBlank }
    guard let dot = tail.lastIndex(of: 0x2E) else { return false }
    return mediaSuffixes.contains(String(decoding: tail[(dot + 1)...], as: UTF8.self).lowercased())
  }

  private static let mediaSuffixes: Set<String> = [
    "jpg", "jpeg", "jpe", "png", "gif", "svg", "tif", "tiff", "webp", "xcf", "bmp", "djvu", "pdf",
    "ogg", "oga", "ogv", "mid", "midi", "wav", "flac", "mp3", "opus", "webm", "mpg", "mpeg", "stl",
  ]

  /// The label of a link with an empty one: its target without namespace and parenthesis.
  private func abridged(_ target: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var label = target
    if let colon = label.firstIndex(of: 0x3A) { label = label[(colon + 1)...] }
    if let parenthesis = label.firstIndex(of: 0x28), label.last == 0x29 {
      label = label[..<parenthesis]
    }
    return label
  }

  /// Where the address of a link to elsewhere ends; `nil` when none begins here.
  private func externalTargetEnd(from begin: Int) -> Int? {
    let head = bytes[min(begin, bytes.count)..<min(begin + 10, bytes.count)]
    let lowered = head.map { $0 | 0x20 }
    guard Self.schemes.contains(where: { lowered.starts(with: $0) }) else { return nil }
    var end = begin
    while end < bytes.count {
      switch bytes[end] {
      case 0x00...0x20, 0x22, 0x3C, 0x3E, 0x5B, 0x5D, 0x7B: return end
      case 0x27 where byte(at: end + 1) == 0x27: return end
      default: end += 1
      }
    }
    return end
  }

  /// Beginnings of addresses; each byte with the bit set that makes letters small.
  private static let schemes: [[UInt8]] = [
    "http://", "https://", "ftp://", "ftps://", "//", "mailto:", "irc://", "ircs://", "news:",
    "sftp://", "ssh://", "svn://", "git://", "tel:", "sms:", "sip:", "sips:", "urn:", "geo:",
    "magnet:", "xmpp:", "mms://", "nntp://", "gopher://", "telnet://", "bitcoin:", "matrix:",
  ].map { Array($0.utf8).map { $0 | 0x20 } }
}
