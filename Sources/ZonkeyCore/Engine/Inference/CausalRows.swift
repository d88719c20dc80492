import ZonkeyKernels

/// Keys and values of the rows that segments have had so far in a causal stack, so that a row more
/// does not compute those before it again.
package struct CausalRows {
  /// Of each layer, [N, capacity, 2D].
  fileprivate var layers: [[Float]]
  fileprivate let capacity: Int
  /// How many rows each segment has.
  fileprivate var counts: [Int]

  /// No rows yet of so many segments, each of which may get `capacity` of them.
  package init(_ encoder: ProbabilisticEncoder, width: Int, segments: Int, capacity: Int) {
    let empty = [Float](repeating: 0, count: segments * capacity * 2 * width)
    layers = encoder.layers.map { _ in empty }
    self.capacity = capacity
    counts = [Int](repeating: 0, count: segments)
  }

  /// Forgets the rows of a segment.
  package mutating func begin(_ segment: Int) { counts[segment] = 0 }
}

extension Tape {
  /// A row more of each of `segments` through the stack, which sees itself and those of its segment
  /// before it: what `encode` makes of them where existence is causal.
  ///
  /// Shapes: x and result [M, D]. Nothing is recorded. No segment is named twice, and each has room.
  package func encodeNext(
    _ x: Tensor, _ encoder: ProbabilisticEncoder, of segments: [Int], after past: inout CausalRows
  ) -> Tensor {
    precondition(!recording, "encodeNext: kept rows have no gradients")
    precondition(segments.count == x.rows, "encodeNext: a row for each segment")
    precondition(
      segments.allSatisfy { past.counts[$0] < past.capacity }, "encodeNext: a full segment")
    let rows = NextRows(
      firsts: segments.map { $0 * past.capacity },
      places: ContiguousArray(segments.map { Int32(past.counts[$0]) }), heads: encoder.heads)
    var x = x
    for (index, layer) in encoder.layers.enumerated() {
      x = encode(
        attention(x, layer, of: rows, after: &past.layers[index]), layer, from: .residual(x))
    }
    for segment in segments { past.counts[segment] += 1 }
    return layerNorm(x, encoder.finalNorm)
  }

  /// The attention of a layer, of a query of each segment to what is kept of it, which the query's own
  /// row joins first.
  private func attention(
    _ x: Tensor, _ layer: TransformerLayer, of next: NextRows, after kept: inout [Float]
  ) -> Tensor {
    let (rows, width, pair) = (x.rows, x.columns, 2 * x.columns)
    let out = empty(rows, width)
    let input = input(x, through: layer.attentionNorm)
    let (buffer, projected, gate) = scratch(
      input.scratchCount(rows: rows), 3 * rows * width, rows * width)
    let parts = AttentionParts(q: projected, kv: projected + rows * width, gate: gate)
    let values = values(of: input, 0..<rows, in: buffer)
    project(
      use(layer.projection.weight), use(layer.projection.bias), queries: values, keys: values,
      of: AttentionRows(places: next.places, width: width, heads: next.heads), into: parts)
    kept.withUnsafeMutableBufferPointer { kept in
      guard let kept = kept.baseAddress else { return }
      for (row, place) in next.places.enumerated() {
        let (own, added) = (kept + next.firsts[row] * pair, parts.kv + row * pair)
        (own + Int(place) * pair).update(from: added, count: pair)
        let offsets: ContiguousArray<Int32> = [0, place + 1]
        AttentionParts(q: parts.q + width * row, kv: own, gate: gate + width * row).call(
          offsets: offsets, wanted: SegmentRows(of: offsets) { $1 - 1..<$1 }, width: width,
          heads: next.heads
        ) { zk_attention_forward(&$0, out.values + width * row) }
      }
    }
    return out
  }
}

/// Rows that come next: the first kept row of each one's segment, and its place in that.
private struct NextRows {
  let firsts: [Int]
  let places: ContiguousArray<Int32>
  let heads: Int
}
