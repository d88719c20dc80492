/// A learned segment of a document.
public struct Segment: Sendable, Equatable {
  public let level: Int
  /// Byte offsets in the document, end exclusive.
  public let start: Int
  public let end: Int
  /// The probability of the start.
  public let probability: Float
}

/// How probabilities become starts.
public struct SplitOptions: Sendable, Equatable {
  public enum Rule: Sendable, Equatable {
    /// Starts where p lies above the calibrated threshold of the expected rate.
    case calibrated
    /// Starts where p lies above this.
    case threshold(Float)
    /// Starts where p lies above the calibrated threshold for this mean length in units.
    case meanLength(Float)
    /// Draws starts with their probability; the seed and the document's number make the draws.
    case sample(seed: UInt64)
  }
  public var rule: Rule = .calibrated
  /// Levels 0 ... this one are split.
  public var topLevel = 0

  public init(rule: Rule = .calibrated, topLevel: Int = 0) {
    self.rule = rule
    self.topLevel = topLevel
  }
}

/// Splits documents; one for each thread.
public final class Splitter {
  private let zonkey: Zonkey
  private let tape: Tape
  private let options: SplitOptions
  /// Positions whose probabilities are computed together; a document of any length takes the
  /// memory of one piece.
  private let pieceLength: Int

  public convenience init(_ zonkey: Zonkey, options: SplitOptions) throws(ZonkeyError) {
    try self.init(zonkey, options: options, pieceLength: 4096)
  }

  package init(
    _ zonkey: Zonkey, options: SplitOptions, pieceLength: Int
  ) throws(ZonkeyError) {
    guard (0..<zonkey.levelCount).contains(options.topLevel) else {
      throw .badConfiguration(
        key: "level", reason: "the model has levels 0 to \(zonkey.levelCount - 1)")
    }
    self.zonkey = zonkey
    self.options = options
    self.pieceLength = max(1, pieceLength)
    tape = zonkey.tape()
  }

  /// The segments of a document, all levels up to `topLevel`, level by level.
  ///
  /// The segments of a level tile the document; none begins inside a UTF-8 character. `number` is
  /// the document's place in the input, which only sampling depends on.
  public func segments(of text: [UInt8], number: Int = 0) -> [[Segment]] {
    guard !text.isEmpty else { return (0...options.topLevel).map { _ in [] } }
    var levels: [[Segment]] = []
    var units: Units = .bytes(text)
    // The byte offset of every unit's start, and the document's end.
    var offsets = Array(0...text.count)
    for level in zonkey.model.levels[...options.topLevel] {
      let count = units.count
      let p = probabilities(units, level: level)
      let starts = starts(
        p, level: level, number: number, allowed: { level.index > 0 || text[$0] & 0xC0 != 0x80 })
      levels.append(
        starts.indices.map { i in
          let end = i + 1 < starts.count ? starts[i + 1] : count
          return Segment(
            level: level.index, start: offsets[starts[i]], end: offsets[end],
            probability: starts[i] == 0 ? 1 : p[starts[i]])
        })
      if level.index < options.topLevel {
        units = .latents(latents(units, starts: starts, p: p, level: level))
        offsets = starts.map { offsets[$0] } + [text.count]
      }
    }
    return levels
  }

  /// The probabilities of a document's units at every level, where a start is allowed.
  ///
  /// For calibration: upper levels are split with the starts that lower levels draw.
  package func probabilities(of text: [UInt8]) -> [(allowed: [Float], positions: Int)] {
    var units: Units = .bytes(text)
    var out: [(allowed: [Float], positions: Int)] = []
    for level in zonkey.model.levels[...options.topLevel] where units.count > 0 {
      let p = probabilities(units, level: level)
      let allowed: (Int) -> Bool = { level.index > 0 || text[$0] & 0xC0 != 0x80 }
      out.append((p.indices.dropFirst().filter(allowed).map { p[$0] }, p.count))
      if level.index < options.topLevel {
        let starts = starts(p, level: level, number: 0, allowed: allowed)
        units = .latents(latents(units, starts: starts, p: p, level: level))
      }
    }
    return out
  }

  /// The units of one level of a document.
  private enum Units {
    case bytes([UInt8])
    /// Rows of the level's width.
    case latents([[Float]])

    var count: Int {
      switch self {
      case .bytes(let text): return text.count
      case .latents(let rows): return rows.count
      }
    }
  }

  // MARK: Probabilities

