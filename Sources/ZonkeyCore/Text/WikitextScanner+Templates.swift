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
    var ends = frame.bars.filter { $0 >= begin && $0 < output.count }
    ends.append(output.count)
    let name = output[begin..<ends[0]].drop(while: \.isBlank)
    let parts = zip(ends, ends.dropFirst()).map { output[($0 + 1)..<$1] }
    let left = text.rendered(
      name, TemplateArguments(parts), isEnglish: namespaces.isEnglish)
    output.removeLast(output.count - begin)
    write(left)
  }
}
