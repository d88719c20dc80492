import ZonkeyKernels

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
}
