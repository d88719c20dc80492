/// What the starts of segments are compared with.
package enum BoundaryTarget: String, Sendable {
  case words, sentences
}

/// The places in a text where words or sentences begin, under two conventions.
///
/// `after` has the first byte of a word or sentence, `before` the blank in front of it. Byte
/// offsets, ascending; offset 0 is left out, since every splitter starts there.
package struct BoundaryTargets: Sendable, Equatable {
  package let after: [Int]
  package let before: [Int]

  package init(_ target: BoundaryTarget, in text: [UInt8]) {
    switch target {
    case .words: (after, before) = Self.words(text)
    case .sentences: (after, before) = Self.sentences(text)
    }
  }

  init(after: [Int], before: [Int]) {
    self.after = after
    self.before = before
  }

  /// Words are what stands between blanks.
  private static func words(_ text: [UInt8]) -> (after: [Int], before: [Int]) {
    var (after, before) = ([Int](), [Int]())
    for i in text.indices.dropFirst() where isBlank(text[i]) != isBlank(text[i - 1]) {
      if isBlank(text[i]) { before.append(i) } else { after.append(i) }
    }
    return (after, before)
  }

  /// A sentence begins behind a stop, closing marks and blanks, at a capital, a digit or an opening
  /// mark, and on every new line.
  private static func sentences(_ text: [UInt8]) -> (after: [Int], before: [Int]) {
    var (after, before) = ([Int](), Set<Int>())
    var i = 0
    while i < text.count {
      if let stop = sentenceStop(text, at: i) {
        after.append(stop.end)
        i = stop.end
      } else if let end = newlineRun(text, at: i) {
        after.append(end)
        i = end
      } else {
        i += 1
      }
    }
    for i in text.indices {
      if let stop = sentenceStop(text, at: i) { before.insert(stop.blank) }
      if i == 0 || text[i - 1] != newline, newlineRun(text, at: i) != nil { before.insert(i) }
    }
    before.remove(0)
    return (after, before.sorted())
  }

  /// Where the blanks behind a stop begin and end, when a sentence begins behind them.
  private static func sentenceStop(_ text: [UInt8], at i: Int) -> (blank: Int, end: Int)? {
    guard stops.contains(text[i]) else { return nil }
    let blank = text[(i + 1)...].firstIndex { !closers.contains($0) } ?? text.count
    let end = text[blank...].firstIndex { !isBlank($0) } ?? text.count
    guard end > blank, end < text.count, opens(text[end]) else { return nil }
    return (blank, end)
  }

  /// Where a run of newlines ends, when a text follows at once.
  private static func newlineRun(_ text: [UInt8], at i: Int) -> Int? {
    guard text[i] == newline else { return nil }
    let end = text[i...].firstIndex { $0 != newline } ?? text.count
    return end < text.count && !isBlank(text[end]) ? end : nil
  }

  private static let newline = UInt8(ascii: "\n")
  private static let stops = Array(".!?".utf8)
  private static let closers = Array("\"')]".utf8)
  private static let openers = Array("\"'(".utf8)

  private static func opens(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || openers.contains(byte)
  }

  /// The blanks of ASCII.
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

/// A text without its spaces, and where they were.
package struct DeletedSpaces: Sendable {
  package let text: [UInt8]
  package let targets: BoundaryTargets

  package init(_ text: [UInt8]) {
    var (bare, places) = ([UInt8](), [Int]())
    for byte in text {
      if byte != 0x20 {
        bare.append(byte)
      } else if !bare.isEmpty && places.last != bare.count {
        places.append(bare.count)
      }
    }
    if places.last == bare.count { places.removeLast() }
    self.text = bare
    targets = BoundaryTargets(after: places, before: places)
  }
}
