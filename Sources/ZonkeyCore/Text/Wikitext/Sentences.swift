/// Where the sentences of a line end, as far as that shows without knowing the language.
///
/// A full stop after a single letter, after one or two digits or after a common abbreviation ends
/// none: it may be that of an initial or, as in German, of an ordinal. So two sentences may be taken
/// for one, but hardly the reverse.
package enum Sentences {
  /// The ends of all sentences of a line, each with the blanks after it; the last is the line's end.
  static func ends(of line: [UInt8]) -> [Int] {
    var ends: [Int] = []
    var index = 0
    while index < line.count {
      let length = stopLength(line, at: index)
      if length == 0 {
        index += 1
        continue
      }
      let stop = index
      index += length
      let isFullWidth = length == 3 && line[stop] != 0xE2
      var closed = afterClosings(line, from: index, to: line.count)
      // What was left out at a stop, as a note, belongs to it.
      while closed < line.count, line[closed] == HoleCode.first,
        HoleCode.index(in: line, at: closed) != nil
      {
        closed += 4
      }
      var next = closed
      while next < line.count, line[next] == 0x20 { next += 1 }
      if next == line.count { break }
      if isFullWidth
        || (next > closed && startsSentence(line, at: next))
          && !isAbbreviation(line, before: stop)
      {
        ends.append(next)
        index = next
      }
    }
    ends.append(line.count)
    return ends
  }

  /// How many sentences a text has; every line ends one.
  package static func count(in text: [UInt8]) -> Int {
    text.split(separator: 0x0A).reduce(0) { $0 + ends(of: Array($1)).count }
  }

  /// The length of a mark that may end a sentence; 0 when there is none.
  static func stopLength(_ line: [UInt8], at index: Int) -> Int {
    switch line[index] {
    case 0x2E, 0x21, 0x3F: 1
    case 0xD8 where follows(line, index, [0x9F]), 0xDB where follows(line, index, [0x94]): 2
    case 0xE3 where follows(line, index, [0x80, 0x82]): 3
    case 0xE2 where follows(line, index, [0x80, 0xA6]): 3
    case 0xE0 where follows(line, index, [0xA5, 0xA4]): 3
    case 0xEF where follows(line, index, [0xBC, 0x81]) || follows(line, index, [0xBC, 0x9F]): 3
    default: 0
    }
  }

  private static func follows(_ line: [UInt8], _ index: Int, _ rest: [UInt8]) -> Bool {
    line.count - index > rest.count && line[(index + 1)...].starts(with: rest)
  }

  /// The place after quotation marks and brackets that close, no further than an end.
  static func afterClosings(_ line: [UInt8], from start: Int, to end: Int) -> Int {
    var index = start
    while index < end {
      if line[index] == 0x22 || line[index] == 0x27 || line[index] == 0x29 || line[index] == 0x5D {
        index += 1
      } else if let length = closings.first(where: { line[index..<end].starts(with: $0) })?.count {
        index += length
      } else {
        break
      }
    }
    return index
  }

  private static let closings = ["”", "’", "»", "“", "」", "』", "）"].map { Array($0.utf8) }

  /// Whether a character is no small letter.
  static func startsSentence(_ line: [UInt8], at index: Int) -> Bool {
    guard let scalar = scalar(line, at: index) else { return true }
    return !scalar.properties.isLowercase
  }

  static func scalar(_ line: [UInt8], at index: Int) -> Unicode.Scalar? {
    String(decoding: line[index..<min(index + 4, line.count)], as: UTF8.self).unicodeScalars.first
  }

  /// Whether the full stop at an index is likely to be that of an abbreviation.
  static func isAbbreviation(_ line: [UInt8], before stop: Int) -> Bool {
    guard line[stop] == 0x2E, stop > 0 else { return false }
    let before = line[max(0, stop - 24)..<stop]
    let word = before.suffix(
      from: before.lastIndex { $0 == 0x20 || $0 == 0x28 }.map { $0 + 1 } ?? before.startIndex)
    if word.isEmpty || word.contains(HoleCode.first) { return false }
    if word.allSatisfy(\.isDigit) { return word.count <= 2 }
    // `U.S.`, `z.B.`
    if let dot = word.lastIndex(of: 0x2E), dot > word.startIndex {
      return String(decoding: word[(dot + 1)...], as: UTF8.self).count <= 2
        && !word.contains(where: \.isDigit)
    }
    let text = String(decoding: word, as: UTF8.self)
    let lowered = text.lowercased()
    if text.count == 1 || abbreviations.contains(lowered) { return true }
    return text.count == 2 && (text != lowered || !lowered.contains { vowels.contains($0) })
  }

  /// Letters that nearly every word of two small letters has one of.
  private static let vowels: Set<Character> = Set(
    "aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýāăąēęėīıōőūůűœаеёиоуыэюяіїєўαεηιουωάέήίόύώ")

  /// Those that stand before names and numbers, in the languages of the largest wikis.
  private static let abbreviations = Set(
    """
    al approx art aug avv bde bros bzw ca cap capt card cit col corp dec dept dott ed eds ev evtl feb
    fig fr gen geb gen gest ggf gov hon id inc ing inkl jan jun kap ltd max min mons mrs nos nov nr
    oct od op pag par prof ref rep rev sen sept sgt sig sog spec univ usw vgl vol vols акад гг гл им
    млн млрд напр обл ок проф ред род руб св см ст стр тыс ул
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}
