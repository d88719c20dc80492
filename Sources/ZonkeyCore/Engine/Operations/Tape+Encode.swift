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
  /// the last layer, so there they give keys and values and nothing else.
  package func encode(
    _ x: Tensor, _ encoder: ProbabilisticEncoder, logExistence: Tensor,
    offsets: ContiguousArray<Int32>, wanted: SegmentRows
  ) -> Tensor {
    let (heads, last) = (encoder.heads, encoder.layers.count - 1)
    var x = x
    for (index, layer) in encoder.layers.enumerated() {
      let rows = AttentionRows(
        offsets: offsets, wanted: index == last ? wanted : nil, width: x.columns, heads: heads)
      let mixed = selfAttention(
        x, layer.projection, norm: layer.attentionNorm, logExistence: logExistence, rows: rows,
        heads: heads)
      x = encode(
        mixed, layer, from: index == last ? .residualRows(x, wanted.rows) : .residual(x))
    }
    return layerNorm(encoder.layers.isEmpty ? gather(x, wanted.rows) : x, encoder.finalNorm)
  }

  /// What follows the attention of a layer: its output map, added to the layer's input, and the
  /// feed-forward. Shapes: mixed and result [L, D].
  package func encode(
    _ mixed: Tensor, _ layer: TransformerLayer, from input: LinearStart
  ) -> Tensor {
    feedForward(
      linear(mixed, layer.output, from: input), layer.feedForward, norm: layer.feedForwardNorm)
  }
}
