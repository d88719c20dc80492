#if canImport(Glibc)
  import Glibc
#endif
import ZonkeyKernels

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

extension Tape {
  /// Probabilistic Attention of packed segments over themselves.
  ///
  /// Shapes: projected [L, 4D] (q, k, v, gate) or [L, 3D] without gate, positions already added to
  /// q and k; logExistence [L, 1], -∞ where a position does not exist; offsets [N + 1]; result
  /// [L, D]. Spec: model §2, self form.
  package func attention(
    _ projected: Tensor, logExistence: Tensor, offsets: ContiguousArray<Int32>, heads: Int
  ) -> Tensor {
    let gated = projected.columns % 4 == 0 && projected.columns / 4 % heads == 0
    precondition(gated, "attention: the projection holds q, k, v and gate")
    let width = projected.columns / 4
    let out = empty(projected.rows, width)
    let part: (UnsafeMutablePointer<Float>, Int) -> UnsafeMutablePointer<Float> = {
      $0 + $1 * width
    }
    func call(_ body: (inout zk_attention) -> Void) {
      offsets.pointer { offsets_ in
        var a = zk_attention()
        let base = projected.values
        (a.q, a.k, a.v, a.gate) = (
          UnsafePointer(part(base, 0)), UnsafePointer(part(base, 1)),
          UnsafePointer(part(base, 2)), UnsafePointer(part(base, 3))
        )
        (a.q_stride, a.k_stride, a.v_stride, a.gate_stride) = (
          4 * width, 4 * width, 4 * width, 4 * width
        )
        (a.log_q, a.log_k) = (
          UnsafePointer(logExistence.values), UnsafePointer(logExistence.values)
        )
        (a.q_offsets, a.k_offsets) = (offsets_, offsets_)
        (a.segments, a.width, a.heads) = (offsets.count - 1, width, heads)
        body(&a)
      }
    }
    call { zk_attention_forward(&$0, out.values) }
    record { tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(projected) else { return }
      let dlog = tape.gradient(logExistence) ?? tape.discarded(logExistence.count)
      call {
        zk_attention_backward(
          &$0, dout, part(d, 0), part(d, 1), part(d, 2), part(d, 3), dlog, dlog)
      }
    }
    return out
  }

