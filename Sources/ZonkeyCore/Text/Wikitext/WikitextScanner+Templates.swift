import ZonkeyBase

extension WikitextScanner {
  /// How deep templates that leave text may nest; each moves what is in it once more.
  private static var textDepthLimit: Int { 16 }
  /// The most bytes that the name of such a template has.
  private static var nameLimit: Int { 96 }

  /// Opens a template whose braces have been read, by what is known of its name.
  mutating func openTemplate(from start: Int) {
    // Nothing in what is dropped is looked at.
    guard droppedCount == 0 else { return open(.template(2), from: start) }
    var end = endOfTemplateName(from: position)
    if byte(at: end) == 0x3A, isTemplateNamespace(position..<end) {
      position = end + 1
      end = endOfTemplateName(from: position)
    }
    let mark = byte(at: end)
    let isFunction = mark == 0x3A
    guard isFunction || mark == 0x7C || mark == 0x7D || mark == 0x0A else {
      let shown = shownName(to: end) + "…"
      return open(.template(2), from: start, hole: hole(shown, from: start))
    }
    var name = TemplateTable.folded(bytes[position..<end])
    if isFunction { name += ":" }
    guard let pattern = wiki.template(name), openTexts < Self.textDepthLimit else {
      let isPage = isFunction && !name.hasPrefix("#")
      let shown = isPage ? fullName(to: end) : shownName(to: end)
      return open(.template(2), from: start, hole: hole(shown, from: start))
    }
    if pattern == .nothing { return open(.template(2), from: start) }
    open(.template(2), from: start, text: pattern)
    guard frames.last?.text != nil else { return }
    write(unscanned: Array(bytes[position..<end]))
    position = end
    if isFunction {
      frames[frames.count - 1].bars.append(output.count)
      write(0x3A)
      position += 1
    }
  }

  /// Where a name ends; at the limit it is none.
  private func endOfTemplateName(from begin: Int) -> Int {
    var end = begin
    let limit = min(bytes.count, begin + Self.nameLimit)
    while end < limit, !Self.endsName(bytes[end]) { end += 1 }
    return end
  }

  /// Whether a name is that of the templates' namespace, which may stand before any template's.
  private func isTemplateNamespace(_ range: Range<Int>) -> Bool {
    let name = String(decoding: bytes[range], as: UTF8.self)
    return wiki.namespaces.key(ofPrefix: name) == WikiNamespaces.template
  }

  private func shownName(to end: Int) -> String {
    String(decoding: bytes[position..<end], as: UTF8.self).trimmed
  }

  /// A name in which a colon stands.
  private func fullName(to colon: Int) -> String {
    var end = colon + 1
    while let byte = byte(at: end), end - colon < Self.nameLimit,
      byte == 0x3A || !Self.endsName(byte)
    {
      end += 1
    }
    return String(decoding: bytes[position..<end], as: UTF8.self).trimmed
  }

  private static func endsName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x0A, 0x3A, 0x3C, 0x5B, 0x5D, 0x7B, 0x7C, 0x7D: true
    default: false
    }
  }

  /// Puts what a template leaves in the place of its name and arguments.
  mutating func leave(_ pattern: TemplatePattern, of frame: Frame) {
    let begin = min(frame.mark, output.count)
    // An array of its own: slices of the output would have all of it copied at the next write.
    let content = Array(output[begin...])
    cut(to: begin)
    var ends = frame.bars.map { $0 - begin }.filter { content.indices.contains($0) }
    ends.append(content.count)
    let name = content[..<ends[0]].drop(while: \.isBlank)
    let arguments = TemplateArguments(zip(ends, ends.dropFirst()).map { content[($0 + 1)..<$1] })
    let call = TemplateCall(
      name: name, arguments: arguments, locale: wiki.locale, title: title)
    if let text = pattern.rendered(call) { return write(text) }
    let shown = String(decoding: name, as: UTF8.self).trimmed
    write(HoleCode.bytes(arguments.hole ?? hole(shown, from: frame.start)))
  }
}
