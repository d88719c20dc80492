import ZonkeyEngine

/// A document's latents of one level, and what is known of their places.
package struct LatentSequence: Sendable {
  /// [N, C·D], row after row.
  package let latents: [Float]
  package let count: Int
  /// Where each segment begins, in units; nil where that is to be inferred.
  package let starts: [Int]?
  /// The document's units; nil where existence decides.
  package let length: Int?

  package init(latents: [Float], count: Int, starts: [Int]? = nil, length: Int? = nil) {
    self.latents = latents
    self.count = count
    self.starts = starts
    self.length = length
  }

  /// Whether there is a segment behind this one.
  func goesOn(_ segment: Int) -> Bool { segment + 1 < count }

  /// The known number of units that a segment places.
  func placedLength(_ segment: Int) -> Int? {
    guard let starts else { return nil }
    return goesOn(segment)
      ? starts[segment + 1] - starts[segment] : length.map { $0 - starts[segment] }
  }
}

/// One way down: latents of a level become the units of that level, decoded and stitched.
///
/// Segments of many documents are computed together, a fixed number at a time; the last one of a
/// group is kept for the first pair of the next. No result depends on the groups.
package struct LatentExpander {
  package let level: Level
  /// Scratch; reset for every group.
  package let tape: Tape
  package let existenceCutoff: Float
  /// The noise level that the decoder is told of; the latents are taken as they are.
  package let noiseLevel: Float
  /// Whether positions that do not exist are computed and stitched, as in the published code.
  package let keepsAll: Bool
  /// What was decoded before, where latents come again: `tableWidth` floats a segment.
  private let table: RecentTable?

  package init(
    model: ZonkeyModel, level: Level, tape: Tape, existenceCutoff: Float, noiseLevel: Float = 0,
    table: RecentTable? = nil
  ) {
    self.table = table
    self.noiseLevel = noiseLevel
    self.level = level
    self.tape = tape
    self.existenceCutoff = existenceCutoff
    keepsAll = model.configuration.livingBound == 0
  }

  /// Segments that are decoded together: so few that a layer's rows stay in the cache.
  package static let groupSegments = 24

  /// A segment and whether it is its document's last.
  private struct Place {
    let document: Int
    let segment: Int
  }

  /// A segment that waits for the one that it is joined with.
  private struct Carried {
    let place: Place
    let vectors: [Float]
    let existence: [Float]
  }

  /// Calls `consume` with runs of units [M, D] of one document after the other, in order.
  package func expand(
    _ documents: [LatentSequence], _ consume: (_ document: Int, _ units: Tensor) -> Void
  ) {
    let places = documents.indices.flatMap { document in
      (0..<documents[document].count).map { Place(document: document, segment: $0) }
    }
    var carried: Carried?
    for first in stride(from: 0, to: places.count, by: Self.groupSegments) {
      let group = places[first..<min(first + Self.groupSegments, places.count)]
      carried = expand(group, of: documents, after: carried, consume)
    }
  }

  /// Calls `consume` with the units [M, D] of some segments of one document, in order.
  ///
  /// The segment behind them is decoded too, since it decides how they end.
  package func expand(
    _ document: LatentSequence, segments: Range<Int>, _ consume: (_ units: Tensor) -> Void
  ) {
    // Segments that are cut off are carried and never placed.
    let end = min(segments.upperBound + 1, document.count)
    let places = (segments.lowerBound..<end).map { Place(document: 0, segment: $0) }
    var carried: Carried?
    for first in stride(from: 0, to: places.count, by: Self.groupSegments) {
      let group = places[first..<min(first + Self.groupSegments, places.count)]
      carried = expand(group, of: [document], after: carried, until: segments.upperBound) {
        consume($1)
      }
    }
  }

  /// Decodes and places one group; returns its last segment when its document goes on, or when it
  /// lies behind those that are wanted.
  private func expand(
    _ group: ArraySlice<Place>, of documents: [LatentSequence], after carried: Carried?,
    until end: Int = .max, _ consume: (_ document: Int, _ units: Tensor) -> Void
  ) -> Carried? {
    tape.reset()
    let decoded = decode(group, of: documents)
    let (vectors, existence) = join(carried, decoded)
    var places = (carried.map { [$0.place] } ?? []) + group
    let lengths = places.map { documents[$0.document].placedLength($0.segment) }
    var next: Carried?
    let s = level.configuration.segmentLength
    if let last = places.last,
      last.segment >= end || documents[last.document].goesOn(last.segment)
    {
      let rows = vectors.rows - s..<vectors.rows
      next = Carried(
        place: last, vectors: vectors.rows(rows).array, existence: existence.rows(rows).array)
      places.removeLast()
    }
    let (units, counts) = level.placed(
      vectors, existence: existence,
      joins: places.map { documents[$0.document].goesOn($0.segment) },
      lengths: lengths,
      existenceCutoff: existenceCutoff, keepsAll: keepsAll, on: tape)
    var row = 0
    for (place, count) in zip(places, counts) {
      if count > 0 { consume(place.document, units.rows(row..<row + count)) }
      row += count
    }
    return next
  }

  /// The vectors and the existence of all S positions.
  package static func tableWidth(_ level: Level) -> Int {
    level.configuration.segmentLength * (level.configuration.width + 1)
  }

  /// Decoded segments with all S positions.
  ///
  /// Where a segment's length is known, or its latent says it, its positions are computed, and one
  /// behind them, as in training; those that are left out are zeros and do not exist.
  private func decode(_ group: ArraySlice<Place>, of documents: [LatentSequence]) -> Decoded {
    let (s, width) = (level.configuration.segmentLength, level.configuration.latentWidth)
    let latents = tape.empty(group.count, width)
    for (row, place) in group.enumerated() {
      documents[place.document].latents.withUnsafeBufferPointer { values in
        for j in 0..<width {
          latents.values[row * width + j] = values[place.segment * width + j]
        }
      }
    }
    let said = level.latentLengths(latents, on: tape)
    let lengths = group.enumerated().map { row, place in
      let known = keepsAll ? nil : documents[place.document].placedLength(place.segment)
      return known.map { min(max($0, 0), s) } ?? said?[row]
    }
    guard let table else { return decode(latents, lengths) }
    var keys = LookupKeys()
    for (row, length) in lengths.enumerated() {
      let values = UnsafeBufferPointer(start: latents.values + row * width, count: width)
      keys.append(values.lazy.map { Int32(bitPattern: $0.bitPattern) }, tag: length ?? s + 1)
    }
    // A row is the vectors and the existence of a segment.
    let vectorFloats = s * level.configuration.width
    let rows = tape.empty(keys.count, Self.tableWidth(level))
    table.look(up: keys, into: rows) { unknown, take in
      let decoded = decode(
        tape.gather(latents, ContiguousArray(unknown.map { Int32($0) })),
        unknown.map { lengths[$0] })
      let found = tape.empty(unknown.count, rows.columns)
      for segment in 0..<found.rows {
        let row = found.values + segment * found.columns
        row.update(from: decoded.vectors.values + segment * vectorFloats, count: vectorFloats)
        (row + vectorFloats).update(from: decoded.existence.values + segment * s, count: s)
      }
      take(found)
    }
    let vectors = tape.empty(rows.rows * s, level.configuration.width)
    let existence = tape.empty(rows.rows * s, 1)
    for segment in 0..<rows.rows {
      let row = rows.values + segment * rows.columns
      (vectors.values + segment * vectorFloats).update(from: row, count: vectorFloats)
      (existence.values + segment * s).update(from: row + vectorFloats, count: s)
    }
    return Decoded(vectors: vectors, existence: existence)
  }

  /// The same of latents [N, C·D] of so many units each, or of all S positions.
  private func decode(_ latents: Tensor, _ lengths: [Int?]) -> Decoded {
    let s = level.configuration.segmentLength
    let offsets = packedOffsets(lengths.map { $0.map { min($0, s - 1) + 1 } ?? s })
    let decoded = level.decode(
      latents, noiseLevels: [Float](repeating: noiseLevel, count: latents.rows),
      lengths: lengths.map { $0 ?? s }, offsets: offsets, on: tape)
    return level.fullWindows(decoded.vectors, decoded.existence, offsets, on: tape)
  }

  /// The carried segment before the decoded ones.
  private func join(_ carried: Carried?, _ decoded: Decoded) -> (Tensor, Tensor) {
    guard let carried else { return (decoded.vectors, decoded.existence) }
    let first = carried.existence.count
    let vectors = tape.empty(first + decoded.vectors.rows, decoded.vectors.columns)
    let existence = tape.empty(vectors.rows, 1)
    for (target, head, body) in [
      (vectors, carried.vectors, decoded.vectors),
      (existence, carried.existence, decoded.existence),
    ] {
      for (index, value) in head.enumerated() { target.values[index] = value }
      (target.values + head.count).update(from: body.values, count: body.count)
    }
    return (vectors, existence)
  }
}
