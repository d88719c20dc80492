import ZonkeyKernels

/// Which rows attend in packed segments, and the positions of queries and keys.
package struct AttentionRows: Sendable {
  package let offsets: ContiguousArray<Int32>
  /// The rows whose outputs are computed; nil for all.
  package let wanted: SegmentRows?
  let queryPositions: RowTable
  let keyPositions: RowTable

  package init(
    offsets: ContiguousArray<Int32>, wanted: SegmentRows? = nil, width: Int, heads: Int
  ) {
    self.offsets = offsets
    self.wanted = wanted
    keyPositions = positionTable(offsets: offsets, width: width, heads: heads, with: 1, of: 2)
    let longest = zip(offsets, offsets.dropFirst()).map { Int($1 - $0) }.max() ?? 0
    queryPositions = RowTable(
      table: projectionPositions(count: longest, width: width, heads: heads, with: 1, of: 1),
      rowOf: wanted?.places ?? keyPositions.rowOf)
  }

  /// A row of each of several segments, at these places of them.
  init(places: ContiguousArray<Int32>, width: Int, heads: Int) {
    offsets = ContiguousArray(0...Int32(places.count))
    wanted = nil
    let count = places.reduce(0) { max($0, Int($1) + 1) }
    func table(of blocks: Int) -> RowTable {
      RowTable(
        table: projectionPositions(count: count, width: width, heads: heads, with: 1, of: blocks),
        rowOf: places)
    }
    (keyPositions, queryPositions) = (table(of: 2), table(of: 1))
  }

  var queries: Int { queryPositions.rowOf.count }
  var keys: Int { keyPositions.rowOf.count }
}

/// Queries and gates [wanted, D], keys and values [L, 2·D].
struct AttentionParts {
  let q, kv, gate: UnsafeMutablePointer<Float>

  /// Calls an attention kernel with these projections of packed segments, or of the rows of theirs
  /// that are wanted, their log existence (nil where every query sees all keys) and the sizes.
  func call(
    offsets: ContiguousArray<Int32>, wanted: SegmentRows? = nil,
    logQuery: UnsafePointer<Float>? = nil, logKey: UnsafePointer<Float>? = nil, width: Int,
    heads: Int, _ body: (inout zk_attention) -> Void
  ) {
    var a = zk_attention()
    (a.q, a.k, a.v, a.gate) = (
      UnsafePointer(q), UnsafePointer(kv), UnsafePointer(kv + width), UnsafePointer(gate)
    )
    (a.q_stride, a.gate_stride) = (width, width)
    (a.k_stride, a.v_stride) = (2 * width, 2 * width)
    (a.log_q, a.log_k) = (logQuery, logKey)
    (a.segments, a.width, a.heads) = (offsets.count - 1, width, heads)
    offsets.pointer { offsets in
      (a.q_offsets, a.k_offsets) = (offsets, offsets)
      guard let wanted else { return body(&a) }
      wanted.offsets.pointer {
        a.q_offsets = $0
        wanted.places.pointer {
          a.q_places = $0
          body(&a)
        }
      }
    }
  }
}
