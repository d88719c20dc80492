import Testing
import ZonkeyCore

/// Every case of the fixtures against the published code's numbers, with their tolerances.
@Suite struct ParityTests {
  let model = Parity.model
  var level: Level { model.levels[0] }

  /// Runs a case: leaves from fixtures, an output with a given gradient, gradients of the leaves.
  private func check(
    _ name: String, inputs: [(String, Int)], output: String = "output",
    outputGradient: String? = "gradient_output", gradients: [String: String],
    _ body: (Tape, [Tensor]) -> Tensor
  ) {
    let tape = Parity.tape()
    let leaves = inputs.map { tape.leaf(Parity.floats("\(name)/\($0.0)"), columns: $0.1) }
    let out = body(tape, leaves)
    Parity.expect(out.array, "\(name)/\(output)")
    let store = ParameterStore(count: model.parameters.count)
    let seed = outputGradient.map { Parity.floats("\(name)/\($0)") } ?? [1]
    tape.backward(from: [(out, seed)], into: store)
    for (index, input) in inputs.enumerated() {
      guard let gradient = gradients[input.0] else { continue }
      Parity.expect(
        tape.gradientArray(leaves[index]), "\(name)/\(gradient)", relative: 1e-3, absolute: 1e-6)
    }
  }

  private func evenOffsets(_ segments: Int, _ length: Int) -> ContiguousArray<Int32> {
    ContiguousArray((0...segments).map { Int32($0 * length) })
  }

  @Test func probabilisticAttention() {
    let offsets = evenOffsets(2, 7)
    let layer = level.compressor.encoder.layers[0]
    check(
      "probabilistic_attention", inputs: [("x", 16), ("existence", 1)],
      gradients: ["x": "gradient_x", "existence": "gradient_existence"]
    ) { tape, leaves in
      let mixed = tape.selfAttention(
        leaves[0], layer.projection, norm: nil,
        logExistence: tape.logExistence(leaves[1], offsets: offsets, prefix: 0),
        rows: AttentionRows(offsets: offsets, width: 16, heads: 2), heads: 2)
      return tape.linear(mixed, layer.output)
    }
  }

  @Test func crossAttention() {
    let offsets = evenOffsets(2, 12)
    let stitcher = level.stitcher
    check(
      "cross_attention",
      inputs: [("queries", 16), ("keys", 16), ("query_existence", 1), ("key_existence", 1)],
      gradients: [
        "queries": "gradient_queries", "keys": "gradient_keys",
        "query_existence": "gradient_query_existence", "key_existence": "gradient_key_existence",
      ]
    ) { tape, leaves in
      let mixed = level.crossed(
        left: leaves[0], right: leaves[1], leftExistence: leaves[2], rightExistence: leaves[3],
        leftOffsets: offsets, rightOffsets: offsets, on: tape)
      return tape.linear(mixed, stitcher.layer.output)
    }
  }

  @Test func localAttention() {
    check("local_attention", inputs: [("x", 16)], gradients: ["x": "gradient_x"]) { tape, leaves in
      let projected = tape.linear(leaves[0], level.splitter.layer.projection)
      return tape.linear(
        tape.localAttention(
          projected, offsets: [0, 20], heads: 2, half: 6,
          positions: sinusoidalTable(count: 13, width: 8)), level.splitter.layer.output)
    }
  }

  @Test func decompressorFull() {
    // The published final LayerNorm of this stack takes no part in training; it is applied here.
    let order = Rollout(offsets: evenOffsets(2, 0), prefix: 6)
    let gain = Parity.weight("layers.0.decompressor.last_layer_norm.weight")
    let bias = Parity.weight("layers.0.decompressor.last_layer_norm.bias")
    check("decompressor_full", inputs: [("x", 16)], gradients: ["x": "gradient_x"]) {
      tape, leaves in
      let outputs = level.rollout(stepMajor(leaves[0], 2, 6, tape), order, on: tape)
      let y = segmentMajor(outputs, 2, 6, tape)
      return tape.layerNorm(
        y, gain: tape.constant(gain, columns: 16), bias: tape.constant(bias, columns: 16))
    }
  }

