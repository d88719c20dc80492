import ZonkeyBase
import ZonkeyEngine
import ZonkeyModel

extension Corpus {
  /// The lexicon of a model: the segments that crops of the corpus have most often, cut as for its
  /// training, in about `bytes` of text, and the lengths of those above them.
  ///
  /// Throws what reading the corpus throws, and `badInput` when it has too little text for one.
  public func lexicon(
    of zonkey: Zonkey, bytes: Int = 1 << 24, threads: Int
  ) throws -> Lexicon {
    let crops = crops(zonkey.configuration, seed: 0, passLimit: 1)
    let workers = Workers(count: threads)
    let encoders = try (0..<workers.count).map { _ in
      try DocumentEncoder(zonkey, options: SplitOptions(topLevel: zonkey.levelCount - 1))
    }
    var counts = SegmentCounts(levelCount: zonkey.levelCount)
    while true {
      var round: [Crop] = []
      // Which crops these are does not depend on how many are computed together.
      while crops.bytes < bytes, round.count < 32 * workers.count, let crop = try crops.draw() {
        round.append(crop)
      }
      if round.isEmpty { break }
      let found = ResultSlots<[(crop: Crop, levels: [[Segment]])]>(
        count: workers.count, initial: [])
      workers.forEachRun(of: round.indices, length: 32) { worker, number, run in
        let encoded = encoders[worker].encode(round[run].map(\.bytes))
        found[number] = zip(round[run], encoded).map { ($0, $1.segments) }
      }
      for (crop, levels) in (0..<workers.count).lazy.flatMap({ found[$0] }) {
        counts.add(levels, of: crop)
      }
    }
    let lexicon = Lexicon(
      counted: counts.segments,
      lengths: counts.lengths.allSatisfy { $0.count > 0 } ? counts.lengths : [])
    guard !lexicon.segments.isEmpty else {
      throw ZonkeyError.badInput(
        source: name, line: nil, offset: nil, reason: "it has too little text for a lexicon")
    }
    return lexicon
  }
}

/// What a lexicon counts.
private struct SegmentCounts {
  /// How often each segment stood at each place.
  private(set) var segments: [[UInt8]: SIMD4<Int>] = [:]
  private(set) var lengths: [SegmentLengths]

  init(levelCount: Int) {
    lengths = [SegmentLengths](repeating: SegmentLengths(), count: levelCount - 1)
  }

  /// The segments of a crop's levels; where the document goes on, the last one of each is cut.
  mutating func add(_ levels: [[Segment]], of crop: Crop) {
    let whole = levels.map { $0.dropLast(crop.complete ? 0 : 1) }
    let starts = Set(levels.dropFirst().first?.map(\.start) ?? [])
    let ends = Set(levels.dropFirst().first?.map(\.end) ?? [])
    for segment in whole[0] {
      let place: Lexicon.Place =
        segment.start == 0 && crop.begins
        ? .documentStart
        : ends.contains(segment.end)
          ? .segmentEnd
          : segment.start > 0 && starts.contains(segment.start) ? .segmentStart : .inside
      segments[Array(crop.bytes[segment.start..<segment.end]), default: SIMD4()][
        place.rawValue] += 1
    }
    for (index, above) in whole.dropFirst().enumerated() {
      var units = levels[index].lazy.map(\.start)[...]
      for segment in above {
        let own = units.prefix { $0 < segment.end }.count
        units = units.dropFirst(own)
        lengths[index].add(
          max(1, own), isLast: crop.complete && segment.end == crop.bytes.count)
      }
    }
  }
}
