extension Level {
  /// One document's decoded segments joined to its sequence of units (model §7, placement).
  ///
  /// Shapes: v [P, D] and existence [P, 1] packed by offsets, full windows. `starts` are the true
  /// positions of the segments, or nil to infer them. Of every segment but the last the first
  /// units of its refinement are placed; the last is placed whole. Result [M, D] and existence [M].
  package func stitched(
    _ v: Tensor, existence: Tensor, offsets: ContiguousArray<Int32>, starts: [Int]?,
    on tape: Tape
  ) -> (units: Tensor, existence: [Float]) {
    let segments = offsets.count - 1
    guard segments > 1 else { return (v, existence.array) }
    let last = Int(offsets[segments - 1])
    let leftOffsets = ContiguousArray(offsets.dropLast())
    let rightOffsets = ContiguousArray(offsets.dropFirst().map { $0 - offsets[1] })
    let (left, right) = (v.rows(0..<last), v.rows(Int(offsets[1])..<v.rows))
    let (a, b) = (existence.rows(0..<last), existence.rows(Int(offsets[1])..<v.rows))
    let refined = refine(
      left: left, right: right, leftExistence: a, rightExistence: b, leftOffsets: leftOffsets,
      rightOffsets: rightOffsets, on: tape)
    let lengths: [Int]
    if let starts {
      lengths = zip(starts, starts.dropFirst()).map { $1 - $0 }
    } else {
      lengths = inferredStart(
        left: left, right: right, leftExistence: a, leftOffsets: leftOffsets,
        rightOffsets: rightOffsets, on: tape
      ).array.map { $0.isFinite ? Int($0.rounded(.toNearestOrEven)) : 0 }
    }
    var (rows, alive) = (ContiguousArray<Int32>(), [Float]())
    for segment in 0..<segments - 1 {
      let first = Int(offsets[segment])
      let length = min(max(lengths[segment], 0), Int(offsets[segment + 1]) - first)
      for row in first..<first + length {
        rows.append(Int32(row))
        alive.append(existence.values[row])
      }
    }
    let body = tape.gather(refined, rows)
    let tail = v.rows(last..<v.rows)
    let out = tape.empty(body.rows + tail.rows, v.columns)
    out.values.update(from: body.values, count: body.count)
    (out.values + body.count).update(from: tail.values, count: tail.count)
    for row in last..<v.rows { alive.append(existence.values[row]) }
    return (out, alive)
  }
}