  @Test func decompressorRollout() {
    let order = Rollout(offsets: evenOffsets(2, 5), prefix: 3)
    check(
      "decompressor_rollout", inputs: [("prompt", 16)], gradients: ["prompt": "gradient_prompt"]
    ) { tape, leaves in
      segmentMajor(
        level.rollout(stepMajor(leaves[0], 2, 3, tape), order, on: tape), 2, 8, tape)
    }
  }

  @Test func boundaryProbability() {
    let tape = Parity.tape()
    let tokens = ContiguousArray(Parity.ints("documents/tokens"))
    let x = tape.leaf(tape.gather(tape.use(model.embedding), tokens).array, columns: 16)
    let p = level.boundaryProbability(x, offsets: [0, 96, 192], on: tape)
    Parity.expect(p.array, "bos_classifier/probability")
    tape.backward(
      from: [(p, Parity.floats("bos_classifier/gradient_output"))],
      into: ParameterStore(count: model.parameters.count))
    Parity.expect(
      tape.gradientArray(x), "bos_classifier/gradient_x", relative: 1e-3, absolute: 1e-6)
  }

  @Test func compress() {
    check(
      "compress", inputs: [("x", 16), ("existence", 1)],
      gradients: ["x": "gradient_x", "existence": "gradient_existence"]
    ) { tape, leaves in
      level.compress(leaves[0], existence: leaves[1], offsets: evenOffsets(29, 12), on: tape)
    }
  }

  @Test func denoise() {
    let tape = Parity.tape()
    let latents = tape.leaf(Parity.floats("denoise/compressed"), columns: 32)
    let decoded = level.decode(
      latents, noiseLevels: Parity.floats("denoise/noise_level"), offsets: evenOffsets(29, 12),
      on: tape)
    Parity.expect(decoded.vectors.array, "denoise/denoised")
    Parity.expect(decoded.existence.array, "denoise/existence")
    tape.backward(
      from: [
        (decoded.vectors, Parity.floats("denoise/gradient_denoised")),
        (decoded.existence, Parity.floats("denoise/gradient_existence")),
      ], into: ParameterStore(count: model.parameters.count))
    Parity.expect(
      tape.gradientArray(latents), "denoise/gradient_compressed", relative: 1e-3, absolute: 1e-6)
  }

  @Test func addNoise() {
    let tape = Parity.tape()
    let noisy = tape.noisy(
      tape.constant(Parity.floats("denoise/compressed"), columns: 32),
      levels: Parity.floats("denoise/noise_level"), noise: Parity.floats("add_noise/noise")[...])
    Parity.expect(noisy.array, "add_noise/output")
  }

  @Test func collapse() {
    check(
      "collapse", inputs: [], output: "value", outputGradient: nil, gradients: [:]
    ) { tape, _ in
      tape.collapse(
        tape.leaf(Parity.floats("compress/output"), columns: 32),
        documentOf: Parity.ints("collapse/document_ids").map { Int($0) })
    }
    let tape = Parity.tape()
    let x = tape.leaf(Parity.floats("compress/output"), columns: 32)
    let value = tape.collapse(x, documentOf: Parity.ints("collapse/document_ids").map { Int($0) })
    tape.backward(from: [(value, [1])], into: ParameterStore(count: model.parameters.count))
    Parity.expect(
      tape.gradientArray(x), "collapse/gradient", relative: 1e-3, absolute: 1e-6)
  }

