import TestSupport
import Testing
import ZonkeyCore

/// Gradients of the dense maps: linear, convolution, norms and activations.
@Suite struct GradientLinearTests {
  @Test(arguments: [(1, 1, 1), (1, 5, 3), (7, 3, 9), (19, 12, 5)])
  func linear(rows: Int, inputs: Int, outputs: Int) {
    GradientCheck(
      .random(rows, inputs, seed: 1), .random(outputs, inputs, seed: 2),
      .random(1, outputs, seed: 3), .random(rows, outputs, seed: 4)
    ) { tape, x in
      [tape.linear(x[0], x[1]), tape.linear(x[0], x[1], bias: x[2], from: .residual(x[3]))]
    }.byElement()
  }

  @Test func linearWithPositions() {
    var numbers = SeededNumbers(9)
    let table = RowTable(table: numbers.floats(3 * 5), rowOf: [0, 2, 2, 1, 0, 1])
    GradientCheck(
      .random(6, 4, seed: 1), .random(5, 4, seed: 2), .random(1, 5, seed: 3)
    ) { tape, x in
      [tape.linear(x[0], x[1], bias: x[2], from: .table(table))]
    }.byElement()
  }

  /// Rows of a residual that are added once, twice and not at all.
  @Test func linearWithResidualRows() {
    GradientCheck(
      .random(4, 3, seed: 1), .random(5, 3, seed: 2), .random(1, 5, seed: 3),
      .random(6, 5, seed: 4)
    ) { tape, x in
      let rows: ContiguousArray<Int32> = [5, 0, 5, 2]
      let sum = tape.linear(x[0], x[1], bias: x[2], from: .residualRows(x[3], rows))
      let apart = tape.linear(x[0], x[1], bias: x[2], from: .residual(tape.gather(x[3], rows)))
      #expect(sum.array == apart.array)
      return [sum]
    }.byElement()
  }

  /// An input that is used twice collects both parts.
  @Test func inputUsedTwice() {
    GradientCheck(.random(5, 5, seed: 1), .random(1, 5, seed: 2)) { tape, x in
      [tape.linear(x[0], x[0], bias: x[1], from: .residual(x[0]))]
    }.byElement()
  }

  @Test func shiftedSum() {
    let groups = [(kernel: 3, channels: 2), (kernel: 5, channels: 1), (kernel: 1, channels: 3)]
    GradientCheck(.random(12, 14, seed: 1), .random(1, 6, seed: 2)) { tape, x in
      [tape.shiftedSum(x[0], groups: groups, bias: x[1], offsets: [0, 7, 7, 8, 12])]
    }.byElement()
  }

  @Test func convolution() {
    let level = GradientModel.model.levels[0]
    let layers = [level.splitter.convolution, level.compressor.convolution]
    let entries = GradientModel.entries(
      layers[0].weight.range, layers[0].bias.range, layers[1].weight.range, layers[1].bias.range)
    GradientCheck(.random(13, 12, seed: 1)) { tape, x in
      layers.map { tape.convolution(x[0], $0, offsets: [0, 1, 9, 9, 13]) }
    }.using(entries).byElement()
  }

  @Test(arguments: [2, 5, 16, 37]) func layerNorm(width: Int) {
    GradientCheck(
      .random(6, width, seed: 1), .random(1, width, seed: 2), .random(1, width, seed: 3)
    ) { tape, x in
      [tape.layerNorm(x[0], gain: x[1], bias: x[2])]
    }.with(step: 3e-3, tolerance: 3e-3).byElement()
  }

  @Test func gelu() {
    GradientCheck(.random(5, 7, seed: 1, scale: 4)) { tape, x in [tape.gelu(x[0])] }.byElement()
  }

  @Test(arguments: [2, 3, 12, 21]) func sphere(width: Int) {
    GradientCheck(.random(5, width, seed: 1)) { tape, x in
      [tape.sphere(x[0], radius: 2.5), tape.normalized(x[0])]
    }.with(step: 3e-3).byElement()
  }

  @Test func zeroRowOnTheSphere() {
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: true)
    let x = tape.leaf([0, 0, 0, 1, 2, 2], columns: 3)
    let out = tape.sphere(x, radius: 3)
    #expect(out.array == [0, 0, 0, 1, 2, 2])
    tape.backward(from: [(out, [1, 1, 1, 1, 1, 1])], into: ParameterStore(count: 0))
    #expect(tape.gradientArray(x).allSatisfy { $0.isFinite })
  }

  @Test func feedForward() {
    let layer = GradientModel.model.levels[0].stitcher.layer
    let (map, norm) = (layer.feedForward, layer.feedForwardNorm)
    let entries = GradientModel.entries(
      map.expand.weight.range, map.expand.bias.range, map.contract.weight.range,
      map.contract.bias.range)
    GradientCheck(.random(5, 12, seed: 1)) { tape, x in
      [tape.feedForward(x[0], map)]
    }.using(entries).byElement()
    GradientCheck(.random(5, 12, seed: 1)) { tape, x in
      [tape.feedForward(x[0], map, norm: norm)]
    }.using(entries + GradientModel.entries(norm.gain.range, norm.bias.range)).byElement()
  }

  /// Without recording, rows go through in blocks; that changes no bit.
  @Test func feedForwardInBlocks() {
    let model = GradientModel.model
    let layer = model.levels[0].stitcher.layer
    let weights = ParameterStore(count: model.parameters.count)
    model.initialize(weights, random: RandomSource(seed: 3))
    let results = [true, false].map { recording in
      let tape = Tape(weights: weights, workers: Workers(count: 1), recording: recording)
      let x = tape.leaf(Leaf.random(211, 12, seed: 1).values, columns: 12)
      return tape.feedForward(x, layer.feedForward, norm: layer.feedForwardNorm).array
    }
    #expect(results[0] == results[1])
    #expect(Set(results[0]).count > 2000)
  }
}
