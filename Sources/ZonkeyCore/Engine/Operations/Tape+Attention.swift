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
  /// Probabilistic Attention of one packed sequence over another (model §2, cross form).
  ///
  /// Shapes: queries [Lq, D]; keysValues [Lk, 2D] (k, v), positions already added to q and k; logs
  /// [Lq, 1] and [Lk, 1]; result [Lq, D].
  package func crossAttention(
    queries: Tensor, keysValues: Tensor, logQuery: Tensor, logKey: Tensor,
    queryOffsets: ContiguousArray<Int32>, keyOffsets: ContiguousArray<Int32>, heads: Int
  ) -> Tensor {
    let width = queries.columns
    precondition(keysValues.columns == 2 * width, "crossAttention: keys and values expected")
    let out = empty(queries.rows, width)
    func call(_ body: (inout zk_attention) -> Void) {
      queryOffsets.pointer { q in
        keyOffsets.pointer { k in
          var a = zk_attention()
          (a.q, a.k, a.v) = (
            UnsafePointer(queries.values), UnsafePointer(keysValues.values),
            UnsafePointer(keysValues.values + width)
          )
          (a.q_stride, a.k_stride, a.v_stride) = (width, 2 * width, 2 * width)
          (a.log_q, a.log_k) = (UnsafePointer(logQuery.values), UnsafePointer(logKey.values))
          (a.q_offsets, a.k_offsets) = (q, k)
          (a.segments, a.width, a.heads) = (queryOffsets.count - 1, width, heads)
          body(&a)
        }
      }
    }
    call { zk_attention_forward(&$0, out.values) }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let dq = tape.gradient(queries) ?? tape.discarded(queries.count)
      let dkv = tape.gradient(keysValues) ?? tape.discarded(keysValues.count)
      let dlogQ = tape.gradient(logQuery) ?? tape.discarded(logQuery.count)
      let dlogK = tape.gradient(logKey) ?? tape.discarded(logKey.count)
      call { zk_attention_backward(&$0, dout, dq, dkv, dkv + width, nil, dlogQ, dlogK) }
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