  @Test func stitcherPosition() {
    let tape = Parity.tape()
    let offsets = evenOffsets(6, 12)
    let names = ["left", "right", "left_existence", "right_existence"]
    let leaves = names.map {
      tape.leaf(
        Parity.floats("stitcher_position/\($0)"), columns: $0.hasSuffix("existence") ? 1 : 16)
    }
    let position = level.inferredStart(
      left: leaves[0], right: leaves[1], leftExistence: leaves[2], leftOffsets: offsets,
      rightOffsets: offsets, on: tape)
    Parity.expect(position.array, "stitcher_position/position")
    let share = tape.constant(Array(Parity.floats("splitter/existence_share")[..<72]))
    let loss = tape.positionLoss(
      inferred: position, trueStarts: Parity.floats("stitcher_position/true_position"),
      share: share, offsets: offsets)
    let wanted = Parity.floats("stitcher_position/position_loss")
    #expect(abs(loss.scalar - wanted.reduce(0, +) / 6) < 1e-4)
    let refined = level.refine(
      left: leaves[0], right: leaves[1], leftExistence: leaves[2], rightExistence: leaves[3],
      leftOffsets: offsets, rightOffsets: offsets, on: tape)
    Parity.expect(refined.array, "stitcher_refine/output")
    tape.backward(
      from: [(position, Parity.floats("stitcher_position/gradient_position"))],
      into: ParameterStore(count: model.parameters.count))
    for (name, leaf) in zip(names.prefix(3), leaves) {
      Parity.expect(
        tape.gradientArray(leaf), "stitcher_position/gradient_\(name)", relative: 1e-3,
        absolute: 1e-6)
    }
  }

  @Test func stitcherPlacement() {
    let tape = Parity.tape()
    let counts = Parity.ints("splitter/segments_per_document").map { Int($0) }
    let positions = Parity.ints("splitter/original_position")
    for (inferred, name) in [(false, "documents"), (true, "documents_inferred")] {
      var (first, rows) = (0, [Float]())
      for count in counts {
        let range = first * 12..<(first + count) * 12
        let v = tape.constant(
          Array(Parity.floats("denoise/denoised")[range.lowerBound * 16..<range.upperBound * 16]),
          columns: 16)
        let e = tape.constant(Array(Parity.floats("denoise/existence")[range]))
        let starts = (first..<first + count).map { Int(positions[$0 * 24 + 1]) }
        let lengths = zip(starts, starts.dropFirst()).map { inferred ? nil : $1 - $0 } + [12]
        let stitched = level.placed(
          v, existence: e, joins: (1...count).map { $0 < count }, lengths: lengths,
          existenceCutoff: 0, keepsAll: true, on: tape)
        let padding = [Float](repeating: 0, count: max(0, 96 - stitched.units.rows) * 16)
        rows += (stitched.units.array + padding).prefix(96 * 16)
        first += count
      }
      Parity.expect(rows, "stitcher/\(name)")
    }
  }

  @Test func symbolLoss() {
    let tape = Parity.tape()
    let v = tape.leaf(Parity.floats("denoise/denoised"), columns: 16)
    let rows = tape.symbolLoss(
      v, embedding: tape.use(model.embedding),
      symbols: ContiguousArray(Parity.ints("splitter/segment_tokens")))
    let loss = tape.weightedMean(rows, tape.constant(Parity.floats("splitter/existence_share")))
    Parity.expect(loss.array, "token_loss/value")
    tape.backward(from: [(loss, [1])], into: ParameterStore(count: model.parameters.count))
    Parity.expect(
      tape.gradientArray(v), "token_loss/gradient_denoised", relative: 1e-3, absolute: 1e-6)
  }

  @Test func contrastiveLoss() {
    let tape = Parity.tape()
    let v = tape.leaf(Parity.floats("reconstruction_loss/denoised"), columns: 16)
    let targets = tape.constant(Parity.floats("reconstruction_loss/target"), columns: 16)
    let rows = tape.contrastiveLoss(
      v, unitTargets: tape.sphere(targets, radius: 1),
      positives: ContiguousArray((0..<348).map { Int32($0) }),
      negatives: ContiguousArray(Parity.ints("reconstruction_loss/negative_indices")))
    let loss = tape.weightedMean(
      rows, tape.constant(Parity.floats("splitter/existence_share")))
    Parity.expect(loss.array, "reconstruction_loss/value")
    tape.backward(from: [(loss, [1])], into: ParameterStore(count: model.parameters.count))
    Parity.expect(
      tape.gradientArray(v), "reconstruction_loss/gradient_denoised", relative: 1e-3,
      absolute: 1e-6)
  }

