import ZonkeyBase

extension WikitextScanner {
  /// What becomes of an element of HTML or of an extension.
  enum Element {
    /// The tags are dropped, what is between them is text.
    case inline
    /// As `inline`, but where its style makes it a power.
    case span
    /// As `inline`, and it stands on lines of its own.
    case block
    /// It ends a line.
    case lineBreak
    /// It is dropped with what is in it.
    case dropped
    /// A formula, of which a line of text is made when it is simple.
    case formula
    /// Code, which is kept as it is when it stands in a line.
    case verbatim
    case nowiki
    case poem
    case script
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
    let attributes = bytes[nameEnd..<(tagEnd - 1)]
    position = tagEnd
    switch element {
    case .inline: break
    case .span:
      if !isEmpty { isClosing ? closeScript(name) : beginSpan(attributes) }
    case .block: write(LayoutCode.paragraph)
    case .lineBreak: write(LayoutCode.line)
    case .dropped:
      if !isClosing && !isEmpty { skipElement(name) }
    case .formula:
      if !isClosing && !isEmpty { formula(name) }
    case .verbatim:
      if !isClosing && !isEmpty { verbatim(name, attributes) }
    case .nowiki:
      if !isClosing && !isEmpty { nowiki() }
    case .poem:
      write(LayoutCode.paragraph)
      keepsLines = !isClosing && !isEmpty
    case .script:
      if !isEmpty { isClosing ? closeScript(name) : beginScript(name) }
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

  /// Writes a formula as text when that can be done in a line.
  private mutating func formula(_ name: String) {
    guard let end = contentEnd(name) else { return }
    let source = String(decoding: bytes[position..<end], as: UTF8.self).trimmed
    if name != "math", let text = ChemicalText.equation(source) {
      write(unscanned: Array(text.utf8))
    } else if let text = WikitextMath.text(bytes[position..<end]) {
      write(unscanned: text)
    } else if droppedCount == 0, !bytes[position..<end].allSatisfy({ $0 <= 0x20 }) {
      write(HoleCode.bytes(hole("<\(name)>", from: position)))
    }
    skipElement(name)
  }

  /// Keeps code of one line that is marked as part of its paragraph.
  private mutating func verbatim(_ name: String, _ attributes: ArraySlice<UInt8>) {
    guard let end = contentEnd(name) else { return }
    let isInline = attributes.split { $0.isBlank || $0 == 0x2F }.contains {
      $0.starts(with: "inline".utf8)
    }
    if isInline { unformatted(to: end) }
    skipElement(name)
  }

  /// Keeps what is between the tags, but for entities, as it is.
  private mutating func nowiki() {
    guard let end = contentEnd("nowiki") else { return }
    unformatted(to: end)
    position = endOfTag(from: end + 8) ?? end
  }

  private mutating func unformatted(to end: Int) {
    while position < end {
      let byte = bytes[position]
      if byte == 0x26 {
        entity()
      } else if byte >= 0x80 {
        special()
      } else {
        write(byte < 0x20 && byte != 0x0A ? 0x20 : byte)
        position += 1
      }
    }
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
    if keepsAll { return write(LayoutCode.paragraph) }
    if !isClosing { return open(.htmlTable) }
    // A table that began as wikitext may end as HTML.
    guard let index = frames.lastIndex(where: { $0.isDropped && $0.kind != .droppedLink }),
      frames[index].kind == .htmlTable || frames[index].kind == .table
    else { return }
    abandonFrames(downTo: index + 1)
    close()
  }

  private static let elements: [String: Element] = {
    let names: [(Element, String)] = [
      (
        .inline,
        """
        b i u s em strong small big font tt code kbd samp var cite abbr dfn q del ins
        strike bdi bdo wbr time data mark nobr ruby rb rt rp rtc noinclude onlyinclude translate
        tvar section a acronym rbc blink basefont article main figcaption phonos langconvert
        nomobile mobileonly marquee details summary bdo
        """
      ),
      (
        .block,
        "p div center blockquote ul ol dl h1 h2 h3 h4 h5 h6 hr thead tbody tfoot caption"
      ),
      (.lineBreak, "br li dt dd tr td th col colgroup"),
      (
        .dropped,
        """
        ref references gallery pre timeline score imagemap templatedata templatestyles graph
        mapframe maplink hiero categorytree inputbox indicator style script
        includeonly charinsert dynamicpagelist rss quiz languages img pagelist pagequality pages
        dpl inputbox listing embedvideo youtube googlemap ask chart mapdata
        """
      ),
      (.formula, "math chem ce"),
      (.verbatim, "syntaxhighlight source"),
      (.nowiki, "nowiki"),
      (.poem, "poem"),
      (.script, "sup sub"),
      (.span, "span"),
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
