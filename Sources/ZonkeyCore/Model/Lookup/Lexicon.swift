import ZonkeyBase

/// The segments of level 0 that text has most often, with their counts: the vocabulary of a learned
/// tokenizer.
///
/// A model decodes any bytes; of a vector that lies between two words it makes a third that is none.
/// The lexicon says which words there are.
public struct Lexicon: Sendable, Equatable {
  /// Most frequent first.
  public let segments: [[UInt8]]
  /// How often each stood in the text, at least once.
  public let counts: [Int]

  /// Segments that are kept.
  package static let capacity = 1 << 14
  /// What stands less often may be a slip of the splitter's.
  private static let leastCount = 3

  /// The most frequent of those that were counted.
  package init(counted: [[UInt8]: Int]) {
    let sorted = counted.filter { $0.value >= Self.leastCount }.sorted { one, two in
      one.value == two.value
        ? one.key.lexicographicallyPrecedes(two.key) : one.value > two.value
    }
    .prefix(Self.capacity)
    (segments, counts) = (sorted.map(\.key), sorted.map(\.value))
  }

  package var json: JSONValue {
    [
      "segments": .array(segments.map { .string(String(decoding: $0, as: UTF8.self)) }),
      "counts": .array(counts.map { .integer(Int64($0)) }),
    ]
  }

  /// Nil for anything but the lexicon of a model whose segments have up to `segmentLength` bytes.
  package init?(json: JSONValue, segmentLength: Int) {
    guard let segments = json["segments"]?.arrayValue, let counts = json["counts"]?.arrayValue,
      (1...Self.capacity).contains(segments.count), counts.count == segments.count
    else { return nil }
    self.segments = segments.compactMap(\.stringValue).map { Array($0.utf8) }
    self.counts = counts.compactMap(\.intValue)
    guard self.segments.count == segments.count, self.counts.count == counts.count,
      self.segments.allSatisfy({ (1...segmentLength).contains($0.count) }),
      self.counts.allSatisfy({ (1...1 << 40).contains($0) })
    else { return nil }
  }
}
