/// Powers and indices.
extension WikitextScanner {
  /// How far the closing tag may be; what goes on longer is no power.
  private static var scriptLimit: Int { 400 }

  /// `<sup>` or `<sub>` begins; one that nothing closes is marked at least.
  mutating func beginScript(_ name: String) {
    let isRaised = name == "sup"
    if openScripts < Self.movedDepthLimit, closes(name) {
      return open(.script(isRaised: isRaised, isSpan: false))
    }
    if let last = output.last, last > 0x20 { write(isRaised ? 0x5E : 0x5F) }
  }

  /// `<span style="vertical-align:super">` is a power, too.
  mutating func beginSpan(_ attributes: ArraySlice<UInt8>) {
    // Most styles have no v, and then no text is made of them.
    guard attributes.count < 256, openScripts < Self.movedDepthLimit,
      attributes.contains(where: { $0 | 0x20 == 0x76 })
    else { return }
    let style = attributes.map { $0 | 0x20 }.filter { $0 != 0x20 }
    let text = String(decoding: style, as: UTF8.self)
    for (value, isRaised) in [("super", true), ("sub", false)]
    where text.contains("vertical-align:" + value) && closes("span") {
      return open(.script(isRaised: isRaised, isSpan: true))
    }
  }

  /// Whether the closing tag of an element stands near.
  private func closes(_ name: String) -> Bool {
    let end = min(bytes.count, position + Self.scriptLimit)
    var index = position
    while index < end, let found = firstIndex(of: 0x3C, from: index), found < end {
      index = found + 1
      let nameEnd = index + 1 + name.utf8.count
      guard byte(at: index) == 0x2F, let next = byte(at: nameEnd) else { continue }
      let tag = bytes[(index + 1)..<nameEnd].lazy.map { $0 | 0x20 }
      if tag.elementsEqual(name.utf8), next == 0x3E || next == 0x0A || next.isBlank { return true }
    }
    return false
  }

  /// `</sup>`, `</sub>` or `</span>`: ends the innermost one of its kind and what is open in it.
  mutating func closeScript(_ name: String) {
    guard openScripts > 0 else { return }
    var index = frames.count - 1
    while index >= max(0, frames.count - 64) {
      switch frames[index].kind {
      case .script(let isRaised, let isSpan)
      where isSpan ? name == "span" : name == (isRaised ? "sup" : "sub"):
        abandonFrames(downTo: index + 1)
        return close()
      case .template: return
      default: index -= 1
      }
    }
  }

  /// Writes what was between the tags as a power or an index of what stands before.
  mutating func endScript(_ frame: Frame, isRaised: Bool) {
    let begin = min(frame.mark, output.count)
    let content = Array(output[begin...])
    cut(to: begin)
    if let hole = HoleCode.firstIndex(in: content) {
      cutNumber()
      return write(HoleCode.bytes(hole))
    }
    let text = String(decoding: content, as: UTF8.self)
    if text.trimmed.isEmpty || content.contains(where: { $0 < 0x20 }) { return write(content) }
    let before = output.suffix(16)
    let hasBase = before.last.map { $0 > 0x20 } ?? false
    let isWord = ScriptText.isOrdinary(text, after: before, language: wiki.language)
    if isWord || (!hasBase && !isRaised) || Self.marks.contains(text.trimmed) {
      return write(Self.marks.contains(text.trimmed) && text.trimmed == "TM" ? "™".utf8 : text.utf8)
    }
    write((isRaised ? ScriptText.raised(text) : ScriptText.lowered(text)).utf8)
  }

  /// Signs that stand above the line without being a power.
  private static let marks: Set<String> = [
    "®", "™", "TM", "°", "*", "′", "″", "'", "º", "ª", "†", "‡", "?", "!", "(?)",
  ]

  /// Takes back the number at the end of the output, which means nothing without its power.
  private mutating func cutNumber() {
    var count = 0
    for byte in output.suffix(32).reversed() {
      guard byte.isDigit || byte == 0x2E || byte == 0x2C else { break }
      count += 1
    }
    output.removeLast(count)
  }
}
