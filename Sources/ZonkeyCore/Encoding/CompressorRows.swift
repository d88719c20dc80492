import ZonkeyKernels

/// The rows with which level 0's compressor begins, looked up; one for each thread.
///
/// What the convolution makes of a byte, and what the first layer projects that to before positions
/// are added, is a function of the byte and its two neighbours in the segment alone, and so is σ of
/// the gates: text has few thousand such triples. The learned vectors before a segment are the same
/// in all. All rows come from here, so that nothing depends on what the table happens to hold.
package final class CompressorRows {
  private let level: Level
  private let symbolVectors: Tensor
  private let symbolTaps: Tensor
  /// The memory of the tables.
  private let tape: Tape
  /// Input rows [capacity, D] and their projections [capacity, 4·D], in the order of `keys`.
  private let vectors: Tensor
  private let projections: Tensor
  /// What stands before every segment, positions added: [C, D] and [C, 4·D].
  private let prefix: Tensor
  private let prefixProjection: Tensor
  /// What is added to queries and keys at the places of a segment's rows: [S, 4·D].
  private let positions: Tensor
  private var keys = ContiguousArray<UInt32>()
  /// Hashed with open addressing: a row of the tables, or -1.
  private var slots: ContiguousArray<Int32>

  /// Nil when there is no layer but the last, which projects only some of the rows.
  ///
  /// `rows` is the most that will be asked for at once; tensors must outlive this.
  package init?(_ zonkey: Zonkey, symbolVectors: Tensor, symbolTaps: Tensor, rows: Int) {
    let level = zonkey.model.levels[0]
    guard level.compressor.encoder.layers.count > 1 else { return nil }
    (self.level, self.symbolVectors, self.symbolTaps) = (level, symbolVectors, symbolTaps)
    let (width, heads) = (level.configuration.width, level.configuration.heads)
    let capacity = 4096 + rows
    tape = zonkey.tape()
    vectors = tape.empty(capacity, width)
    projections = tape.empty(capacity, 4 * width)
    prefix = tape.use(level.compressor.learned)
    prefixProjection = level.compressorProjection(
      prefix,
      positions: positionTable(
        offsets: [0, Int32(level.vectors)], width: width, heads: heads, with: 2, of: 4),
      on: tape)
    let places = level.vectors..<level.vectors + level.configuration.segmentLength
    let table = projectionPositions(
      count: places.upperBound, width: width, heads: heads, with: 2, of: 4)
    positions = tape.constant(
      Array(table[places.lowerBound * 4 * width..<places.upperBound * 4 * width]),
      columns: 4 * width)
    var size = 1
    while size < 4 * capacity { size *= 2 }
    slots = ContiguousArray(repeating: -1, count: size)
  }

  /// The rows of packed segments of symbols with the learned vectors before each of them, and
  /// their projections with positions: [P + N·C, D] and [P + N·C, 4·D].
  package func rows(
    _ symbols: ContiguousArray<Int32>, offsets: ContiguousArray<Int32>, on scratch: Tape
  ) -> (input: Tensor, projected: Tensor) {
    let found = lookUp(symbols, offsets: offsets, on: scratch)
    let (k, width, segments) = (level.vectors, vectors.columns, offsets.count - 1)
    let input = scratch.empty(symbols.count + segments * k, width)
    let projected = scratch.empty(input.rows, 4 * width)
    found.pointer { found in
      for segment in 0..<segments {
        let (first, count) = (Int(offsets[segment]), Int(offsets[segment + 1] - offsets[segment]))
        let top = first + segment * k
        let (x, y) = (input.values + top * width, projected.values + top * 4 * width)
        x.update(from: prefix.values, count: prefix.count)
        y.update(from: prefixProjection.values, count: prefixProjection.count)
        zk_start_rows(
          x + prefix.count, nil, nil, vectors.values, found + first, count, width)
        zk_start_rows(
          y + prefixProjection.count, nil, positions.values, projections.values, found + first,
          count, 4 * width)
      }
    }
    return (input, projected)
  }

  /// The tables' row of every symbol between its neighbours; what is missing is computed.
  private func lookUp(
    _ symbols: ContiguousArray<Int32>, offsets: ContiguousArray<Int32>, on scratch: Tape
  ) -> ContiguousArray<Int32> {
    if keys.count + symbols.count > vectors.rows { forget() }
    let (known, none) = (keys.count, UInt32(symbolVectors.rows))
    var found = ContiguousArray<Int32>()
    found.reserveCapacity(symbols.count)
    for (first, end) in zip(offsets, offsets.dropFirst()) {
      for row in Int(first)..<Int(end) {
        let before = row > first ? UInt32(symbols[row - 1]) : none
        let after = row + 1 < end ? UInt32(symbols[row + 1]) : none
        found.append(slot((before * (none + 1) + UInt32(symbols[row])) * (none + 1) + after))
      }
    }
    if keys.count > known { compute(known..<keys.count, on: scratch) }
    return found
  }

  /// The row of a triple, a new one when there is none yet.
  private func slot(_ key: UInt32) -> Int32 {
    var place = Int((key &* 0x9E37_79B1) >> 8) & (slots.count - 1)
    while slots[place] >= 0 {
      if keys[Int(slots[place])] == key { return slots[place] }
      place = (place + 1) & (slots.count - 1)
    }
    slots[place] = Int32(keys.count)
    keys.append(key)
    return slots[place]
  }

  private func forget() {
    keys.removeAll(keepingCapacity: true)
    for place in slots.indices { slots[place] = -1 }
  }

  /// Computes these rows of the tables, each in a sequence of its own with its neighbours.
  private func compute(_ range: Range<Int>, on scratch: Tape) {
    var (symbols, offsets) = (ContiguousArray<Int32>(), ContiguousArray<Int32>([0]))
    var middles = ContiguousArray<Int32>()
    let none = UInt32(symbolVectors.rows)
    for key in keys[range] {
      let (rest, after) = key.quotientAndRemainder(dividingBy: none + 1)
      let (before, symbol) = rest.quotientAndRemainder(dividingBy: none + 1)
      if before < none { symbols.append(Int32(before)) }
      middles.append(Int32(symbols.count))
      symbols.append(Int32(symbol))
      if after < none { symbols.append(Int32(after)) }
      offsets.append(Int32(symbols.count))
    }
    let all = level.compressorInput(
      scratch.gather(symbolVectors, symbols), taps: scratch.gather(symbolTaps, symbols),
      offsets: offsets, on: scratch)
    let input = scratch.gather(all, middles)
    let projected = level.compressorProjection(input, on: scratch)
    vectors.rows(range).values.update(from: input.values, count: input.count)
    projections.rows(range).values.update(from: projected.values, count: projected.count)
  }
}