  /// Probabilistic Attention of one packed sequence over another.
  ///
  /// Shapes: queries [Lq, D] and, where there is one, gate [Lq, D]; keysValues [Lk, 2D] (k, v),
  /// positions already added to q and k; logs [Lq, 1] and [Lk, 1]; result [Lq, D]. `places` [Lq]
  /// says where queries stand in their segments when they are not all its places from 0. Spec:
  /// model §2, cross form; with places and gate, some rows of the self form.
  package func crossAttention(
    queries: Tensor, gate: Tensor? = nil, keysValues: Tensor, logQuery: Tensor, logKey: Tensor,
    queryOffsets: ContiguousArray<Int32>, keyOffsets: ContiguousArray<Int32>,
    places: ContiguousArray<Int32>? = nil, heads: Int
  ) -> Tensor {
    let width = queries.columns
    precondition(keysValues.columns == 2 * width, "crossAttention: keys and values expected")
    let out = empty(queries.rows, width)
    func call(_ body: (inout zk_attention) -> Void) {
      queryOffsets.pointer { q in
        keyOffsets.pointer { k in
          var a = zk_attention()
          (a.q, a.k, a.v, a.gate) = (
            UnsafePointer(queries.values), UnsafePointer(keysValues.values),
            UnsafePointer(keysValues.values + width), gate.map { UnsafePointer($0.values) }
          )
          (a.q_stride, a.k_stride, a.v_stride, a.gate_stride) = (
            width, 2 * width, 2 * width, width
          )
          (a.log_q, a.log_k) = (UnsafePointer(logQuery.values), UnsafePointer(logKey.values))
          (a.q_offsets, a.k_offsets) = (q, k)
          (a.segments, a.width, a.heads) = (queryOffsets.count - 1, width, heads)
          guard let places else { return body(&a) }
          places.pointer {
            a.q_places = $0
            body(&a)
          }
        }
      }
    }
    call { zk_attention_forward(&$0, out.values) }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let dq = tape.gradient(queries) ?? tape.discarded(queries.count)
      let dgate = gate.map { tape.gradient($0) ?? tape.discarded($0.count) }
      let dkv = tape.gradient(keysValues) ?? tape.discarded(keysValues.count)
      let dlogQ = tape.gradient(logQuery) ?? tape.discarded(logQuery.count)
      let dlogK = tape.gradient(logKey) ?? tape.discarded(logKey.count)
      call { zk_attention_backward(&$0, dout, dq, dkv, dkv + width, dgate, dlogQ, dlogK) }
    }
    return out
  }

  /// Local attention of the splitter: each position sees `half` positions on both sides.
  ///
  /// Shapes: projected [L, 4D] (q, k, v, gate, no positions added), documents packed by offsets;
  /// positions [2·half + 1, D / H]; result [L, D]. Spec: model §2, local form.
  package func localAttention(
    _ projected: Tensor, offsets: ContiguousArray<Int32>, heads: Int, half: Int,
    positions: [Float]
  ) -> Tensor {
    let width = projected.columns / 4
    precondition(positions.count == (2 * half + 1) * (width / heads), "localAttention: positions")
    let out = empty(projected.rows, width)
    offsets.pointer { offsets_ in
      zk_local_attention_forward(
        projected.values, offsets_, offsets.count - 1, width, heads, half, positions, out.values)
    }
    record { tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(projected) else { return }
      offsets.pointer { offsets_ in
        zk_local_attention_backward(
          projected.values, offsets_, offsets.count - 1, width, heads, half, positions, dout, d)
      }
    }
    return out
  }

  /// Causal attention of one step over the cached keys and values of its own and earlier steps.
  ///
  /// Shapes: cache [T·N, 3D], step-major (q, k, v with positions added); queries are the first
  /// `alive` segments at `step`; result [alive, D]. Spec: model §2, causal form.
  package func stepAttention(
    _ cache: Tensor, segments: Int, step: Int, alive: Int, heads: Int, into out: Tensor
  ) {
    let width = cache.columns / 3
    precondition(out.rows == alive && out.columns == width, "stepAttention: output shape")
    zk_step_attention_forward(cache.values, segments, step, alive, width, heads, out.values)
    record { tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(cache) else { return }
      zk_step_attention_backward(
        cache.values, segments, step, alive, width, heads, dout, d)
    }
  }

  /// log max(existence, 1e-20) with `prefix` rows of existence 1 (log 0) before each segment.
  ///
  /// Shapes: existence [P, 1] packed by offsets [N + 1]; result [P + N·prefix, 1]. A zero becomes
  /// -∞, which masks the position.
  package func logExistence(
    _ existence: Tensor, offsets: ContiguousArray<Int32>, prefix: Int
  ) -> Tensor {
    let segments = offsets.count - 1
    let out = empty(existence.rows + segments * prefix, 1)
    var row = 0
    for segment in 0..<segments {
      for _ in 0..<prefix {
        out.values[row] = 0
        row += 1
      }
      for i in Int(offsets[segment])..<Int(offsets[segment + 1]) {
        let e = existence.values[i]
        out.values[row] = e > 0 ? log(max(e, 1e-20)) : -.infinity
        row += 1
      }
    }
    record { tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(existence) else { return }
      for segment in 0..<segments {
        for i in Int(offsets[segment])..<Int(offsets[segment + 1]) {
          let e = existence.values[i]
          if e > 1e-20 { d[i] += dout[i + (segment + 1) * prefix] / e }
        }
      }
    }
    return out
  }
}
