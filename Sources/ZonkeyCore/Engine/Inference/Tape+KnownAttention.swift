import ZonkeyKernels

extension Tape {
  /// The gated attention of all rows of packed segments whose projections are known already, before
  /// its output map. For use alone: nothing is recorded, and no gradient goes back.
  ///
  /// Shapes: projected [L, 4·D], queries, keys, values and gates side by side with positions added
  /// and σ of the gates taken; logExistence [L, 1]; result [L, D].
  package func attention(
    projected: Tensor, logExistence: Tensor, offsets: ContiguousArray<Int32>, heads: Int
  ) -> Tensor {
    precondition(!recording, "attention: known projections have no gradients")
    let width = projected.columns / 4
    let out = empty(projected.rows, width)
    let parts = AttentionParts(
      q: projected.values, kv: projected.values + width, gate: projected.values + 3 * width,
      ownStride: 4 * width, stride: 4 * width)
    parts.call(
      offsets: offsets, logQuery: logExistence.values, logKey: logExistence.values, width: width,
      heads: heads
    ) {
      $0.gate_is_open = 1
      zk_attention_forward(&$0, out.values)
    }
    return out
  }
}
