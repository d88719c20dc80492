extension WikitextScanner {
  /// What becomes of an element of HTML or of an extension.
  enum Element {
    /// The tags are dropped, what is between them is text.
    case inline
    /// As `inline`, and it stands on lines of its own.
    case block
    /// It ends a line.
    case lineBreak
    /// It is dropped with what is in it.
    case dropped
    case nowiki
    case table
  }

  /// `<` begins a comment, a tag, or nothing.
  mutating func markup() {
    if bytes[position...].starts(with: "<!--".utf8) { return comment() }
    let isClosing = byte(at: position + 1) == 0x2F
    let nameBegin = position + (isClosing ? 2 : 1)
    let nameEnd = endOfName(from: nameBegin)
    let name = String(decoding: bytes[nameBegin..<nameEnd].map { $0 | 0x20 }, as: UTF8.self)
    guard let element = Self.elements[name], let tagEnd = endOfTag(from: nameEnd) else {
      write(0x3C)
      position += 1
      return
    }
    let isEmpty = bytes[tagEnd - 2] == 0x2F
    position = tagEnd
    switch element {
    case .inline: break
    case .block: write(LayoutCode.paragraph)
    case .lineBreak: write(LayoutCode.line)
    case .dropped:
      if !isClosing && !isEmpty { skipElement(name) }
    case .nowiki:
      if !isClosing && !isEmpty { nowiki() }
    case .table: table(isClosing: isClosing)
    }
  }

  /// Drops a comment; one that is all of a line goes with the line.
  private mutating func comment() {
    var end = position + 4
    while true {
      guard let found = firstIndex(of: 0x3E, from: end) else {
        position = bytes.count
        return
      }
      if found >= position + 6, bytes[found - 1] == 0x2D, bytes[found - 2] == 0x2D {
        end = found + 1
        break
      }
      end = found + 1
    }
    let isLineStart = position == 0 || bytes[position - 1] == 0x0A
    position = isLineStart && byte(at: end) == 0x0A ? end + 1 : end
    if isLineStart { beginLine() }
  }

  private func endOfName(from begin: Int) -> Int {
    var end = min(begin, bytes.count)
    while let byte = byte(at: end), end - begin < 24, byte.isASCIILetterOrDigit { end += 1 }
    return end
  }

  /// The place after a tag's `>`; `nil` when there is none near.
  private func endOfTag(from begin: Int) -> Int? {
    guard let first = byte(at: begin),
      first == 0x3E || first == 0x2F || first == 0x0A || first.isBlank
    else { return nil }
    var end = begin
    while let byte = byte(at: end), byte != 0x3C, end - begin < 4096 {
      end += 1
      if byte == 0x3E { return end }
    }
    return nil
  }

  /// Passes over the content of an element and its closing tag, if there is one.
  private mutating func skipElement(_ name: String) {
    if let content = contentEnd(name) {
      position = endOfTag(from: content + 2 + name.utf8.count) ?? content
    }
  }

  /// Keeps what is between the tags, but for entities, as it is.
  private mutating func nowiki() {
    guard let end = contentEnd("nowiki") else { return }
    while position < end {
      let byte = bytes[position]
      if byte == 0x26 {
        entity()
      } else {
        write(byte < 0x20 && byte != 0x0A ? 0x20 : byte)
        position += 1
      }
    }
    position = endOfTag(from: end + 8) ?? end
  }

  /// Where the closing tag of an element begins.
  private mutating func contentEnd(_ name: String) -> Int? {
    if unclosedElements.contains(name) { return nil }
    var search = position
    while let found = firstIndex(of: 0x3C, from: search) {
      search = found + 1
      guard byte(at: search) == 0x2F else { continue }
      let nameEnd = search + 1 + name.utf8.count
      guard nameEnd <= bytes.count, endOfTag(from: nameEnd) != nil else { continue }
      if bytes[(search + 1)..<nameEnd].lazy.map({ $0 | 0x20 }).elementsEqual(name.utf8) {
        return found
      }
    }
    unclosedElements.insert(name)
    return nil
  }

  private mutating func table(isClosing: Bool) {
    if !isClosing { return open(.htmlTable) }
    guard let index = frames.lastIndex(where: { $0.isDropped && $0.kind != .droppedLink }),
      frames[index].kind == .htmlTable
    else { return }
    abandonFrames(downTo: index + 1)
    close()
  }

  private static let elements: [String: Element] = {
    let names: [(Element, String)] = [
      (
        .inline,
        """
        b i u s em strong small big sub sup span font tt kbd samp var cite abbr dfn q del ins
        strike bdi bdo wbr time data mark nobr ruby rb rt rp rtc noinclude onlyinclude translate
        tvar section a acronym rbc
        """
      ),
      (
        .block,
        "p div center blockquote ul ol dl table h1 h2 h3 h4 h5 h6 hr poem"
      ),
      (.lineBreak, "br li dt dd tr"),
      (
        .dropped,
        """
        ref references math gallery code syntaxhighlight source pre timeline score imagemap
        templatedata templatestyles graph mapframe maplink hiero chem ce categorytree inputbox
        indicator style script includeonly charinsert dynamicpagelist rss quiz languages img
        """
      ),
      (.nowiki, "nowiki"),
      (.table, "table"),
    ]
    var elements: [String: Element] = [:]
    for (element, words) in names {
      for word in words.split(whereSeparator: \.isWhitespace) { elements[String(word)] = element }
    }
    return elements
  }()
}

extension UInt8 {
  var isASCIILetterOrDigit: Bool {
    (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
  }
}
