/// How well the starts of segments agree with targets, summed over documents.
package struct BoundaryScore: Sendable, Equatable {
  /// Precision, recall and their harmonic mean.
  package struct Figures: Sendable, Equatable {
    package let precision: Double
    package let recall: Double
    package var f1: Double { 2 * precision * recall / max(1e-9, precision + recall) }
  }
  /// Starts that hit a target, and targets in all, of one convention.
  private struct Tally: Sendable, Equatable {
    var hits = 0
    var wanted = 0

    mutating func add(_ targets: [Int], hitBy starts: Set<Int>) {
      wanted += targets.count
      hits += targets.count { starts.contains($0) }
    }
  }

  package private(set) var documentCount = 0
  package private(set) var segmentCount = 0
  private var byteCount = 0
  private var startCount = 0
  private var wholeWordCount = 0
  private var tallyAfter = Tally()
  private var tallyBefore = Tally()

  package init() {}

  /// Adds a document whose segments begin at `starts`, the first of them 0.
  package mutating func add(_ starts: [Int], of text: [UInt8], targets: BoundaryTargets) {
    guard !text.isEmpty else { return }
    documentCount += 1
    segmentCount += starts.count
    byteCount += text.count
    let inner = Set(starts.filter { $0 > 0 })
    startCount += inner.count
    tallyAfter.add(targets.after, hitBy: inner)
    tallyBefore.add(targets.before, hitBy: inner)
    for (start, end) in zip(starts, starts.dropFirst() + [text.count]) {
      if isWholeWord(text[start..<end]) { wholeWordCount += 1 }
    }
  }

  package var after: Figures { figures(tallyAfter) }
  package var before: Figures { figures(tallyBefore) }
  /// The better of the two conventions.
  package var best: Figures { after.f1 >= before.f1 ? after : before }
  package var meanBytes: Double { Double(byteCount) / Double(max(1, segmentCount)) }
  /// Share of the segments that are one word with the blanks around it.
  package var wholeWordShare: Double { Double(wholeWordCount) / Double(max(1, segmentCount)) }

  private func figures(_ tally: Tally) -> Figures {
    Figures(
      precision: Double(tally.hits) / Double(max(1, startCount)),
      recall: Double(tally.hits) / Double(max(1, tally.wanted)))
  }

  /// Blanks, then at least one other character, then blanks, as Unicode knows them.
  private func isWholeWord(_ bytes: ArraySlice<UInt8>) -> Bool {
    let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
    let words = scalars.split(whereSeparator: \.isBlank)
    return words.count == 1
  }
}

extension Unicode.Scalar {
  /// White space, and the four separators of ASCII that are blanks too.
  var isBlank: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}
