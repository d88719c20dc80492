import ZonkeyCore

/// How gaps are marked in the documents of `generate --infill`.
struct GapSyntax {
  /// A literal mark, or nil for braces: `{{}}`, `{{…}}`, or `{{3}}`, a gap of three units.
  let mark: [UInt8]?

  /// What may stand between braces; longer text is no mark.
  private static let contentLimit = 16

  /// The document cut at its marks, in order; the marks themselves are no text.
  func parse(_ text: [UInt8]) -> GappedDocument {
    var (known, gaps) = ([[UInt8]](), [Int?]())
    var (start, place) = (0, 0)
    while place < text.count {
      guard let found = markAt(place, in: text) else {
        place += 1
        continue
      }
      known.append(Array(text[start..<place]))
      gaps.append(found.units)
      place = found.end
      start = place
    }
    return GappedDocument(known: known + [Array(text[start...])], gaps: gaps)
  }

  private func markAt(_ place: Int, in text: [UInt8]) -> (end: Int, units: Int?)? {
    guard let mark else { return bracesAt(place, in: text) }
    return text[place...].starts(with: mark) ? (place + mark.count, nil) : nil
  }

  private func bracesAt(_ place: Int, in text: [UInt8]) -> (end: Int, units: Int?)? {
    let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
    guard text[place...].starts(with: [open, open]) else { return nil }
    let inside = text[(place + 2)...].prefix(Self.contentLimit + 1)
    guard let end = inside.firstIndex(where: { $0 == close || $0 == open || $0 == 0x0A }),
      text[end...].starts(with: [close, close])
    else { return nil }
    let content = String(decoding: text[place + 2..<end], as: UTF8.self)
    return (end + 2, Int(content))
  }
}
