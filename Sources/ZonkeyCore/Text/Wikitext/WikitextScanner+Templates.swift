import ZonkeyBase

extension WikitextScanner {
  /// How deep templates that leave text may nest; each moves what is in it once more.
  private static var textDepthLimit: Int { 16 }
  /// The most bytes that the name of such a template has.
  private static var nameLimit: Int { 64 }

  /// Opens a template at its name when it is one that leaves text.
  mutating func openText() -> Bool {
    guard openTexts < Self.textDepthLimit, droppedCount == 0 else { return false }
    var end = position
    let limit = min(bytes.count, position + Self.nameLimit)
    while end < limit, !Self.endsName(bytes[end]) { end += 1 }
    guard end < limit else { return false }
    let isFunction = bytes[end] == 0x3A
    guard isFunction || bytes[end] == 0x7C || bytes[end] == 0x7D || bytes[end] == 0x0A else {
      return false
    }
    let name = TemplateText.folded(bytes[position..<end])
    guard let text = isFunction ? TemplateText.ofFunction(name) : TemplateText.of(name) else {
      return false
    }
    open(.template(2), text: text)
    guard frames.last?.text != nil else { return true }
    write(bytes[position..<end])
    position = end
    if isFunction {
      frames[frames.count - 1].bars.append(output.count)
      write(0x3A)
      position += 1
    }
    return true
  }

  private static func endsName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x0A, 0x3A, 0x3C, 0x5B, 0x5D, 0x7B, 0x7C, 0x7D: true
    default: false
    }
  }

  /// Puts what a template leaves in the place of its name and arguments.
  mutating func leave(_ text: TemplateText, of frame: Frame) {
    let begin = min(frame.mark, output.count)
    // An array of its own: slices of the output would have all of it copied at the next write.
    let content = Array(output[begin...])
    output.removeLast(content.count)
    var ends = frame.bars.map { $0 - begin }.filter { content.indices.contains($0) }
    ends.append(content.count)
    let name = content[..<ends[0]].drop(while: \.isBlank)
    let parts = zip(ends, ends.dropFirst()).map { content[($0 + 1)..<$1] }
    write(text.rendered(name, TemplateArguments(parts), isEnglish: namespaces.isEnglish))
  }
}
