import Testing
import ZonkeyCore

/// Gradients of every form of attention, on ragged segments and widths that fill no vector.
@Suite struct GradientAttentionTests {
  /// Segments of 5, 0, 1, 7 and 18 rows.
  private let offsets: ContiguousArray<Int32> = [0, 5, 5, 6, 13, 31]

  /// A layer of level 0 (width 12) or 1 (36) with its norm, for all rows and for some.
  @Test(arguments: [(0, 2), (0, 1), (1, 3)]) func selfAttention(level: Int, heads: Int) {
    let layer = GradientModel.model.levels[level].compressor.encoder.layers[0]
    let (width, norm) = (layer.projection.weight.columns, layer.attentionNorm)
    let entries = GradientModel.entries(
      layer.projection.weight.range, layer.projection.bias.range)
    let norms = GradientModel.entries(norm.gain.range, norm.bias.range)
    let some = SegmentRows(of: offsets, rows: [1, 3, 5, 12, 13, 20, 30])
    for wanted in [nil, some] {
      let rows = AttentionRows(offsets: offsets, wanted: wanted, width: width, heads: heads)
      GradientCheck(.random(31, width, seed: 1), .random(31, 1, seed: 2, scale: 2)) { tape, x in
        [
          tape.selfAttention(
            x[0], layer.projection, norm: norm, logExistence: x[1], rows: rows, heads: heads)
        ]
      }.using(entries + norms).byElement()
      GradientCheck(.random(31, width, seed: 1), .random(31, 1, seed: 2, scale: 2)) { tape, x in
        [
          tape.selfAttention(
            x[0], layer.projection, norm: nil, logExistence: x[1], rows: rows, heads: heads)
        ]
      }.using(entries).byElement()
    }
  }

  /// Places that do not exist: no gradient goes there, and none comes from them.
  @Test func attentionWithMaskedPlaces() {
    let masked: [Int32] = [2, 5, 6, 12, 20, 21]
    var log = Leaf.random(31, 1, seed: 2, scale: 2).values
    for i in masked { log[Int(i)] = -.infinity }
    let layer = GradientModel.model.levels[0].compressor.encoder.layers[0]
    let rows = AttentionRows(offsets: offsets, width: 12, heads: 2)
    let attend: (Tape, Tensor) -> Tensor = { [log] tape, x in
      tape.selfAttention(
        x, layer.projection, norm: layer.attentionNorm, logExistence: tape.constant(log),
        rows: rows, heads: 2)
    }
    let check = GradientCheck(.random(31, 12, seed: 1)) { tape, x in [attend(tape, x[0])] }
      .using(
        GradientModel.entries(
          layer.projection.weight.range, layer.projection.bias.range,
          layer.attentionNorm.gain.range, layer.attentionNorm.bias.range))
    check.byElement()
    let weights = ParameterStore(count: GradientModel.model.parameters.count)
    GradientModel.model.initialize(weights, random: RandomSource(seed: 3))
    let tape = Tape(weights: weights, workers: Workers(count: 1), recording: true)
    let x = tape.leaf(check.leaves[0].values, columns: 12)
    let out = attend(tape, x)
    tape.backward(
      from: [(out, [Float](repeating: 1, count: out.count))],
      into: ParameterStore(count: weights.count))
    for i in masked.map({ Int($0) }) {
      #expect(out.rows(i..<i + 1).array.allSatisfy { $0 == 0 })
      #expect(tape.gradientArray(x.rows(i..<i + 1)).allSatisfy { $0 == 0 })
    }
    #expect(out.array.count { $0 != 0 } == 25 * 12)
  }

