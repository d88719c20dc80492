import ZonkeyKernels

extension Tape {
  /// The gated attention of a layer over packed segments, before its output map (model §2, self
  /// form): q, k, v and gate are `projection` of norm(x).
  ///
  /// Shapes: x [L, D]; logExistence [L, 1], -∞ where a position does not exist; result [wanted, D].
  /// Rows that are not wanted give keys and values and nothing else. Projections are kept for the
  /// backward pass; no gradient of theirs is stored.
  package func selfAttention(
    _ x: Tensor, _ projection: Linear, norm: LayerNorm?, logExistence: Tensor,
    rows attending: AttentionRows, heads: Int
  ) -> Tensor {
    let out = empty(attending.queries, x.columns)
    let work = SelfAttention(
      input: input(x, through: norm), weight: use(projection.weight),
      bias: use(projection.bias), logExistence: logExistence, attending: attending, heads: heads,
      logQuery: attending.wanted.map { gathered(logExistence, $0.rows) })
    let kept = recording ? floats(work.projectedCount) : nil
    let (values, own, projected) = scratch(
      work.input.scratchCount(rows: work.input.rows), work.ownCount,
      kept == nil ? work.projectedCount : 0)
    let parts = work.parts(kept ?? projected)
    let keys = self.values(of: work.input, 0..<work.input.rows, in: values)
    project(
      work.weight, work.bias, queries: work.own(keys, in: own), keys: keys, of: attending,
      into: parts)
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

  /// q and gate of the rows that ask, k and v of all.
  func project(
    _ weight: Tensor, _ bias: Tensor, queries: UnsafePointer<Float>, keys: UnsafePointer<Float>,
    of attending: AttentionRows, into parts: AttentionParts
  ) {
    let d = weight.columns
    func map(
      _ x: UnsafePointer<Float>, _ rows: Int, _ part: Range<Int>, _ positions: RowTable?,
      into out: UnsafeMutablePointer<Float>
    ) {
      product(
        x, packed(weight.rows(part), for: .forward), bias: bias.values + part.lowerBound,
        positions: positions, rows: rows, inputs: d, outputs: part.count, into: out)
    }
    map(queries, attending.queries, 0..<d, attending.queryPositions, into: parts.q)
    map(keys, attending.keys, d..<3 * d, attending.keyPositions, into: parts.kv)
    map(queries, attending.queries, 3 * d..<4 * d, nil, into: parts.gate)
  }

  private func backward(
    _ work: SelfAttention, _ parts: AttentionParts, dout: UnsafePointer<Float>
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

  func parts(_ memory: UnsafeMutablePointer<Float>) -> AttentionParts {
    let gate = memory + attending.queries * width
    return AttentionParts(q: memory, kv: gate + attending.queries * width, gate: gate)
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

  func call(_ parts: AttentionParts, _ body: (inout zk_attention) -> Void) {
    parts.call(
      offsets: attending.offsets, wanted: attending.wanted,
      logQuery: logQuery ?? logExistence.values, logKey: logExistence.values, width: width,
      heads: heads, body)
  }
}
