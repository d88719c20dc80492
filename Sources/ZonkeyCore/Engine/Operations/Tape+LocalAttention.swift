import ZonkeyKernels

extension Tape {
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
}
