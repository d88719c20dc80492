import ZonkeyEngine
import ZonkeyKernels

/// What one decode gives (model §5).
package struct Decoded: Sendable {
  /// Decoded sequence [P, D] on the sphere of ρ(D), packed.
  package let vectors: Tensor
  /// Existence of its positions [P, 1].
  package let existence: Tensor
}

extension Level {
  /// Decodes latents to packed sequences: rollout, then denoiser (model §5).
  ///
  /// Shapes: latents [N, C·D], noise levels t [N] in 0...1, offsets [N + 1] say how many positions
  /// of each segment are wanted (all S, or the living ones).
  package func decode(
    _ latents: Tensor, noiseLevels t: [Float], offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Decoded {
    let prefix = 1 + vectors
    let order = Rollout(offsets: offsets, prefix: prefix)
    let outputs = rollout(
      prompts(latents, noiseLevels: t, order: order, on: tape), order,
      sameFirst: t.allSatisfy { $0 == t[0] }, on: tape)
    // The head maps rows to numbers: these are brought into order, not the rows.
    let first = tape.existence(
      tape.gather(
        headProbability(outputs.rows(prefix * order.segments..<order.rows), on: tape),
        ContiguousArray(
          order.packedRows(withPrefix: false).map { $0 - Int32(prefix * order.segments) })),
      offsets: offsets)
    let wide = widened(offsets, by: prefix)
    let refined = tape.encode(
      outputs, decoder.denoiser, rows: order.packedRows(withPrefix: true),
      logExistence: tape.logExistence(first, offsets: offsets, prefix: prefix), offsets: wide,
      wanted: SegmentRows(of: wide) { _, length in prefix..<length })
    let decoded = tape.normalized(refined)
    return Decoded(
      vectors: decoded,
      existence: tape.existence(headProbability(decoded, on: tape), offsets: offsets))
  }

  /// The decompressor's stack over prompts, rolled out; see `Tape.rollout`.
  package func rollout(
    _ prompts: Tensor, _ order: Rollout, sameFirst: Bool = false, on tape: Tape
  ) -> Tensor {
    tape.rollout(
      prompts, order, sameFirst: sameFirst, layers: decoder.causal, heads: configuration.heads)
  }

  /// The existence head's probability of a start at every decoded vector [P, 1] (model §1).
  package func headProbability(_ v: Tensor, on tape: Tape) -> Tensor {
    tape.headProbability(tape.linear(v, decoder.existence), width: configuration.width)
  }

  /// The prompts [τ, c + τ], step-major in the rollout's order: [(1 + C)·N, D].
  private func prompts(
    _ latents: Tensor, noiseLevels t: [Float], order: Rollout, on tape: Tape
  ) -> Tensor {
    let (n, width) = (order.segments, configuration.width)
    let (clean, noisy) = (tape.use(decoder.clean), tape.use(decoder.noisy))
    let out = tape.empty((1 + vectors) * n, width)
    for (place, segment) in order.segmentAt.enumerated() {
      let tau = out.values + place * width
      for j in 0..<width {
        tau[j] = (1 - t[segment]) * clean.values[j] + t[segment] * noisy.values[j]
      }
    }
    let vectorOf = ContiguousArray(
      (0..<vectors).flatMap { step in order.segmentAt.map { Int32($0 * vectors + step) } })
    vectorOf.pointer { vectorOf in
      for step in 0..<vectors {
        zk_start_rows(
          out.values + (step + 1) * n * width, nil, out.values, latents.values,
          vectorOf + step * n, n, width)
      }
    }
    tape.record { tape in
      guard let dout = tape.gradient(out) else { return }
      if let dlatents = tape.gradient(latents) {
        Kernel.scatterAdd(dout + n * width, vectorOf, width: width, to: dlatents)
      }
      let (dclean, dnoisy) = (tape.gradient(clean), tape.gradient(noisy))
      for row in 0..<out.rows {
        let (d, noise) = (dout + row * width, t[order.segmentAt[row % n]])
        if let dclean { zk_axpy(1 - noise, d, dclean, width) }
        if let dnoisy { zk_axpy(noise, d, dnoisy, width) }
      }
    }
    return out
  }
}
