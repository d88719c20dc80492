/// Where the sentences of a line end, as far as that shows without knowing the language.
///
/// A full stop after a single letter or after one or two digits ends none: it may be that of an
/// initial or, as in German, of an ordinal. So two sentences may be taken for one, but hardly the
/// reverse.
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
      let closed = afterClosings(line, from: index)
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

  /// The place after quotation marks and brackets that close.
  static func afterClosings(_ line: [UInt8], from start: Int) -> Int {
    var index = start
    while index < line.count {
      if line[index] == 0x22 || line[index] == 0x27 || line[index] == 0x29 || line[index] == 0x5D {
        index += 1
      } else if let length = closings.first(where: { line[index...].starts(with: $0) })?.count {
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

  private static func isAbbreviation(_ line: [UInt8], before stop: Int) -> Bool {
    guard line[stop] == 0x2E else { return false }
    let word = line[..<stop].suffix(16).split(whereSeparator: { $0 == 0x20 || $0 == 0x28 }).last
    guard let word, line[stop - 1] != 0x20 else { return false }
    if word.allSatisfy(\.isDigit) { return word.count <= 2 }
    return String(decoding: word, as: UTF8.self).count <= 2
  }
}
