import ZonkeyEngine
import ZonkeyPlatform

extension Level {
  /// Decoded segments joined to sequences of units (model §7, placement).
  ///
  /// Shapes: v [N·S, D] and existence [N·S, 1], full windows. `joins[i]` says that segment i goes
  /// on in segment i + 1; then the first units of its refinement are placed, `lengths[i]` of them
  /// or as many as are inferred where that is nil. Any other segment ends a document and is placed
  /// as it is, up to where existence falls below `existenceCutoff` when its length is not known.
  /// Unless `keepsAll`, the stitcher sees of each segment what it sees in training: the positions
  /// that exist and one more. A segment behind those of `joins` is looked at and not placed.
  /// Result [M, D], and each placed segment's number of units, at most S.
  package func placed(
    _ v: Tensor, existence: Tensor, joins: [Bool], lengths: [Int?], existenceCutoff: Float,
    keepsAll: Bool, on tape: Tape
  ) -> (units: Tensor, counts: [Int]) {
    let s = configuration.segmentLength
    let known = lengths.indices.map { segment -> Int in
      let e = existence.values + segment * s
      let length = lengths[segment] ?? (1..<s).first { e[$0] < existenceCutoff } ?? s
      return min(max(length, 0), s)
    }
    let windows = Windows(
      counts: keepsAll ? lengths.map { _ in s } : known.map { min($0 + 1, s) }, segmentLength: s)
    let lefts = joins.indices.filter { joins[$0] }
    let (refined, offsets, starts) = joined(
      v, existence: existence, lefts: lefts, windows: windows, on: tape)
    var counts = Array(known[..<joins.count])
    for (segment, start) in zip(lefts, starts) where lengths[segment] == nil {
      let length = start.isFinite ? Int(bounded: Double(start.rounded(.toNearestOrEven))) : 0
      counts[segment] = min(max(length, 0), windows.counts[segment])
    }
    let units = tape.empty(counts.reduce(0, +), v.columns)
    var (target, left) = (units.values, 0)
    for (segment, count) in counts.enumerated() {
      let source =
        joins[segment]
        ? refined.values + Int(offsets[left]) * v.columns : v.values + segment * s * v.columns
      target.update(from: source, count: count * v.columns)
      target += count * v.columns
      if joins[segment] { left += 1 }
    }
    return (units, counts)
  }

  /// How many of its first positions the stitcher sees of each full window.
  private struct Windows {
    let counts: [Int]
    let segmentLength: Int

    func rows(_ segments: [Int]) -> ContiguousArray<Int32> {
      ContiguousArray(
        segments.flatMap { segment in
          (0..<counts[segment]).map { Int32(segment * segmentLength + $0) }
        })
    }

    func offsets(_ segments: [Int]) -> ContiguousArray<Int32> {
      packedOffsets(segments.lazy.map { counts[$0] })
    }
  }

  /// The refinements of the segments `lefts` by those that follow them [·, D] with their offsets,
  /// and the inferred starts of these inside them.
  private func joined(
    _ v: Tensor, existence: Tensor, lefts: [Int], windows: Windows, on tape: Tape
  ) -> (refined: Tensor, offsets: ContiguousArray<Int32>, starts: [Float]) {
    guard !lefts.isEmpty else { return (tape.empty(0, v.columns), [0], []) }
    let rights = lefts.map { $0 + 1 }
    let (own, following) = (windows.rows(lefts), windows.rows(rights))
    let (left, right) = (tape.gather(v, own), tape.gather(v, following))
    let (a, b) = (tape.gather(existence, own), tape.gather(existence, following))
    let (leftOffsets, rightOffsets) = (windows.offsets(lefts), windows.offsets(rights))
    let refined = refine(
      left: left, right: right, leftExistence: a, rightExistence: b, leftOffsets: leftOffsets,
      rightOffsets: rightOffsets, on: tape)
    let starts = inferredStart(
      left: left, right: right, leftExistence: a, leftOffsets: leftOffsets,
      rightOffsets: rightOffsets, on: tape)
    return (refined, leftOffsets, starts.array)
  }

  /// Decoded rows [P, D] and their existence with all S positions of each segment; those that were
  /// not computed are zeros and do not exist.
  func fullWindows(
    _ vectors: Tensor, _ existence: Tensor, _ offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Decoded {
    let (s, width, segments) = (
      configuration.segmentLength, configuration.width, offsets.count - 1
    )
    guard vectors.rows < segments * s else {
      return Decoded(vectors: vectors, existence: existence)
    }
    let (full, exists) = (tape.zeros(segments * s, width), tape.zeros(segments * s, 1))
    for segment in 0..<segments {
      let rows = rowRange(offsets, segment)
      (full.values + segment * s * width).update(
        from: vectors.values + rows.lowerBound * width, count: rows.count * width)
      (exists.values + segment * s).update(
        from: existence.values + rows.lowerBound, count: rows.count)
    }
    return Decoded(vectors: full, existence: exists)
  }

  /// The offsets of segments that have all S positions.
  func fullOffsets(_ segments: Int) -> ContiguousArray<Int32> {
    ContiguousArray((0...segments).map { Int32($0 * configuration.segmentLength) })
  }
}
