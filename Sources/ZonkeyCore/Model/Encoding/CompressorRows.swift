import ZonkeyEngine
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
  /// Input rows [C + capacity, D] and their projections [C + capacity, 4·D]: first the learned
  /// vectors, then the triples by their numbers.
  private let vectors: Tensor
  private let projections: Tensor
  /// What is added to queries and keys at the places of a segment's rows: [C + S, 4·D].
  private let positions: Tensor
  private var triples: TripleNumbers

  /// Nil when there is no layer but the last, which projects only some of the rows.
  ///
  /// `rows` is the most that will be asked for at once; tensors must outlive this.
  package init?(_ zonkey: Zonkey, symbolVectors: Tensor, symbolTaps: Tensor, rows: Int) {
    let level = zonkey.model.levels[0]
    guard level.compressor.encoder.layers.count > 1 else { return nil }
    (self.level, self.symbolVectors, self.symbolTaps) = (level, symbolVectors, symbolTaps)
    let (width, heads) = (level.configuration.width, level.configuration.heads)
    triples = TripleNumbers(capacity: 4096 + rows)
    tape = zonkey.tape()
    vectors = tape.empty(level.vectors + triples.capacity, width)
    projections = tape.empty(vectors.rows, 4 * width)
    let places = level.vectors + level.configuration.segmentLength
    positions = tape.constant(
      Array(
        projectionPositions(count: places, width: width, heads: heads, with: 2, of: 4)
          .prefix(places * 4 * width)),
      columns: 4 * width)
    store(tape.use(level.compressor.learned), at: 0, on: tape)
  }

  /// Packed segments with the learned vectors before each of them.
  package struct Found {
    /// The input rows are `rows` [P + N·C] of this table.
    package let table: Tensor
    package let rows: ContiguousArray<Int32>
    /// Their projections by the first layer, positions added and σ of the gates taken:
    /// [P + N·C, 4·D].
    let projected: Tensor
  }

  /// Looks the rows of packed segments of symbols up.
  package func rows(
    _ symbols: ContiguousArray<Int32>, offsets: ContiguousArray<Int32>, on scratch: Tape
  ) -> Found {
    let rows = lookUp(symbols, offsets: offsets, in: &triples, on: scratch)
    let projected = scratch.empty(rows.count, projections.columns)
    rows.pointer { rows in
      for segment in 0..<offsets.count - 1 {
        let (top, end) = (
          Int(offsets[segment]) + segment * level.vectors,
          Int(offsets[segment + 1]) + (segment + 1) * level.vectors
        )
        zk_start_rows(
          projected.values + top * projected.columns, nil, positions.values, projections.values,
          rows + top, end - top, projected.columns)
      }
    }
    return Found(table: vectors, rows: rows, projected: projected)
  }

  /// The tables' rows of the learned vectors and of every symbol between its neighbours, segment by
  /// segment; what is missing is computed.
  private func lookUp(
    _ symbols: ContiguousArray<Int32>, offsets: ContiguousArray<Int32>,
    in triples: inout TripleNumbers, on scratch: Tape
  ) -> ContiguousArray<Int32> {
    if triples.keys.count + symbols.count > triples.capacity { triples.removeAll() }
    let (known, none) = (triples.keys.count, UInt32(symbolVectors.rows))
    var rows = ContiguousArray<Int32>()
    rows.reserveCapacity(symbols.count + (offsets.count - 1) * level.vectors)
    for (first, end) in zip(offsets, offsets.dropFirst()) {
      for row in 0..<level.vectors { rows.append(Int32(row)) }
      for place in Int(first)..<Int(end) {
        let before = place > first ? UInt32(symbols[place - 1]) : none
        let after = place + 1 < end ? UInt32(symbols[place + 1]) : none
        let key = (before * (none + 1) + UInt32(symbols[place])) * (none + 1) + after
        rows.append(Int32(level.vectors) + triples.number(key))
      }
    }
    if triples.keys.count > known { compute(triples.keys[known...], from: known, on: scratch) }
    return rows
  }

  /// Computes the tables' rows of triples, whose numbers begin at `first`, each in a sequence of its
  /// own with its neighbours.
  private func compute(_ keys: ArraySlice<UInt32>, from first: Int, on scratch: Tape) {
    var (symbols, offsets) = (ContiguousArray<Int32>(), ContiguousArray<Int32>([0]))
    var middles = ContiguousArray<Int32>()
    let none = UInt32(symbolVectors.rows)
    for key in keys {
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
    store(scratch.gather(all, middles), at: level.vectors + first, on: scratch)
  }

  /// Puts input rows and their projections into the tables.
  private func store(_ input: Tensor, at first: Int, on scratch: Tape) {
    let (range, projected) = (
      first..<first + input.rows, level.compressorProjection(input, on: scratch)
    )
    vectors.rows(range).values.update(from: input.values, count: input.count)
    projections.rows(range).values.update(from: projected.values, count: projected.count)
  }
}

/// Numbers for triples of symbols in the order in which they come, hashed with open addressing.
private struct TripleNumbers {
  let capacity: Int
  private(set) var keys: [UInt32] = []
  /// A number, or -1.
  private var slots: ContiguousArray<Int32>

  init(capacity: Int) {
    self.capacity = capacity
    var size = 1
    while size < 4 * capacity { size *= 2 }
    slots = ContiguousArray(repeating: -1, count: size)
  }

  /// The number of a triple, a new one when there is none yet.
  mutating func number(_ key: UInt32) -> Int32 {
    var place = Int((key &* 0x9E37_79B1) >> 8) & (slots.count - 1)
    while slots[place] >= 0 {
      if keys[Int(slots[place])] == key { return slots[place] }
      place = (place + 1) & (slots.count - 1)
    }
    slots[place] = Int32(keys.count)
    keys.append(key)
    return slots[place]
  }

  mutating func removeAll() {
    keys.removeAll(keepingCapacity: true)
    for place in slots.indices { slots[place] = -1 }
  }
}
