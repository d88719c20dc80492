import ZonkeyKernels

/// Which rows attend in packed segments, and the positions of queries and keys.
package struct AttentionRows: Sendable {
  package let offsets: ContiguousArray<Int32>
  /// The rows whose outputs are computed; nil for all.
  package let wanted: SegmentRows?
  fileprivate let queryPositions: RowTable
  fileprivate let keyPositions: RowTable

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

  fileprivate var queries: Int { queryPositions.rowOf.count }
}

extension Tape {
  /// The gated attention of a layer over packed segments, before its output map (model §2, self
  /// form): q, k, v and gate are `projection` of norm(x).
  ///
  /// Shapes: x [L, D]; logExistence [L, 1], -∞ where a position does not exist; result [wanted, D].
  /// Rows that are not wanted give keys and values and nothing else. Projections are kept for the
  /// backward pass; no gradient of theirs is stored. `projected` [L, 4·D] are those of all rows,
  /// positions added and σ of the gates taken, where the caller has them already and records
  /// nothing; `inputRows` [L] are those of x that are meant, where nothing is recorded.
  package func selfAttention(
    _ x: Tensor, _ projection: Linear, norm: LayerNorm?, inputRows: ContiguousArray<Int32>? = nil,
    projected known: Tensor? = nil, logExistence: Tensor, rows attending: AttentionRows, heads: Int
  ) -> Tensor {
    let out = empty(attending.queries, x.columns)
    let work = SelfAttention(
      input: input(x, rows: inputRows, through: norm), weight: use(projection.weight),
      bias: use(projection.bias), logExistence: logExistence, attending: attending, heads: heads,
      logQuery: attending.wanted.map { gathered(logExistence, $0.rows) })
    if let known {
      precondition(!recording && attending.wanted == nil, "selfAttention: projections are for use")
      work.call(work.parts(of: known)) {
        $0.gate_is_open = 1
        zk_attention_forward(&$0, out.values)
      }
      return out
    }
    let kept = recording ? floats(work.projectedCount) : nil
    let (values, own, projected) = scratch(
      work.input.scratchCount(rows: work.input.rows), work.ownCount,
      kept == nil ? work.projectedCount : 0)
    let parts = work.parts(kept ?? projected)
    project(work, values: values, own: own, into: parts)
    work.call(parts) { zk_attention_forward(&$0, out.values) }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      tape.backward(work, parts, dout: dout)
    }
    return out
  }

  /// Some of a column's values.
  private func gathered(
    _ column: Tensor, _ rows: ContiguousArray<Int32>
  ) -> UnsafeMutablePointer<Float> {
    let out = floats(rows.count)
    for (i, row) in rows.enumerated() { out[i] = column.values[Int(row)] }
    return out
  }

  /// q, k and v, and gate of all rows that have them.
  private func project(
    _ work: SelfAttention, values buffer: UnsafeMutablePointer<Float>,
    own: UnsafeMutablePointer<Float>, into parts: SelfAttention.Parts
  ) {
    let (d, rows) = (work.width, work.input.rows)
    let values = values(of: work.input, 0..<rows, in: buffer)
    let own = work.own(values, in: own)
    func map(
      _ x: UnsafePointer<Float>, _ rows: Int, _ part: Range<Int>, _ positions: RowTable?,
      into out: UnsafeMutablePointer<Float>
    ) {
      product(
        x, packed(work.weight.rows(part), for: .forward), bias: work.bias.values + part.lowerBound,
        positions: positions, rows: rows, inputs: d, outputs: part.count, into: out)
    }
    let (queries, attending) = (work.attending.queries, work.attending)
    map(own, queries, 0..<d, attending.queryPositions, into: parts.q)
    map(values, rows, d..<3 * d, attending.keyPositions, into: parts.kv)
    map(own, queries, 3 * d..<4 * d, nil, into: parts.gate)
  }

  private func backward(
    _ work: SelfAttention, _ parts: SelfAttention.Parts, dout: UnsafePointer<Float>
  ) {
    let (d, rows, queries) = (work.width, work.input.rows, work.attending.queries)
    let logCount = work.logQuery == nil ? 0 : queries
    let (buffer, own, projected) = scratch(
      work.input.scratchCount(rows: rows), work.ownCount,
      work.projectedCount + logCount + rows)
    projected.update(repeating: 0, count: work.projectedCount + logCount + rows)
    let d_ = work.parts(projected)
    let dlogKey = gradient(work.logExistence) ?? projected + work.projectedCount + logCount
    let dlogQuery = work.logQuery == nil ? dlogKey : projected + work.projectedCount
    work.call(parts) {
      zk_attention_backward(
        &$0, dout, d_.q, d_.kv, d_.kv + d, d_.gate, dlogQuery, dlogKey)
    }
    if let wanted = work.attending.wanted {
      for (i, row) in wanted.rows.enumerated() { dlogKey[Int(row)] += dlogQuery[i] }
    }
    let values = values(of: work.input, 0..<rows, in: buffer)
    let ownValues = work.own(values, in: own)
    let pieces = [(0..<d, d_.q), (3 * d..<4 * d, d_.gate)]
    func addGradients(
      _ part: Range<Int>, _ dout: UnsafePointer<Float>, _ input: UnsafePointer<Float>, _ rows: Int
    ) {
      self.addGradients(
        of: work.weight.rows(part), work.bias.columns(part), dout: dout, input: input, rows: rows)
    }
    addGradients(d..<3 * d, d_.kv, values, rows)
    for (part, dpart) in pieces { addGradients(part, dpart, ownValues, queries) }
    backward(to: work.input, in: buffer) { drows, before in
      productBack(
        d_.kv, through: work.weight.rows(d..<3 * d), residual: before, rows: rows, into: drows)
      let wanted = work.attending.wanted
      let target = wanted == nil ? drows : own
      var before = wanted == nil ? UnsafePointer(drows) : nil
      for (part, dpart) in pieces {
        productBack(
          dpart, through: work.weight.rows(part), residual: before, rows: queries, into: target)
        before = UnsafePointer(target)
      }
      if let wanted { Kernel.scatterAdd(own, wanted.rows, width: d, to: drows) }
    }
  }
}

