import ZonkeyEngine
import ZonkeyPlatform
import ZonkeyKernels

/// What one decode gives (model §5).
package struct Decoded: Sendable {
  /// Decoded sequence [P, D] on the sphere of ρ(D), packed.
  package let vectors: Tensor
  /// Existence of its positions [P, 1].
  package let existence: Tensor
}

extension Level {
  /// Decodes latents to packed sequences: decompressor, then denoiser (model §5).
  ///
  /// Shapes: latents [N, C·D], noise levels t [N] in 0...1, offsets [N + 1] say how many positions
  /// of each segment are wanted (all S, or the living ones). `guess` [N, C·D] is what the step
  /// before took the clean latents for, zeros where there was none; without self-conditioning
  /// nothing reads it. `lengths` are the segments' units where they are known, as in training; only
  /// shares of the latent depend on them.
  package func decode(
    _ latents: Tensor, noiseLevels t: [Float], guess: Tensor? = nil, lengths: [Int]? = nil,
    offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Decoded {
    let prefix = 1 + vectors
    let odds = lengthOdds(latents, on: tape)
    let unfolded = unfold(
      conditioned(latents, guess: guess, on: tape), noiseLevels: t,
      lengths: lengths ?? odds.map { tape.medianLengths($0) } ?? [], offsets: offsets, on: tape)
    let first =
      odds.map { tape.lengthExistence($0, offsets: offsets) }
      // The head maps rows to numbers: these are brought into order, not the rows.
      ?? tape.existence(
        tape.gather(headProbability(unfolded.outputs, on: tape), unfolded.bodies),
        offsets: offsets)
    let wide = widened(offsets, by: prefix)
    let refined = tape.encode(
      unfolded.rows.map { tape.gather(unfolded.outputs, $0) } ?? unfolded.outputs,
      decoder.denoiser,
      logExistence: tape.logExistence(first, offsets: offsets, prefix: prefix), offsets: wide,
      wanted: SegmentRows(of: wide) { _, length in prefix..<length })
    let decoded = tape.normalized(refined)
    return Decoded(
      vectors: decoded,
      existence: odds == nil
        ? tape.existence(headProbability(decoded, on: tape), offsets: offsets) : first)
  }

  /// Whether latents say how long their segments are.
  package var saysLengths: Bool {
    if case .lengths = decoder.existence { true } else { false }
  }

  /// The lengths that latents [N, C·D] say their segments have, where they say it.
  package func latentLengths(_ latents: Tensor, on tape: Tape) -> [Int]? {
    lengthOdds(latents, on: tape).map { tape.medianLengths($0) }
  }

  /// The odds of the lengths 1 ... S [N, S].
  private func lengthOdds(_ latents: Tensor, on tape: Tape) -> Tensor? {
    guard case .lengths(let head) = decoder.existence else { return nil }
    return tape.linear(latents, head)
  }

  /// What the decompressor gives.
  package struct Unfolded {
    /// All rows [P + N·(1 + C), D] of prompts and sequences, in an order of their own.
    package let outputs: Tensor
    /// The row of every packed one, where that is another.
    let rows: ContiguousArray<Int32>?
    /// The rows of the sequences alone.
    package let bodies: ContiguousArray<Int32>
  }

  /// The decompressor alone; shapes as in `decode`.
  package func unfold(
    _ latents: Tensor, noiseLevels t: [Float], lengths: [Int], offsets: ContiguousArray<Int32>,
    on tape: Tape
  ) -> Unfolded {
    switch decoder.decompressor {
    case .rollout:
      let order = Rollout(offsets: offsets, prefix: 1 + vectors)
      let outputs = rollout(
        prompts(latents, noiseLevels: t, order: order, on: tape), order, on: tape)
      return Unfolded(
        outputs: outputs, rows: order.packedRows(withPrefix: true),
        bodies: order.packedRows(withPrefix: false))
    case .parallel(let places, let reads, let encoder):
      let wide = widened(offsets, by: 1 + vectors)
      let rows = tape.decompressorRows(
        latents, tau: tau(t, on: tape), places: tape.use(places),
        read: read(reads, of: latents, lengths: lengths, offsets: offsets, on: tape),
        offsets: offsets)
      let outputs = tape.encode(
        rows, encoder, logExistence: causalExistence(offsets, prefix: 1 + vectors, on: tape),
        offsets: wide,
        wanted: SegmentRows(of: wide) { _, length in 0..<length })
      return Unfolded(
        outputs: outputs, rows: nil, bodies: bodyRows(offsets, prefix: 1 + vectors))
    }
  }

  /// What places read: of all S of a segment side by side [N, S·D], or of the packed ones [P, D].
  private func read(
    _ reads: PlaceReading, of latents: Tensor, lengths: [Int], offsets: ContiguousArray<Int32>,
    on tape: Tape
  ) -> Tensor? {
    switch reads {
    case .nothing: return nil
    case .maps(let maps): return tape.linear(latents, tape.use(maps))
    case .share(let map):
      let shares = UnitShares(offsets: offsets, lengths: lengths)
      return tape.linear(
        tape.takeShares(latents, shares, width: configuration.width), map)
    }
  }

  /// Latents with what the network makes of the guessed ones added.
  private func conditioned(_ latents: Tensor, guess: Tensor?, on tape: Tape) -> Tensor {
    guard let map = decoder.guess else { return latents }
    let width = configuration.width
    let shown = guess ?? tape.zeros(latents.rows, latents.columns).constant
    let mapped = tape.linear(shown.reshaped(columns: width), map)
    return tape.combine(1, latents, 1, mapped.reshaped(columns: latents.columns))
  }

  /// Log existence by which each place sees its prompt, of `prefix` rows, and places before it, and
  /// none behind it: a key behind a query is discounted by the difference, which leaves nothing of it.
  func causalExistence(
    _ offsets: ContiguousArray<Int32>, prefix: Int, on tape: Tape
  ) -> Tensor {
    var logs: [Float] = []
    for (first, end) in zip(offsets, offsets.dropFirst()) {
      logs += [Float](repeating: 0, count: prefix)
      for place in 0..<Int(end - first) { logs.append(-1e4 * Float(place + 1)) }
    }
    return tape.constant(logs)
  }

  /// τ of every segment's noise level [N, D] (model §5).
  private func tau(_ t: [Float], on tape: Tape) -> Tensor {
    switch decoder.noise {
    case .between(let clean, let noisy):
      return tape.between(tape.use(clean), tape.use(noisy), shares: t)
    case .network(let expand, let contract):
      let features = tape.constant(
        t.flatMap { level in timeFeatures(level) }, columns: NoiseLevels.features)
      return tape.linear(tape.gelu(tape.linear(features, expand)), contract)
    }
  }

  /// Sinusoids of a noise level, of periods 4 to 1/16.
  private func timeFeatures(_ t: Float) -> [Float] {
    let half = NoiseLevels.features / 2
    return (0..<half).flatMap { k -> [Float] in
      let angle = 2 * Float.pi * t * exp2(6 * Float(k) / Float(half - 1) - 2)
      return [sin(angle), cos(angle)]
    }
  }

  /// The decompressor's stack over prompts, rolled out; see `Tape.rollout`.
  package func rollout(_ prompts: Tensor, _ order: Rollout, on tape: Tape) -> Tensor {
    guard case .rollout(let layers) = decoder.decompressor else {
      preconditionFailure("a parallel decoder has no rollout")
    }
    return tape.rollout(prompts, order, layers: layers, heads: configuration.heads)
  }

  /// The existence head's probability of a start at every decoded vector [P, 1] (model §1).
  private func headProbability(_ v: Tensor, on tape: Tape) -> Tensor {
    guard case .starts(let head) = decoder.existence else {
      preconditionFailure("existence comes from lengths")
    }
    return tape.headProbability(tape.linear(v, head), width: configuration.width)
  }

  /// The prompts [τ, c + τ], step-major in the rollout's order: [(1 + C)·N, D].
  private func prompts(
    _ latents: Tensor, noiseLevels t: [Float], order: Rollout, on tape: Tape
  ) -> Tensor {
    let tau = tape.gather(
      tau(t, on: tape), ContiguousArray(order.segmentAt.map { Int32($0) }))
    let (n, width) = (order.segments, configuration.width)
    let out = tape.empty((1 + vectors) * n, width)
    out.values.update(from: tau.values, count: tau.count)
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
      guard let dtau = tape.gradient(tau) else { return }
      for step in 0...vectors {
        Kernel.add(dout + step * n * width, to: dtau, count: tau.count)
      }
    }
    return out
  }
}
