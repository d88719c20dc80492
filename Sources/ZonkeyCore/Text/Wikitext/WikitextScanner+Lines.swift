import ZonkeyBase

extension WikitextScanner {
  /// Looks at what a line begins with.
  mutating func beginLine() {
    guard let first = byte(at: position) else { return }
    if first == 0x3D, heading() { return }
    var kind = first == 0x0A ? LineKind.blank : .plain
    var begin = position
    while let marker = byte(at: begin), "*#:;".utf8.contains(marker) { begin += 1 }
    if begin > position { kind = .item }
    while let blank = byte(at: begin), blank.isBlank { begin += 1 }
    if byte(at: begin) == 0x7B, byte(at: begin + 1) == 0x7C {
      position = begin + 2
      if keepsAll { return beginShownTable() }
      return open(.table)
    }
    if openTables > 0, byte(at: begin) == 0x7C, byte(at: begin + 1) == 0x7D,
      byte(at: begin + 2) != 0x7D
    {
      position = begin + 2
      return closeTable()
    }
    if frames.last?.kind == .shownTable, let byte = byte(at: begin), byte == 0x7C || byte == 0x21 {
      position = begin + 1
      return beginCell()
    }
    if kind == .plain, first == 0x20, frames.isEmpty, !keepsLines, isCode(from: begin) {
      kind = .code
    }
    if kind == .plain, first == 0x2D {
      let dashes = runLength(at: position)
      if dashes >= 4 { begin = position + dashes }
    }
    position = begin
    part(kind)
  }

  /// Whether a line that begins with a blank is set as it is, so that it stays a line.
  private func isCode(from begin: Int) -> Bool {
    guard let byte = byte(at: begin), byte != 0x0A else { return false }
    // Files, tables and templates are often moved in for the eyes of the writer.
    return !bytes[begin...].starts(with: "[[".utf8) && !bytes[begin...].starts(with: "{{".utf8)
      && !bytes[begin...].starts(with: "<!--".utf8) && !bytes[begin...].starts(with: "|".utf8)
  }

  /// Writes the break between the line before and one of this kind.
  private mutating func part(_ kind: LineKind) {
    if droppedCount > 0 { return }
    switch (previousLine, kind) {
    case (_, .heading), (.heading, _), (.item, .plain): write(LayoutCode.paragraph)
    case (_, .item), (.code, .code): write(LayoutCode.line)
    case (.plain, .code), (.item, .code), (.code, .plain): write(LayoutCode.paragraph)
    default: break
    }
    previousLine = kind
  }

  private mutating func closeTable() {
    while let frame = frames.last, frame.kind != .table, frame.kind != .shownTable {
      abandonFrames(downTo: frames.count - 1)
    }
    close()
  }

  /// Reads a heading, if the line is one. It ends whatever is open, as a section does.
  private mutating func heading() -> Bool {
    let lineEnd = firstIndex(of: 0x0A, from: position) ?? bytes.count
    var end = lineEnd
    while end > position, bytes[end - 1].isBlank { end -= 1 }
    if end > position, bytes[end - 1] == 0x3E { end = beforeComments(end) }
    let opening = runLength(at: position, limit: 6)
    var closing = 0
    while closing < opening, end - 1 - closing > position, bytes[end - 1 - closing] == 0x3D {
      closing += 1
    }
    let level = min(opening, closing)
    guard level > 0, end - position > 2 * level else { return false }
    abandonFrames(downTo: 0)
    part(.heading)
    write([LayoutCode.heading, 0x30 + UInt8(level)])
    position += level
    scan(to: end - level)
    abandonFrames(downTo: 0)
    position = max(position, lineEnd)
    return true
  }

  /// The end of a line without the comments after it.
  private func beforeComments(_ end: Int) -> Int {
    var end = end
    while end - position >= 7, bytes[(end - 3)..<end].elementsEqual("-->".utf8) {
      var begin = end - 4
      while begin > position, !bytes[begin...].starts(with: "<!--".utf8) { begin -= 1 }
      if begin <= position { break }
      end = begin
      while end > position, bytes[end - 1].isBlank { end -= 1 }
    }
    return end
  }
}
