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
    // Those with nothing but blanks between them are judged together.
    var begin = 0
    while begin < holes.count {
      var end = begin + 1
      while end < holes.count,
        afterBlanks(line, holes[end - 1].range.upperBound) == holes[end].range.lowerBound
      {
        end += 1
      }
      judge(&holes, begin..<end, in: line)
      begin = end
    }
    return holes
  }

  private static func afterBlanks(_ line: [UInt8], _ start: Int) -> Int {
    var index = start
    while index < line.count, line[index] == 0x20 { index += 1 }
    return index
  }

  /// Finds which marks of a group stand in a sentence, not before or after one.
  ///
  /// Marks that touch a stop belong to the sentence that it ends, as notes do.
  private static func judge(_ holes: inout [Hole], _ group: Range<Int>, in line: [UInt8]) {
    let notes = notes(holes, group, in: line)
    guard let first = holes[notes..<group.upperBound].first?.range.lowerBound,
      let last = holes[group].last?.range.upperBound
    else { return }
    var begin = first
    while begin > 0, line[begin - 1] == 0x20 { begin -= 1 }
    let isOpen =
      begin == 0 || notes > group.lowerBound || endsSentence(line, before: begin, isNear: false)
    let end = afterBlanks(line, last)
    var isIn = !isOpen
    if isOpen, let next = Sentences.scalar(line, at: end), end < line.count {
      let isOpening = "\"“„«‘'(".unicodeScalars.contains(next)
      isIn =
        !(next.properties.isUppercase || isOpening)
        && (begin == 0 || next.properties.isLowercase || next.value < 0x41)
    }
    for index in notes..<group.upperBound { holes[index].isInSentence = isIn }
  }

  /// The end of those marks of a group that touch the stop of a sentence.
  private static func notes(_ holes: [Hole], _ group: Range<Int>, in line: [UInt8]) -> Int {
    let none = group.lowerBound
    guard endsSentence(line, before: holes[none].range.lowerBound, isNear: true) else {
      return none
    }
    var end = none + 1
    while end < group.upperBound, holes[end].range.lowerBound == holes[end - 1].range.upperBound {
      end += 1
    }
    let place = holes[end - 1].range.upperBound
    let next = afterBlanks(line, place)
    return next == line.count || (next > place && Sentences.startsSentence(line, at: next))
      ? end : none
  }

  /// Whether a sentence ends before a place; `isNear` is for what touches the stop, so that it does
  /// not matter what word stands before.
  private static func endsSentence(_ line: [UInt8], before end: Int, isNear: Bool) -> Bool {
    (max(0, end - 8)..<end).contains { index in
      let length = Sentences.stopLength(line, at: index)
      return length > 0 && index + length <= end
        && Sentences.afterClosings(line, from: index + length, to: end) == end
        && (isNear || !Sentences.isAbbreviation(line, before: index))
    }
  }

  /// The parentheses that have holes, and the sentences that have others.
  private mutating func rangesToDrop(_ line: [UInt8], _ holes: [Hole]) -> [Range<Int>] {
    if holes.isEmpty { return [] }
    var (ranges, others) = Self.inParentheses(line, holes.map(\.range.lowerBound))
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

  /// The innermost parentheses that have one of these places, and the places that are in none.
  ///
  /// Those after a letter, as in `f(x)`, are no insertion that can be left out.
  private static func inParentheses(
    _ line: [UInt8], _ places: [Int]
  ) -> (ranges: [Range<Int>], others: [Int]) {
    var ranges: [Range<Int>] = []
    var open: [(begin: Int, pending: Int)] = []
    var pending: [Int] = []
    var rest = places[...]
    for (index, byte) in line.enumerated() {
      if index == rest.first {
        pending.append(index)
        rest.removeFirst()
      }
      let isWide = byte == 0xEF && index + 2 < line.count && line[index + 1] == 0xBC
      if byte == 0x28 || (isWide && line[index + 2] == 0x88) {
        open.append((index, pending.count))
      } else if byte == 0x29 || (isWide && line[index + 2] == 0x89), let last = open.popLast() {
        let isCall = !isWide && last.begin > 0 && line[last.begin - 1].isASCIILetterOrDigit
        if pending.count > last.pending, !isCall {
          ranges.append(last.begin..<(index + (isWide ? 3 : 1)))
          pending.removeLast(pending.count - last.pending)
        }
      }
    }
    return (ranges, pending)
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
      if isBeforeStop(line, index) {
        while result.last == 0x20 { result.removeLast() }
        index = afterBlanks(line, index)
      }
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

  /// Whether the next thing that is no blank stands without one before it.
  private static func isBeforeStop(_ line: [UInt8], _ place: Int) -> Bool {
    let next = afterBlanks(line, place)
    guard next < line.count else { return false }
    return ",.;:!?)]".utf8.contains(line[next]) || stops.contains { line[next...].starts(with: $0) }
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