  @Test func mixedContrastiveLoss() {
    let tape = Parity.tape()
    let v = tape.leaf(Parity.floats("reconstruction_loss/denoised"), columns: 16)
    let target = tape.constant(Parity.floats("reconstruction_loss/target"), columns: 16)
    let previous = tape.leaf(Parity.floats("mixed_reconstruction_loss/previous"), columns: 16)
    let delta = tape.combine(1, target, -1, previous)
    let products = MixedProducts(
      vp: tape.rowDots(v, previous), vd: tape.rowDots(v, delta),
      pp: tape.rowDots(previous, previous), pd: tape.rowDots(previous, delta),
      dd: tape.rowDots(delta, delta), vv: tape.rowDots(v, v))
    let share = tape.constant(Parity.floats("splitter/existence_share"))
    let positive = tape.mixedCosines(products, share: share, offsets: evenOffsets(29, 12))
    Parity.expect(positive.best.array, "mixed_reconstruction_loss/optimal_t")
    let places = ContiguousArray(Parity.ints("reconstruction_loss/negative_indices"))
    let negative = tape.mixedNegativeCosines(
      vp: tape.pick(tape.linear(v, previous), places, each: 63),
      vd: tape.pick(tape.linear(v, delta), places, each: 63), vv: products.vv, pp: products.pp,
      pd: products.pd, dd: products.dd, index: places)
    let rows = tape.cosineCrossEntropy(
      tape.besides(positive.cosines, negative),
      targets: ContiguousArray(repeating: 0, count: 348))
    let loss = tape.weightedMean(rows, share)
    Parity.expect(loss.array, "mixed_reconstruction_loss/value")
    tape.backward(from: [(loss, [1])], into: ParameterStore(count: model.parameters.count))
    Parity.expect(
      tape.gradientArray(v), "mixed_reconstruction_loss/gradient_denoised", relative: 1e-3,
      absolute: 1e-6)
    Parity.expect(
      tape.gradientArray(previous), "mixed_reconstruction_loss/gradient_previous", relative: 1e-3,
      absolute: 1e-6)
  }

  @Test func generate() {
    let tape = Tape(weights: Parity.weights, workers: Workers(count: 1), recording: false)
    var sampler = Sampler(model: model, tape: tape)
    sampler.steps = 3
    sampler.existenceCutoff = 0.2
    let units = sampler.document(from: Parity.floats("generate/start"), top: 1)
    let wanted = Parity.floats("generate/document_vectors")
    let filled = (0..<96).filter { row in wanted[row * 16..<row * 16 + 16].contains { $0 != 0 } }
    #expect(units.count == filled.count * 16)
    guard units.count == filled.count * 16 else { return }
    Parity.expect(
      units, equals: filled.flatMap { wanted[$0 * 16..<$0 * 16 + 16] },
      "generate/document_vectors", relative: 1e-4, absolute: 1e-5)
    let tokens = Parity.ints("generate/tokens")
    #expect(
      sampler.symbols([units], among: model.configuration.vocabulary)
        == [filled.map { tokens[$0] }])
  }

  // MARK: Layout helpers

  /// Rows of [N, T] as rows of [T, N], and back.
  private func stepMajor(_ x: Tensor, _ n: Int, _ steps: Int, _ tape: Tape) -> Tensor {
    tape.gather(
      x,
      ContiguousArray(
        (0..<steps).flatMap { step in (0..<n).map { Int32($0 * steps + step) } }))
  }

  private func segmentMajor(_ x: Tensor, _ n: Int, _ steps: Int, _ tape: Tape) -> Tensor {
    tape.gather(
      x,
      ContiguousArray((0..<n).flatMap { i in (0..<steps).map { Int32($0 * n + i) } }))
  }
}