  /// Piece by piece with as much context on both sides as a probability depends on, so that the
  /// pieces' borders change nothing.
  private func probabilities(_ units: Units, level: Level) -> [Float] {
    let (count, reach) = (units.count, level.splitterReach)
    var out = [Float](repeating: 0, count: count)
    var first = 0
    while first < count {
      let end = min(first + pieceLength, count)
      let (low, high) = (max(0, first - reach), min(count + 2, end + reach))
      tape.reset()
      let x = rows(units, low..<high, level: level)
      let p = level.boundaryProbability(x, offsets: [0, Int32(x.rows)], on: tape)
      for i in first..<end { out[i] = p.values[i - low] }
      first = end
    }
    return out
  }

  /// Rows of a document, its end and the padding behind it included as in training.
  private func rows(_ units: Units, _ range: Range<Int>, level: Level) -> Tensor {
    switch units {
    case .bytes(let text):
      let configuration = zonkey.configuration
      let symbols = ContiguousArray(
        range.map { i -> Int32 in
          i < text.count
            ? Int32(text[i])
            : i == text.count ? configuration.endSymbol : configuration.paddingSymbol
        })
      return tape.gather(tape.use(zonkey.model.embedding), symbols)
    case .latents(let latents):
      let width = level.configuration.width
      let end = min(range.upperBound, latents.count + 1)
      let x = tape.zeros(end - range.lowerBound, width)
      for i in range.lowerBound..<min(end, latents.count) {
        for j in 0..<width { x.values[(i - range.lowerBound) * width + j] = latents[i][j] }
      }
      return x
    }
  }

  private func starts(
    _ p: [Float], level: Level, number: Int, allowed: (Int) -> Bool
  ) -> [Int] {
    let begins: (Int) -> Bool
    let calibration = zonkey.calibrations[level.index]
    switch options.rule {
    case .calibrated:
      let threshold = calibration.standardThreshold
      begins = { p[$0] > threshold }
    case .threshold(let threshold): begins = { p[$0] > threshold }
    case .meanLength(let length):
      let threshold = calibration.threshold(meanLength: length)
      begins = { p[$0] > threshold }
    case .sample(let seed):
      let source = RandomSource(seed: seed)
      let u = source.uniform(source.key(UInt64(number), UInt64(level.index)), count: p.count)
      begins = { u[$0] < p[$0] }
    }
    return Starts.positions(
      count: p.count, segmentLength: level.configuration.segmentLength, limit: p.count,
      allowed: allowed, begins: begins)
  }

  // MARK: Latents

  /// The latents of a document's segments, for the splitter of the next level.
  private func latents(
    _ units: Units, starts: [Int], p: [Float], level: Level
  ) -> [[Float]] {
    let s = level.configuration.segmentLength
    var out: [[Float]] = []
    for first in stride(from: 0, to: starts.count, by: 64) {
      let part = Array(starts[first..<min(first + 64, starts.count)])
      guard let low = part.first, let last = part.last else { continue }
      tape.reset()
      let x = rows(units, low..<min(units.count + 2, last + s), level: level)
      let boundaries = boundaries(p, units: units, from: low, count: x.rows, level: level)
      let real = min(x.rows, units.count + (level.index == 0 ? 1 : 0) - low)
      let segmentation = Segmentation(
        starts: [part.map { $0 - low }],
        documents: [DocumentExtent(offset: 0, rows: x.rows, real: real)],
        p: UnsafePointer(boundaries.values), segmentLength: s,
        bound: zonkey.configuration.livingBound)
      let latents = level.compress(
        tape.normalized(tape.gather(x, segmentation.rowOf)),
        existence: tape.existence(
          tape.gather(boundaries, segmentation.rowOf), offsets: segmentation.offsets),
        offsets: segmentation.offsets, on: tape)
      for row in 0..<latents.rows { out.append(latents.rows(row..<row + 1).array) }
    }
    return out
  }

  /// Probabilities as existence uses them: none inside characters, certain behind the end.
  private func boundaries(
    _ p: [Float], units: Units, from low: Int, count: Int, level: Level
  ) -> Tensor {
    let pastEnd: Float = zonkey.configuration.paddedDocuments ? 0 : 1 - epsilon
    return tape.constant(
      (low..<low + count).map { i in
        if i >= p.count { return i == p.count && level.index == 0 ? epsilon : pastEnd }
        if case .bytes(let text) = units, text[i] & 0xC0 == 0x80 { return 0 }
        return min(max(i == 0 ? 1 : p[i], epsilon), 1 - epsilon)
      })
  }
}
