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
    let outputs = rollout(prompts(latents, noiseLevels: t, order: order, on: tape), order, on: tape)
    let rows = tape.gather(outputs, order.packedRows(withPrefix: true))
    let first = existence(tape.gather(outputs, order.packedRows(withPrefix: false)), offsets, tape)
    let wide = widened(offsets, by: prefix)
    let refined = tape.encode(
      rows, decoder.denoiser,
      logExistence: tape.logExistence(first, offsets: offsets, prefix: prefix), offsets: wide,
      wanted: SegmentRows(of: wide) { _, length in prefix..<length })
    let decoded = tape.normalized(refined)
    return Decoded(vectors: decoded, existence: existence(decoded, offsets, tape))
  }

  /// The existence head's probability of a start at every decoded vector [P, 1] (model §1).
  package func headProbability(_ v: Tensor, on tape: Tape) -> Tensor {
    tape.headProbability(tape.linear(v, decoder.existence), width: configuration.width)
  }

  private func existence(
    _ v: Tensor, _ offsets: ContiguousArray<Int32>, _ tape: Tape
  ) -> Tensor {
    tape.existence(headProbability(v, on: tape), offsets: offsets)
  }

  /// The prompts [τ, c + τ], step-major in the rollout's order: [(1 + C)·N, D].
  private func prompts(
    _ latents: Tensor, noiseLevels t: [Float], order: Rollout, on tape: Tape
  ) -> Tensor {
    let (n, width) = (order.segments, configuration.width)
    let (clean, noisy) = (tape.use(decoder.clean), tape.use(decoder.noisy))
    let out = tape.empty((1 + vectors) * n, width)
    func forEach(_ body: (_ row: Int, _ latent: Int?, _ t: Float) -> Void) {
      for step in 0...vectors {
        for place in 0..<n {
          let segment = order.segmentAt[place]
          body(
            (step * n + place) * width,
            step == 0 ? nil : (segment * vectors + step - 1) * width, t[segment])
        }
      }
    }
    forEach { row, latent, t in
      for j in 0..<width {
        let tau = (1 - t) * clean.values[j] + t * noisy.values[j]
        out.values[row + j] = tau + (latent.map { latents.values[$0 + j] } ?? 0)
      }
    }
    tape.record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (dlatents, dclean, dnoisy) = (
        tape.gradient(latents), tape.gradient(clean), tape.gradient(noisy)
      )
      forEach { row, latent, t in
        for j in 0..<width {
          let d = dout[row + j]
          dclean?[j] += (1 - t) * d
          dnoisy?[j] += t * d
          if let latent { dlatents?[latent + j] += d }
        }
      }
    }
    return out
  }

  /// Maps prompts to outputs, then feeds the last output back, step by step (model §5).
  ///
  /// Shapes: prompts [K·N, D] step-major; result [T·N, D] step-major with undefined rows where a
  /// segment is shorter than the longest.
  package func rollout(_ prompts: Tensor, _ order: Rollout, on tape: Tape) -> Tensor {
    let (n, steps, width) = (order.segments, order.steps, configuration.width)
    let positions = projectionPositions(
      count: steps, width: width, heads: configuration.heads, with: 2, of: 3)
    let caches = decoder.causal.map { _ in tape.empty(steps * n, 3 * width) }
    let outputs = tape.empty(steps * n, width)
    for phase in order.phases {
      let previous = (phase.first - 1) * n
      var x =
        phase.first == 0 ? prompts : outputs.rows(previous..<previous + phase.alive)
      for (index, layer) in decoder.causal.enumerated() {
        let last = index == decoder.causal.count - 1
        let rows = phase.first * n..<phase.first * n + x.rows
        x = causalLayer(
          x, layer, cache: caches[index], phase: phase, order: order, positions: positions,
          into: last ? outputs.rows(rows) : nil, on: tape)
      }
    }
    return outputs
  }

  private func causalLayer(
    _ x: Tensor, _ layer: TransformerLayer, cache: Tensor, phase: Rollout.Phase, order: Rollout,
    positions: [Float], into destination: Tensor?, on tape: Tape
  ) -> Tensor {
    let n = order.segments
    let rows = phase.first * n..<phase.first * n + x.rows
    _ = tape.linear(
      x, layer.projection, norm: layer.attentionNorm,
      positions: RowTable(
        table: positions, rowOf: ContiguousArray(rows.map { Int32($0 / n) })),
      into: cache.rows(rows))
    let mixed = tape.empty(x.rows, x.columns)
    for step in phase.first..<phase.first + phase.steps {
      let at = (step - phase.first) * n
      tape.stepAttention(
        cache, segments: n, step: step, alive: phase.alive, heads: configuration.heads,
        into: mixed.rows(at..<at + phase.alive))
    }
    let y = tape.linear(mixed, layer.output, residual: x)
    return tape.feedForward(
      y, layer.feedForward, norm: layer.feedForwardNorm, into: destination)
  }
}

/// The order in which a batch of segments is rolled out: step by step over the segments that still
/// live, the longest first, so that the living ones are a prefix of every step.
package struct Rollout: Sendable {
  /// Steps that run together: all of the prompt, then one by one.
  struct Phase {
    let first: Int
    let steps: Int
    let alive: Int
  }

  package let segments: Int
  package let steps: Int
  /// The segment at each place of a step, and each segment's place.
  let segmentAt: [Int]
  let placeOf: [Int]
  let phases: [Phase]
  private let prefix: Int
  private let offsets: ContiguousArray<Int32>

  /// `prefix` prompt vectors, then as many steps as each segment has rows.
  package init(offsets: ContiguousArray<Int32>, prefix: Int) {
    self.offsets = offsets
    self.prefix = prefix
    segments = offsets.count - 1
    let lengths = zip(offsets, offsets.dropFirst()).map { Int($1 - $0) }
    segmentAt = (0..<segments).sorted {
      lengths[$0] != lengths[$1] ? lengths[$0] > lengths[$1] : $0 < $1
    }
    var places = [Int](repeating: 0, count: segments)
    for (place, segment) in segmentAt.enumerated() { places[segment] = place }
    placeOf = places
    let longest = lengths.max() ?? 0
    steps = prefix + longest
    var phases = [Phase(first: 0, steps: prefix, alive: segments)]
    for step in 0..<longest {
      phases.append(
        Phase(first: prefix + step, steps: 1, alive: lengths.filter { $0 > step }.count))
    }
    self.phases = phases
  }

  /// The rollout's row of every packed row, with or without the prompts' outputs before each
  /// segment.
  func packedRows(withPrefix: Bool) -> ContiguousArray<Int32> {
    var rows = ContiguousArray<Int32>()
    for segment in 0..<segments {
      let length = Int(offsets[segment + 1] - offsets[segment])
      for step in (withPrefix ? 0 : prefix)..<prefix + length {
        rows.append(Int32(step * segments + placeOf[segment]))
      }
    }
    return rows
  }
}
