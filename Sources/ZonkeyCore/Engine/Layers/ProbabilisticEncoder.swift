import Synchronization

/// A stack of encoder layers that ends with one LayerNorm (compressor and denoiser).
package struct Encoder: Sendable {
  package let layers: [TransformerLayer]
  package let finalNorm: LayerNorm
  package let heads: Int

  init(
    _ name: String, layers count: Int, width: Int, heads: Int, ratio: Int,
    in list: inout ParameterList
  ) {
    layers = (0..<count).map {
      TransformerLayer(
        "\(name).layers.\($0)", width: width, parts: 4, ratio: ratio, in: &list)
    }
    finalNorm = LayerNorm("\(name).final_norm", width: width, in: &list)
    self.heads = heads
  }
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
func projectionPositions(count: Int, width: Int, heads: Int, with parts: Int, of blocks: Int)
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

/// Some rows of packed segments, in order.
package struct SegmentRows: Sendable {
  /// Their numbers among all packed rows, and their places in their segments.
  package private(set) var rows = ContiguousArray<Int32>()
  package private(set) var places = ContiguousArray<Int32>()
  /// Those of segment n are offsets[n] ..< offsets[n + 1].
  package private(set) var offsets: ContiguousArray<Int32> = [0]

  /// The rows at the places that `places` gives for a segment (its number and length).
  package init(
    of segments: ContiguousArray<Int32>, at places: (_ segment: Int, _ length: Int) -> Range<Int>
  ) {
    for segment in 0..<max(0, segments.count - 1) {
      let first = segments[segment]
      for place in places(segment, Int(segments[segment + 1] - first)) {
        rows.append(first + Int32(place))
        self.places.append(Int32(place))
      }
      offsets.append(Int32(rows.count))
    }
  }

  /// The rows among these whose numbers are in `picked`, which rises.
  package init(of segments: ContiguousArray<Int32>, rows picked: some Collection<Int>) {
    var rest = picked[...]
    for (first, end) in zip(segments, segments.dropFirst()) {
      while let row = rest.first, row < Int(end) {
        rows.append(Int32(row))
        places.append(Int32(row) - first)
        rest = rest.dropFirst()
      }
      offsets.append(Int32(rows.count))
    }
  }
}

extension Tape {
  /// The stack over packed segments, of which only the outputs of `wanted` rows are computed.
  ///
  /// Shapes: x [L, D], logExistence [L, 1], result [wanted, D]. Nothing reads the other rows of
  /// the last layer, so there they give keys and values and nothing else. x may be a table of which
  /// the rows `rows` [L] are meant. `projected` [L, 4·D] is what the first layer, when it is not the
  /// last, projects them to, positions added and σ of the gates taken, where the caller has it
  /// already and records nothing.
  package func encode(
    _ x: Tensor, _ encoder: Encoder, rows: ContiguousArray<Int32>? = nil,
    projected known: Tensor? = nil, logExistence: Tensor, offsets: ContiguousArray<Int32>,
    wanted: SegmentRows
  ) -> Tensor {
    let (width, heads, last) = (x.columns, encoder.heads, encoder.layers.count - 1)
    var (x, rows) = (x, rows)
    // Read where they are by the first layer, unless it takes gradients back or only some of them.
    if let meant = rows, recording || last < 1 { (x, rows) = (gather(x, meant), nil) }
    for (index, layer) in encoder.layers.enumerated() {
      let attending = AttentionRows(
        offsets: offsets, wanted: index == last ? wanted : nil, width: width, heads: heads)
      let inputRows = index == 0 ? rows : nil
      let mixed = selfAttention(
        x, layer.projection, norm: layer.attentionNorm, inputRows: inputRows,
        projected: index == 0 ? known : nil, logExistence: logExistence, rows: attending,
        heads: heads)
      let residualRows = index == last ? wanted.rows : inputRows
      x = feedForward(
        linear(mixed, layer.output, residual: x, residualRows: residualRows), layer.feedForward,
        norm: layer.feedForwardNorm)
    }
    return layerNorm(encoder.layers.isEmpty ? gather(x, wanted.rows) : x, encoder.finalNorm)
  }
}
