import ZonkeyPlatform
import Synchronization

/// The sinusoidal positions of one head: row p of [count, width] is sin/cos of p / 10000^(2i/width).
package func sinusoidalTable(count: Int, width: Int) -> [Float] {
  var table = [Float](repeating: 0, count: count * width)
  for i in stride(from: 0, to: width, by: 2) {
    let frequency = exp(-Double(i) * log(10000.0) / Double(width))
    for position in 0..<count {
      let angle = Double(position) * frequency
      table[position * width + i] = Float(sin(angle))
      if i + 1 < width { table[position * width + i + 1] = Float(cos(angle)) }
    }
  }
  return table
}

/// Positions inside packed segments, ready to be added to projections.
///
/// The table holds sinusoids for the first `parts` blocks of the projection (q, or q and k), the
/// same for every head, and zeros for the others.
package func positionTable(
  offsets: ContiguousArray<Int32>, width: Int, heads: Int, with parts: Int, of blocks: Int
) -> RowTable {
  let lengths = zip(offsets, offsets.dropFirst()).map { Int($1 - $0) }
  var rowOf = ContiguousArray<Int32>()
  rowOf.reserveCapacity(Int(offsets.last ?? 0))
  for length in lengths { for position in 0..<length { rowOf.append(Int32(position)) } }
  return RowTable(
    table: projectionPositions(
      count: lengths.max() ?? 0, width: width, heads: heads, with: parts, of: blocks),
    rowOf: rowOf)
}

/// Sinusoids [count or more, blocks·D]: `parts` blocks of D with the head table repeated, then
/// zeros. A table is made once in a process, and again when more places are asked for.
package func projectionPositions(
  count: Int, width: Int, heads: Int, with parts: Int, of blocks: Int
)
  -> [Float]
{
  let layout = PositionLayout(width: width, heads: heads, parts: parts, blocks: blocks)
  return positionTables.withLock { tables in
    if let table = tables[layout], table.count >= count * blocks * width { return table }
    let table = layout.table(count: count)
    tables[layout] = table
    return table
  }
}

private let positionTables = Mutex<[PositionLayout: [Float]]>([:])

private struct PositionLayout: Hashable {
  let width, heads, parts, blocks: Int

  func table(count: Int) -> [Float] {
    let headWidth = width / heads
    let head = sinusoidalTable(count: count, width: headWidth)
    var table = [Float](repeating: 0, count: count * blocks * width)
    for position in 0..<count {
      for column in 0..<parts * width {
        table[position * blocks * width + column] = head[position * headWidth + column % headWidth]
      }
    }
    return table
  }
}
