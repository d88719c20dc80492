import ZonkeyBase
import ZonkeyEngine

extension DocumentEncoder {
  /// A longer document is computed in parts, which takes less memory; batches of shorter ones are
  /// faster together.
  static let longBytes = 1 << 16

  /// A document's parts from its beginning to its end: what `encode` gives, cut where segments of
  /// the top level end, each part as it is asked for.
  ///
  /// `helpers` are encoders of the same model and options that take their share, each on a thread
  /// of its own. What comes out is the same with any number of them, but for where parts end.
  ///
  /// Memory is that of a part, whatever the document's length. Until the last part has been taken
  /// the encoders are used for nothing else. An empty document has no part.
  public func parts(
    of text: [UInt8], number: Int = 1, withLatents: Bool = false, helpers: [DocumentEncoder] = []
  ) -> DocumentParts {
    // Enough for every encoder, and no more than some megabytes of vectors.
    let step = Swift.min((1 << 15) * (1 + helpers.count), 1 << 18)
    return parts(
      of: text, number: number, withLatents: withLatents, step: step, helpers: helpers)
  }

  /// As above; `step` bytes of text go in together.
  package func parts(
    of text: [UInt8], number: Int, withLatents: Bool, step: Int, helpers: [DocumentEncoder] = []
  ) -> DocumentParts {
    DocumentParts(
      EncoderCrew(self, helpers: helpers), text: text, number: number, withLatents: withLatents,
      step: step)
  }
}

/// The parts of one document; see `DocumentEncoder.parts`.
///
/// Every level keeps the units that its next probabilities and segments depend on, and drops those
/// before.
public struct DocumentParts: Sequence, IteratorProtocol {
  private let crew: EncoderCrew
  private let text: [UInt8]
  private let number: Int
  private let withLatents: Bool
  private let step: Int
  private var levels: [LevelPart]
  /// The segments of each level that belong to no part yet.
  private var waiting: [[Segment]]
  private var bytesTaken = 0

  fileprivate init(
    _ crew: EncoderCrew, text: [UInt8], number: Int, withLatents: Bool, step: Int
  ) {
    self.crew = crew
    self.text = text
    self.number = number
    self.withLatents = withLatents
    self.step = step
    levels = crew.zonkey.model.levels[...crew.lead.options.topLevel].map { LevelPart($0) }
    waiting = levels.map { _ in [] }
  }

  public mutating func next() -> EncodedDocument? {
    while bytesTaken < text.count {
      bytesTaken = Swift.min(bytesTaken + step, text.count)
      let isEnd = bytesTaken == text.count
      levels[0].count = bytesTaken
      var latents: [Float] = []
      for index in levels.indices {
        let isTop = index + 1 == levels.count
        let found = crew.advance(
          &levels[index], text: text, number: number, isEnd: isEnd,
          withLatents: withLatents || !isTop)
        waiting[index] += found.segments
        if isTop {
          latents = found.latents
        } else {
          levels[index + 1].append(found)
        }
      }
      if let end = waiting[levels.count - 1].last?.end {
        return EncodedDocument(segments: take(until: end), latents: latents)
      }
    }
    return nil
  }

  /// Takes out the segments of all levels that end at this byte or before.
  private mutating func take(until end: Int) -> [[Segment]] {
    waiting.indices.map { level in
      let count = waiting[level].firstIndex { $0.end > end } ?? waiting[level].count
      defer { waiting[level].removeFirst(count) }
      return Array(waiting[level][..<count])
    }
  }
}

/// What is kept of one level of a document while it is computed in parts. Places count units from
/// the document's first.
struct LevelPart {
  let level: Level
  /// The units that are known.
  var count = 0
  /// The first unit that is kept.
  var origin = 0
  /// The kept units' rows, at upper levels.
  var vectors: [Float] = []
  /// Where the kept units begin in the text, and where the last one ends, at upper levels.
  var byteOffsets = [0]
  /// The probabilities of the first kept units.
  var p: [Float] = []
  /// The starts whose segments are not complete.
  var openStarts: [Int] = []
  var starts: Starts

  init(_ level: Level) {
    self.level = level
    starts = Starts(segmentLength: level.configuration.segmentLength)
  }

  /// Adds the segments of the level below with their latents.
  mutating func append(_ below: (segments: [Segment], latents: [Float])) {
    count += below.segments.count
    vectors += below.latents
    byteOffsets += below.segments.map(\.end)
  }

  /// Forgets the units before a place.
  mutating func drop(before place: Int) {
    let dropped = place - origin
    guard dropped > 0 else { return }
    if level.index > 0 {
      vectors.removeFirst(dropped * level.configuration.width)
      byteOffsets.removeFirst(dropped)
    }
    p.removeFirst(dropped)
    origin = place
  }

  func byteOffset(_ place: Int) -> Int {
    level.index == 0 ? place : byteOffsets[place - origin]
  }
}

extension EncodedDocument {
  /// A whole document of its parts.
  package init(joining parts: DocumentParts, levelCount: Int) {
    var (segments, latents) = ([[Segment]](repeating: [], count: levelCount), [Float]())
    for part in parts {
      for level in segments.indices { segments[level] += part.segments[level] }
      latents += part.latents
    }
    self.init(segments: segments, latents: latents)
  }
}
