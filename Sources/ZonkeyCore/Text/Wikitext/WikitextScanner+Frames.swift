/// What is open: templates, tables, links and the like, on a stack.
extension WikitextScanner {
  /// Something opened and not yet closed.
  struct Frame {
    enum Kind: Equatable {
      /// A template or parameter, of so many opening braces.
      case template(Int)
      case table, htmlTable
      /// A table whose cells are lines, in a page that has no other text.
      case shownTable
      /// A link to a file of which only the caption is kept, in such a page.
      case caption
      /// A link whose text is kept; until its `|` it is not known which that is.
      case link(awaitsLabel: Bool)
      /// A power or an index, of which the end is known to come.
      case script(isRaised: Bool, isSpan: Bool)
      /// What a text is in the variants of its language.
      case variant
      /// A link to a file or category, which is dropped with its caption.
      case droppedLink
      case externalLink
    }
    var kind: Kind
    /// Where its output begins.
    var mark: Int
    /// Where it begins in the markup.
    var start: Int
    /// What a template leaves of its arguments; `nil` when that is nothing.
    var text: TemplatePattern?
    /// What is left out with a template of which it is not known what it leaves; an index.
    var hole: Int?
    /// Where the bars between a template's arguments are in the output, when it leaves any.
    var bars: [Int] = []

    var isScript: Bool { if case .script = kind { true } else { false } }

    /// Whether its text is cut off at its end.
    var isDropped: Bool {
      switch kind {
      case .template: text == nil
      case .table, .htmlTable, .droppedLink: true
      case .link, .externalLink, .shownTable, .caption, .script, .variant: false
      }
    }
  }

  /// How deep things may nest; what is deeper is taken for text.
  private static let depthLimit = 10_000
  /// How deep powers, and variants, may nest.
  static let movedDepthLimit = 8

  mutating func open(
    _ kind: Frame.Kind, from start: Int? = nil, text: TemplatePattern? = nil, hole: Int? = nil
  ) {
    guard frames.count < Self.depthLimit else { return }
    let frame = Frame(
      kind: kind, mark: output.count, start: start ?? position, text: text, hole: hole)
    frames.append(frame)
    count(frame, 1)
  }

  /// Takes the innermost frame off, and what it dropped if it is.
  mutating func close() {
    guard let frame = frames.popLast() else { return }
    count(frame, -1)
    if frame.isDropped {
      cut(to: frame.mark)
      if let hole = frame.hole, !standsAlone(frame) { write(HoleCode.bytes(hole)) }
      return
    }
    switch frame.kind {
    case .template: if let text = frame.text { leave(text, of: frame) }
    case .caption: endCaption(frame)
    case .script(let isRaised, _): endScript(frame, isRaised: isRaised)
    case .variant: endVariant(frame)
    default: break
    }
  }

  /// Forgets what was written since a mark.
  mutating func cut(to mark: Int) {
    output.removeLast(output.count - min(output.count, mark))
  }

  /// Takes frames off that have no end; of an unclosed table it is all a table's text, and what
  /// stands above the line stays there.
  mutating func abandonFrames(downTo depth: Int) {
    while frames.count > depth, let frame = frames.last {
      if frame.kind == .table || frame.isScript {
        close()
      } else {
        frames.removeLast()
        count(frame, -1)
      }
    }
  }

  private mutating func count(_ frame: Frame, _ change: Int) {
    switch frame.kind {
    case .template:
      openTemplates += change
      if frame.text != nil { openTexts += change }
    case .table, .shownTable: openTables += change
    case .variant: openVariants += change
    case .script: openScripts += change
    default: break
    }
    if frame.isDropped { droppedCount += change }
  }
}
