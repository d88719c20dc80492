/// Tables and captions of pages that have no other text.
extension WikitextScanner {
  mutating func beginShownTable() {
    skipLine()
    open(.shownTable)
  }

  /// Begins a cell after the mark at a line's beginning, or passes over the beginning of a row.
  mutating func beginCell() {
    if byte(at: position) == 0x2D { skipLine() }
    if byte(at: position) == 0x2B { position += 1 }
    write(LayoutCode.line)
    markCell()
  }

  /// Two bars begin another cell of the line, one ends the attributes of a cell.
  mutating func barOfCell() {
    guard let frame = frames.last else { return }
    if byte(at: position) == 0x7C {
      position += 1
      write(LayoutCode.line)
      return markCell()
    }
    guard let mark = frame.bars.last else { return write(0x7C) }
    output.removeLast(output.count - min(output.count, mark))
    frames[frames.count - 1].bars = []
  }

  /// Keeps of a caption what reads as one, not the words that place an image.
  mutating func endCaption(_ frame: Frame) {
    let begin = min(frame.mark, output.count)
    if !output[begin...].contains(0x20) { output.removeLast(output.count - begin) }
    write(LayoutCode.paragraph)
  }

  private mutating func markCell() {
    if !frames.isEmpty { frames[frames.count - 1].bars = [output.count] }
  }

  private mutating func skipLine() {
    position = firstIndex(of: 0x0A, from: position) ?? bytes.count
  }
}
