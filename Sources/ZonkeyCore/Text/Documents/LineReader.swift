import ZonkeyBase

/// Reads documents out of plain text: lines, paragraphs, whole files, NUL-parted pieces.
package struct LineReader: DocumentSource {
  private let input: BufferedInput
  private let check: DocumentCheck
  private var line = 1
  private var isDone = false

  package init(_ input: BufferedInput, check: DocumentCheck) {
    self.input = input
    self.check = check
  }

  package mutating func next() throws(ZonkeyError) -> Document? {
    switch check.options.unit {
    case .line: try nextPiece(until: 0x0A)
    case .null: try nextPiece(until: 0)
    case .paragraph: try nextParagraph()
    case .whole: try nextWhole()
    }
  }

  private mutating func nextPiece(until delimiter: UInt8) throws(ZonkeyError) -> Document? {
    let limit = check.options.maxDocumentBytes
    while true {
      let (firstLine, offset) = (line, input.offset)
      guard let piece = try input.piece(until: delimiter, limit: limit) else { return nil }
      let bytes = piece.bytes
      line += delimiter == 0x0A ? 1 : bytes.newlineCount(before: bytes.count)
      if piece.ending == .limit {
        try check.tooLong(source: input.source, line: firstLine, offset: offset)
        let newlineCount = try input.discard(until: delimiter)
        if delimiter != 0x0A { line += newlineCount }
      } else if let document = try document(bytes, line: firstLine, offset: offset) {
        return document
      }
    }
  }

  /// The document of these bytes, unless they are not UTF-8 and so left out.
  private func document(_ bytes: [UInt8], line: Int, offset: Int) throws(ZonkeyError) -> Document? {
    let text = try check.validated(bytes, source: input.source, line: line, offset: offset)
    return text.map { Document(text: $0) }
  }

  private mutating func nextParagraph() throws(ZonkeyError) -> Document? {
    let limit = check.options.maxDocumentBytes
    while true {
      var paragraph: [UInt8] = []
      var (firstLine, offset) = (line, input.offset)
      var isTooLong = false
      while true {
        let (lineStart, lineOffset) = (paragraph.count, input.offset)
        let ending = try input.read(
          until: 0x0A, appendingTo: &paragraph, limit: limit - min(limit, lineStart))
        guard let ending else { break }
        line += 1
        if ending == .limit {
          try check.tooLong(source: input.source, line: firstLine, offset: offset)
          isTooLong = true
          paragraph.removeAll()
          _ = try input.discard(until: 0x0A)
        } else if paragraph[lineStart...].allSatisfy(\.isBlank) {
          paragraph.removeLast(paragraph.count - lineStart)
          if !paragraph.isEmpty || isTooLong { break }
        } else if isTooLong {
          paragraph.removeAll()
        } else {
          if lineStart == 0 { (firstLine, offset) = (line - 1, lineOffset) }
          paragraph.append(0x0A)
        }
      }
      if isTooLong { continue }
      if paragraph.isEmpty { return nil }
      paragraph.removeLast()
      if let document = try document(paragraph, line: firstLine, offset: offset) { return document }
    }
  }

  private mutating func nextWhole() throws(ZonkeyError) -> Document? {
    if isDone { return nil }
    isDone = true
    let limit = check.options.maxDocumentBytes
    var bytes: [UInt8] = []
    repeat {
      if input.available.count > limit - bytes.count {
        try check.tooLong(source: input.source, line: 1, offset: 0)
        return nil
      }
      bytes.append(contentsOf: input.available)
      input.take(input.available.count)
    } while try input.fill()
    if bytes.isEmpty { return nil }
    return try document(bytes, line: 1, offset: 0)
  }
}
