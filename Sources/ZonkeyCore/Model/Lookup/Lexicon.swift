import ZonkeyBase

/// The segments of level 0 that text has most often, with their counts: the vocabulary of a learned
/// tokenizer; and how long segments of the levels above are.
///
/// A model decodes any bytes; of a vector that lies between two words it makes a third that is none.
/// The lexicon says which words there are, and of how many units texts from noise are to be.
public struct Lexicon: Sendable, Equatable {
  /// Where a segment stands.
  package enum Place: Int, CaseIterable, Sendable {
    case inside
    /// The first of its document.
    case documentStart
    /// The first of a segment of level 1 that has others before it.
    case segmentStart
    /// The last of a segment of level 1.
    case segmentEnd
  }

  /// Most frequent first.
  public let segments: [[UInt8]]
  /// How often each stood at each place; 0 but inside where places were not counted.
  package let placed: [SIMD4<Int>]
  /// The lengths of segments of the levels 1, 2, …; empty where they were not counted.
  public let lengths: [SegmentLengths]

  /// How often each stood in the text, at least once.
  public var counts: [Int] { placed.map { $0.wrappedSum() } }

  /// Segments that are kept.
  package static let capacity = 1 << 14
  /// What stands less often may be a slip of the splitter's.
  private static let leastCount = 3

  /// The most frequent of those that were counted, by places.
  package init(counted: [[UInt8]: SIMD4<Int>], lengths: [SegmentLengths] = []) {
    let sorted = counted.map { (text: $0.key, places: $0.value, count: $0.value.wrappedSum()) }
      .filter { $0.count >= Self.leastCount }
      .sorted { one, two in
        one.count == two.count
          ? one.text.lexicographicallyPrecedes(two.text) : one.count > two.count
      }
      .prefix(Self.capacity)
    (segments, placed) = (sorted.map(\.text), sorted.map(\.places))
    self.lengths = lengths
  }

  package var json: JSONValue {
    func integers(_ values: [Int]) -> JSONValue { .array(values.map { .integer(Int64($0)) }) }
    func counted(_ place: Place) -> JSONValue { integers(placed.map { $0[place.rawValue] }) }
    return [
      "segments": .array(segments.map { .string(String(decoding: $0, as: UTF8.self)) }),
      "counts": integers(counts), "documentStarts": counted(.documentStart),
      "segmentStarts": counted(.segmentStart), "segmentEnds": counted(.segmentEnd),
      "lengths": .array(
        lengths.map { ["inner": integers($0.inner), "last": integers($0.last)] }),
    ]
  }

  /// Nil for anything but the lexicon of a model whose segments have up to so many units at each
  /// level.
  package init?(json: JSONValue, segmentLengths: [Int]) {
    func integers(_ value: JSONValue?, count: ClosedRange<Int>, from least: Int) -> [Int]? {
      guard let list = value?.arrayValue, count.contains(list.count) else { return nil }
      let found = list.compactMap(\.intValue)
      return found.count == list.count && found.allSatisfy { (least...1 << 40).contains($0) }
        ? found : nil
    }
    guard let segments = json["segments"]?.arrayValue,
      (1...Self.capacity).contains(segments.count)
    else { return nil }
    let all = segments.count...segments.count
    guard let counts = integers(json["counts"], count: all, from: 1) else { return nil }
    self.segments = segments.compactMap(\.stringValue).map { Array($0.utf8) }
    guard self.segments.count == segments.count,
      self.segments.allSatisfy({ (1...segmentLengths[0]).contains($0.count) })
    else { return nil }
    var placed = counts.map { SIMD4($0, 0, 0, 0) }
    // Older lexicons say neither where segments stood nor how long those above them were.
    if json["lengths"] != nil {
      let names: [(String, Place)] = [
        ("documentStarts", .documentStart), ("segmentStarts", .segmentStart),
        ("segmentEnds", .segmentEnd),
      ]
      for (name, place) in names {
        guard let found = integers(json[name], count: all, from: 0) else { return nil }
        for (index, count) in found.enumerated() {
          placed[index][place.rawValue] = count
          placed[index][Place.inside.rawValue] -= count
        }
      }
    }
    guard placed.allSatisfy({ $0[Place.inside.rawValue] >= 0 }) else { return nil }
    self.placed = placed
    let levels = json["lengths"] == nil ? [] : json["lengths"]?.arrayValue
    guard let levels, levels.count < segmentLengths.count else { return nil }
    lengths = zip(levels, segmentLengths.dropFirst()).compactMap { level, longest in
      guard let inner = integers(level["inner"], count: 0...longest, from: 0),
        let last = integers(level["last"], count: 0...longest, from: 0)
      else { return nil }
      return SegmentLengths(inner: inner, last: last)
    }
    guard lengths.count == levels.count, lengths.allSatisfy({ $0.count > 0 }) else { return nil }
  }
}

/// How many segments of a level had 1, 2, … units in some text.
public struct SegmentLengths: Sendable, Equatable {
  /// Those that others follow in their document.
  public private(set) var inner: [Int] = []
  /// Those that end it.
  public private(set) var last: [Int] = []

  package init(inner: [Int] = [], last: [Int] = []) {
    (self.inner, self.last) = (inner, last)
  }

  package var count: Int { inner.reduce(0, +) + last.reduce(0, +) }

  /// Counts one more, of `units`, at least 1.
  package mutating func add(_ units: Int, isLast: Bool) {
    func added(_ counts: [Int]) -> [Int] {
      var counts = counts + [Int](repeating: 0, count: max(0, units - counts.count))
      counts[units - 1] += 1
      return counts
    }
    if isLast { last = added(last) } else { inner = added(inner) }
  }

  /// The segment of this number, 0 ..< count, in the order of kinds and lengths.
  package subscript(number: Int) -> (units: Int, isLast: Bool) {
    var left = number
    for (counts, isLast) in [(inner, false), (last, true)] {
      for (index, count) in counts.enumerated() {
        left -= count
        if left < 0 { return (index + 1, isLast) }
      }
    }
    preconditionFailure("SegmentLengths: \(number) of \(count)")
  }
}
