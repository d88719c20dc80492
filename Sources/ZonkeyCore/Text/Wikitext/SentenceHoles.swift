import ZonkeyBase

/// Takes the marks of what was left out from the lines of a text, and counts those of sentences.
struct SentenceHoles {
  private(set) var found = TemplateHoles()
  private let names: HoleNames
  private let policy: HolePolicy

  init(_ names: HoleNames, policy: HolePolicy) {
    self.names = names
    self.policy = policy
  }

  private struct Hole {
    /// Where its mark stands.
    var range: Range<Int>
    var name: Int
    var isInSentence: Bool
  }

  /// A line without marks, and without the sentences that have one when they are to be dropped.
  mutating func resolved(_ line: [UInt8]) -> [UInt8] {
    let holes = Self.holes(of: line)
    if holes.isEmpty { return line }
    for hole in holes where hole.isInSentence && hole.name < names.names.count {
      found.add(names.names[hole.name], example: names.examples[hole.name])
    }
    var dropped: [Range<Int>] = []
    if policy == .dropSentence { dropped = rangesToDrop(line, holes.filter(\.isInSentence)) }
    return Self.mended(line, holes, without: dropped)
  }

  private static func holes(of line: [UInt8]) -> [Hole] {
    var holes: [Hole] = []
    var index = 0
    while index < line.count {
      if line[index] == HoleCode.first, let name = HoleCode.index(in: line, at: index) {
        holes.append(Hole(range: index..<(index + 4), name: name, isInSentence: false))
        index += 4
      } else {
        index += 1
      }
    }
    for place in holes.indices {
      holes[place].isInSentence = isInSentence(line, holes[place].range)
    }
    return holes
  }

  /// Whether a mark stands in a sentence, not before or after one.
  private static func isInSentence(_ line: [UInt8], _ mark: Range<Int>) -> Bool {
    var begin = mark.lowerBound
    while begin > 0 {
      if line[begin - 1] == 0x20 {
        begin -= 1
      } else if begin >= 4, HoleCode.index(in: line, at: begin - 4) != nil {
        begin -= 4
      } else {
        break
      }
    }
    var end = mark.upperBound
    while end < line.count {
      if line[end] == 0x20 {
        end += 1
      } else if HoleCode.index(in: line, at: end) != nil {
        end += 4
      } else {
        break
      }
    }
    if begin == 0 && end == line.count { return false }
    let isOpen = begin == 0 || endsSentence(line, before: begin)
    if !isOpen { return true }
    guard end < line.count, let next = Sentences.scalar(line, at: end) else { return false }
    let isOpening = "\"“„«‘'(".unicodeScalars.contains(next)
    return !(next.properties.isUppercase || isOpening)
      && (begin == 0 || next.properties.isLowercase
        || next.value < 0x41)
  }

  private static func endsSentence(_ line: [UInt8], before end: Int) -> Bool {
    (max(0, end - 8)..<end).contains { index in
      let length = Sentences.stopLength(line, at: index)
      return length > 0 && index + length <= end
        && Sentences.afterClosings(Array(line[..<end]), from: index + length) == end
    }
  }

  /// The parentheses that have holes, and the sentences that have others.
  private mutating func rangesToDrop(_ line: [UInt8], _ holes: [Hole]) -> [Range<Int>] {
    if holes.isEmpty { return [] }
    let parentheses = Self.parentheses(line)
    var ranges: [Range<Int>] = []
    var others: [Int] = []
    for hole in holes {
      let at = hole.range.lowerBound
      // The innermost one ends first.
      if let range = parentheses.first(where: { $0.contains(at) }) {
        ranges.append(range)
      } else {
        others.append(at)
      }
    }
    if others.isEmpty { return ranges }
    var begin = 0
    var rest = others[...]
    for end in Sentences.ends(of: line) {
      if let first = rest.first, first < end {
        ranges.append(begin..<end)
        found.droppedSentences += 1
        rest = rest.drop { $0 < end }
      }
      begin = end
    }
    return ranges
  }

  /// All pairs of parentheses, in the order of their ends.
  private static func parentheses(_ line: [UInt8]) -> [Range<Int>] {
    var open: [Int] = []
    var ranges: [Range<Int>] = []
    for (index, byte) in line.enumerated() {
      let isWide = byte == 0xEF && index + 2 < line.count && line[index + 1] == 0xBC
      if byte == 0x28 || (isWide && line[index + 2] == 0x88) {
        open.append(index)
      } else if byte == 0x29 || (isWide && line[index + 2] == 0x89), let begin = open.popLast() {
        ranges.append(begin..<(index + (isWide ? 3 : 1)))
      }
    }
    return ranges
  }

  /// The line without some ranges and without the marks, its blanks and marks put right.
  private static func mended(
    _ line: [UInt8], _ holes: [Hole], without dropped: [Range<Int>]
  ) -> [UInt8] {
    var gaps = holes.map { withNumbers(line, $0.range) } + dropped
    gaps.sort { $0.lowerBound < $1.lowerBound }
    var result: [UInt8] = []
    var index = 0
    for gap in gaps where gap.upperBound > index {
      if gap.lowerBound > index {
        append(line[index..<gap.lowerBound], to: &result, afterGap: index > 0)
      }
      index = gap.upperBound
      if index < line.count { closeGap(&result, before: line[index...]) }
    }
    append(line[index...], to: &result, afterGap: index > 0)
    while result.last == 0x20 { result.removeLast() }
    return result
  }

  private static func append(
    _ text: ArraySlice<UInt8>, to result: inout [UInt8], afterGap: Bool
  ) {
    var text = text
    if afterGap, result.isEmpty || result.last == 0x20 { text = text.drop { $0 == 0x20 } }
    result += text
  }

  /// Takes away what stands for nothing before a gap: a blank before a stop, an opening bracket.
  private static func closeGap(_ result: inout [UInt8], before rest: ArraySlice<UInt8>) {
    let next = rest.drop { $0 == 0x20 }
    guard let byte = next.first else { return }
    let isStop = ",.;:!?)]".utf8.contains(byte) || stops.contains { next.starts(with: $0) }
    if isStop { while result.last == 0x20 { result.removeLast() } }
  }

  private static let stops = ["、", "。", "，", "；", "）", "」", "”", "؛", "،", "؟"].map {
    Array($0.utf8)
  }

  /// A mark with the number that touches it, which may mean nothing without what was there.
  private static func withNumbers(_ line: [UInt8], _ mark: Range<Int>) -> Range<Int> {
    func isPart(_ byte: UInt8) -> Bool { byte.isDigit || byte == 0x2E || byte == 0x2C }
    var begin = mark.lowerBound
    while begin > 0, isPart(line[begin - 1]) { begin -= 1 }
    let isNumber =
      begin < mark.lowerBound && line[begin].isDigit && line[mark.lowerBound - 1].isDigit
    if !isNumber || (begin > 0 && line[begin - 1].isASCIILetterOrDigit) { begin = mark.lowerBound }
    var end = mark.upperBound
    while end < line.count, isPart(line[end]) { end += 1 }
    if end > mark.upperBound, line[mark.upperBound].isDigit {
      if !line[end - 1].isDigit { end -= 1 }
    } else {
      end = mark.upperBound
    }
    return begin..<end
  }
}