  @Test(arguments: [(6, 2), (9, 3), (18, 1)]) func crossAttention(width: Int, heads: Int) {
    // The third pair has keys without queries, the fourth neither.
    let (q, k): (ContiguousArray<Int32>, ContiguousArray<Int32>) = (
      [0, 3, 4, 4, 4, 11], [0, 5, 6, 8, 8, 17]
    )
    GradientCheck(
      .random(11, width, seed: 1), .random(17, 2 * width, seed: 2),
      .random(11, 1, seed: 3, scale: 2), .random(17, 1, seed: 4, scale: 2)
    ) { tape, x in
      [
        tape.crossAttention(
          queries: x[0], keysValues: x[1], logQuery: x[2], logKey: x[3], queryOffsets: q,
          keyOffsets: k, heads: heads)
      ]
    }.byElement()
  }

  @Test(arguments: [(6, 2, 1), (9, 3, 3), (20, 1, 6)])
  func localAttention(width: Int, heads: Int, half: Int) {
    let positions = sinusoidalTable(count: 2 * half + 1, width: width / heads)
    GradientCheck(.random(31, 4 * width, seed: 1)) { tape, x in
      [
        tape.localAttention(
          x[0], offsets: offsets, heads: heads, half: half, positions: positions)
      ]
    }.byElement()
  }

  @Test(arguments: [0, 3]) func logExistence(prefix: Int) {
    GradientCheck(.inside(31, seed: 1)) { tape, x in
      [tape.logExistence(x[0], offsets: offsets, prefix: prefix)]
    }.with(step: 3e-3).byElement()
  }

  @Test func logOfNothing() {
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: true)
    let e = tape.leaf([1, 0, 1e-30, 0.5])
    let log = tape.logExistence(e, offsets: [0, 4], prefix: 1)
    #expect(log.array[0] == 0 && log.array[1] == 0 && log.array[2] == -.infinity)
    #expect(log.array[3].isFinite)
    tape.backward(from: [(log, [1, 1, 1, 1, 1])], into: ParameterStore(count: 0))
    #expect(tape.gradientArray(e) == [1, 0, 0, 2])
  }

  /// The whole stack: norms, projections with positions, gates, feed-forward, final norm, with
  /// the outputs of some rows or of all.
  @Test(arguments: [false, true]) func encode(all: Bool) {
    let model = GradientModel.model
    for (level, width) in [(model.levels[0], 12), (model.levels[1], 36)] {
      let encoder = level.decoder.denoiser
      let entries = GradientModel.entries(level.decoderRange)
        .filter { $0.name.contains("denoiser") }
      let wanted = SegmentRows(of: offsets) { _, length in
        all ? 0..<length : min(2, length)..<length
      }
      GradientCheck(.random(31, width, seed: 1), .inside(31, seed: 2)) { tape, x in
        let log = tape.logExistence(x[1], offsets: offsets, prefix: 0)
        return [
          tape.encode(x[0], encoder, logExistence: log, offsets: offsets, wanted: wanted)
        ]
      }.using(entries).byDirection()
    }
  }

  /// Some rows' outputs are what they are among those of all rows, to the bit.
  @Test func encodeOfSomeRows() {
    let model = GradientModel.model
    let encoder = model.levels[1].decoder.denoiser
    let weights = ParameterStore(count: model.parameters.count)
    model.initialize(weights, random: RandomSource(seed: 3))
    let tape = Tape(weights: weights, workers: Workers(count: 1), recording: false)
    let x = tape.leaf(Leaf.random(31, 36, seed: 1).values, columns: 36)
    let log = tape.leaf(Leaf.random(31, 1, seed: 2).values)
    let all = tape.encode(
      x, encoder, logExistence: log, offsets: offsets,
      wanted: SegmentRows(of: offsets) { 0..<$1 })
    let picked = [1, 3, 5, 12, 13, 20, 30]
    let some = tape.encode(
      x, encoder, logExistence: log, offsets: offsets,
      wanted: SegmentRows(of: offsets, rows: picked))
    #expect(some.array == tape.gather(all, ContiguousArray(picked.map(Int32.init))).array)
    #expect(Set(all.array).count > 1000)
  }
}
