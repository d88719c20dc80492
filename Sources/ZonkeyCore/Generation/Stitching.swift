extension Level {
  /// Decoded segments joined to sequences of units (model §7, placement).
  ///
  /// Shapes: v [N·S, D] and existence [N·S, 1], full windows. `joins[i]` says that segment i goes
  /// on in segment i + 1; then the first units of its refinement are placed, `lengths[i]` of them
  /// or as many as are inferred where that is nil. Any other segment ends a document and is placed
  /// as it is, up to where existence falls below `existenceCutoff` when its length is not known.
  /// Result [M, D], and each segment's number of units, at most S.
  package func placed(
    _ v: Tensor, existence: Tensor, joins: [Bool], lengths: [Int?], existenceCutoff: Float,
    on tape: Tape
  ) -> (units: Tensor, counts: [Int]) {
    let s = configuration.segmentLength
    let lefts = joins.indices.filter { joins[$0] }
    let (refined, inferred) = joined(v, existence: existence, lefts: lefts, on: tape)
    var counts = [Int](repeating: 0, count: joins.count)
    for (segment, estimate) in zip(lefts, inferred) {
      counts[segment] = estimate.isFinite ? Int(estimate.rounded(.toNearestOrEven)) : 0
    }
    for segment in joins.indices {
      if let length = lengths[segment] {
        counts[segment] = length
      } else if !joins[segment] {
        let e = existence.values + segment * s
        counts[segment] = max(1, (0..<s).first { e[$0] < existenceCutoff } ?? s)
      }
      counts[segment] = min(max(counts[segment], 0), s)
    }
    let units = tape.empty(counts.reduce(0, +), v.columns)
    var (target, left) = (units.values, 0)
    for (segment, count) in counts.enumerated() {
      let source =
        joins[segment] ? refined.values + left * s * v.columns : v.values + segment * s * v.columns
      target.update(from: source, count: count * v.columns)
      target += count * v.columns
      if joins[segment] { left += 1 }
    }
    return (units, counts)
  }

  /// The refinements of the segments `lefts` by those that follow them [·, D], and the inferred
  /// starts of these inside them.
  private func joined(
    _ v: Tensor, existence: Tensor, lefts: [Int], on tape: Tape
  ) -> (refined: Tensor, starts: [Float]) {
    let s = configuration.segmentLength
    guard !lefts.isEmpty else { return (tape.empty(0, v.columns), []) }
    func rows(_ segments: [Int]) -> ContiguousArray<Int32> {
      ContiguousArray(segments.flatMap { segment in (0..<s).map { Int32(segment * s + $0) } })
    }
    let (own, following) = (rows(lefts), rows(lefts.map { $0 + 1 }))
    let (left, right) = (tape.gather(v, own), tape.gather(v, following))
    let (a, b) = (tape.gather(existence, own), tape.gather(existence, following))
    let offsets = fullOffsets(lefts.count)
    let refined = refine(
      left: left, right: right, leftExistence: a, rightExistence: b, leftOffsets: offsets,
      rightOffsets: offsets, on: tape)
    let starts = inferredStart(
      left: left, right: right, leftExistence: a, leftOffsets: offsets, rightOffsets: offsets,
      on: tape)
    return (refined, starts.array)
  }

  /// The offsets of segments that have all S positions.
  func fullOffsets(_ segments: Int) -> ContiguousArray<Int32> {
    ContiguousArray((0...segments).map { Int32($0 * configuration.segmentLength) })
  }
}
