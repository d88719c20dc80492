import ZonkeyEngine
import ZonkeyKernels

/// What only inference does: nothing of it is recorded.
extension Level {
  /// Compresses input rows that were looked up, with their projections; see `CompressorRows`.
  ///
  /// Shapes: existence [P, 1], offsets [N + 1]; result [N, C·D] on the sphere of ρ(C·D).
  package func compress(
    _ found: CompressorRows.Found, existence: Tensor, offsets: ContiguousArray<Int32>,
    on tape: Tape
  ) -> Tensor {
    let encoder = compressor.encoder
    let wide = widened(offsets, by: vectors)
    let logExistence = tape.logExistence(existence, offsets: offsets, prefix: vectors)
    let mixed = tape.attention(
      projected: found.projected, logExistence: logExistence, offsets: wide, heads: encoder.heads)
    let first = tape.encode(mixed, encoder.layers[0], from: .residualRows(found.table, found.rows))
    let outputs = tape.encode(
      first, encoder, from: 1, logExistence: logExistence, offsets: wide,
      wanted: latentRows(offsets))
    let units = { [vectors] in
      let bodies = bodyRows(offsets, prefix: vectors)
      return tape.gather(found.table, ContiguousArray(bodies.map { found.rows[Int($0)] }))
    }
    return latents(outputs, units: units(), existence: existence, offsets: offsets, on: tape)
  }

  /// What the first layer projects input rows x [L, D] to, with σ of the gates: [L, 4·D]. For use
  /// alone: nothing of it is recorded.
  func compressorProjection(_ x: Tensor, on tape: Tape) -> Tensor {
    precondition(!tape.recording, "compressorProjection: not on a tape that records")
    let layer = compressor.encoder.layers[0]
    let out = tape.linear(x, layer.projection, norm: layer.attentionNorm)
    for row in 0..<out.rows {
      let gates = out.values + row * out.columns + 3 * x.columns
      zk_logistic(gates, 1, 0, 88, gates, x.columns)
    }
    return out
  }
}
