/// Braces and bars, which open, close and part templates and variants.
extension WikitextScanner {
  mutating func openBraces() {
    let start = position
    let length = runLength(at: position)
    if position > 0, bytes[position - 1] == 0x2D, length != 2, output.last == 0x2D {
      output.removeLast()
      position += 1
      if openVariants < Self.movedDepthLimit { open(.variant, from: start - 1) }
      return
    }
    position += length
    if length == 1 { return write(0x7B) }
    if length == 2 { return openTemplate(from: start) }
    let isNested = droppedCount > 0
    open(.template(length), from: start, hole: isNested ? nil : hole("{{{", from: start))
  }

  mutating func closeBraces() {
    let length = runLength(at: position)
    let endsVariant = byte(at: position + length) == 0x2D
    position += length
    var rest = length
    while rest > 0, let frame = frames.last {
      if case .template(let opened) = frame.kind, rest >= 2 {
        let matched = min(rest, opened)
        rest -= matched
        close()
        if opened - matched >= 2 {
          open(.template(opened - matched), from: frame.start, hole: frame.hole)
        }
      } else if frame.kind == .variant, rest == 1, endsVariant {
        close()
        position += 1
        return
      } else if rest >= 2 ? openTemplates > 0 : endsVariant && openVariants > 0 {
        // Whatever is open inside ends with it.
        abandonFrames(downTo: frames.count - 1)
      } else {
        break
      }
    }
    if length == 1 { write(0x7D) }
  }

  mutating func bar() {
    position += 1
    guard let frame = frames.last else { return write(0x7C) }
    switch frame.kind {
    case .link(awaitsLabel: true):
      cut(to: frame.mark)
      frames[frames.count - 1].kind = .link(awaitsLabel: false)
    case .caption: cut(to: frame.mark)
    case .variant:
      frames[frames.count - 1].bars.append(output.count)
      write(0x7C)
    case .shownTable: barOfCell()
    default:
      if frame.text != nil { frames[frames.count - 1].bars.append(output.count) }
      write(0x7C)
    }
  }
}
