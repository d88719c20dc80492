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

/// Sinusoids [count, blocks·D]: `parts` blocks of D with the head table repeated, then zeros.
func projectionPositions(count: Int, width: Int, heads: Int, with parts: Int, of blocks: Int)
  -> [Float]
{
  let head = sinusoidalTable(count: count, width: width / heads)
  let headWidth = width / heads
  var table = [Float](repeating: 0, count: count * blocks * width)
  for position in 0..<count {
    for column in 0..<parts * width {
      table[position * blocks * width + column] = head[position * headWidth + column % headWidth]
    }
  }
  return table
}

extension Tape {
  /// The whole stack over packed segments. Shapes: x [L, D], logExistence [L, 1], result [L, D].
  package func encode(
    _ x: Tensor, _ encoder: Encoder, logExistence: Tensor, offsets: ContiguousArray<Int32>
  ) -> Tensor {
    let positions = positionTable(
      offsets: offsets, width: x.columns, heads: encoder.heads, with: 2, of: 4)
    var x = x
    for layer in encoder.layers {
      let projected = linear(
        layerNorm(x, layer.attentionNorm), layer.projection, positions: positions)
      let mixed = attention(
        projected, logExistence: logExistence, offsets: offsets, heads: encoder.heads)
      x = linear(mixed, layer.output, residual: x)
      x = feedForward(layerNorm(x, layer.feedForwardNorm), layer.feedForward, residual: x)
    }
    return layerNorm(x, encoder.finalNorm)
  }
}
