import ZonkeyBase

extension WikitextScanner {
  /// Bold and italics are two to five marks; more, or four, have apostrophes among them.
  mutating func apostrophes() {
    if position >= quotes.end { lookAtQuotes() }
    let length = runLength(at: position)
    let isSplit = position == quotes.apostrophe
    position += length
    let kept = length == 1 || length == 4 || isSplit ? 1 : max(0, length - 5)
    write(repeatElement(0x27, count: kept))
  }

  /// Finds the three marks of a line that are an apostrophe and italics, as in `l'''Iliade''`.
  ///
  /// As MediaWiki has it: when both bold and italics are left open at the line's end, it is the
  /// first three marks after a word of one letter, otherwise after a longer one, otherwise any.
  private mutating func lookAtQuotes() {
    let end = firstIndex(of: 0x0A, from: position) ?? bytes.count
    quotes = (end, -1)
    var isBold = false
    var isItalic = false
    var firsts = [-1, -1, -1]
    var index = position
    while let found = firstIndex(of: 0x27, from: index), found < end {
      let length = runLength(at: found)
      index = found + length
      if length == 2 || length >= 5 { isItalic.toggle() }
      if length >= 3 { isBold.toggle() }
      if length == 3 {
        let rank = rankOfQuotes(at: found)
        if firsts[rank] < 0 { firsts[rank] = found }
      }
    }
    if isBold && isItalic { quotes.apostrophe = firsts.first { $0 >= 0 } ?? -1 }
  }

  /// 0 after a word of one letter, 1 after a longer one, 2 after a blank.
  private func rankOfQuotes(at index: Int) -> Int {
    guard index > 0, !bytes[index - 1].isBlank, bytes[index - 1] != 0x0A else { return 2 }
    return index == 1 || bytes[index - 2].isBlank || bytes[index - 2] == 0x0A ? 0 : 1
  }
}