/// What forward and backward of one attention share.
private struct SelfAttention {
  /// Queries and gates [wanted, D], keys and values [L, 2D], with the floats from row to row.
  struct Parts {
    let q, kv, gate: UnsafeMutablePointer<Float>
    let (ownStride, stride): (Int, Int)
  }

  let input: NormalisedInput
  let weight: Tensor
  let bias: Tensor
  let logExistence: Tensor
  let attending: AttentionRows
  let heads: Int
  /// log existence of the wanted rows, where these are not all.
  let logQuery: UnsafeMutablePointer<Float>?

  var width: Int { input.width }
  /// Floats of the wanted rows' inputs, where these are not all.
  var ownCount: Int { attending.wanted == nil ? 0 : attending.queries * width }
  var projectedCount: Int { 2 * (input.rows + attending.queries) * width }

  func parts(_ memory: UnsafeMutablePointer<Float>) -> Parts {
    let gate = memory + attending.queries * width
    return Parts(
      q: memory, kv: gate + attending.queries * width, gate: gate, ownStride: width,
      stride: 2 * width)
  }

  /// The parts of rows [L, 4D] that have q, k, v and gate side by side.
  func parts(of rows: Tensor) -> Parts {
    Parts(
      q: rows.values, kv: rows.values + width, gate: rows.values + 3 * width, ownStride: 4 * width,
      stride: 4 * width)
  }

  /// The wanted rows among all.
  func own(
    _ values: UnsafePointer<Float>, in buffer: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard let wanted = attending.wanted else { return values }
    for (i, row) in wanted.rows.enumerated() {
      (buffer + i * width).update(from: values + Int(row) * width, count: width)
    }
    return UnsafePointer(buffer)
  }

  func call(_ parts: Parts, _ body: (inout zk_attention) -> Void) {
    var a = zk_attention()
    (a.q, a.k, a.v, a.gate) = (
      UnsafePointer(parts.q), UnsafePointer(parts.kv), UnsafePointer(parts.kv + width),
      UnsafePointer(parts.gate)
    )
    (a.q_stride, a.gate_stride) = (parts.ownStride, parts.ownStride)
    (a.k_stride, a.v_stride) = (parts.stride, parts.stride)
    (a.log_q, a.log_k) = (
      UnsafePointer(logQuery ?? logExistence.values), UnsafePointer(logExistence.values)
    )
    (a.segments, a.width, a.heads) = (attending.offsets.count - 1, width, heads)
    attending.offsets.pointer { offsets in
      (a.q_offsets, a.k_offsets) = (offsets, offsets)
      guard let wanted = attending.wanted else { return body(&a) }
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
