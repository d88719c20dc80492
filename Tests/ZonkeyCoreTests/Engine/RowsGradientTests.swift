import Testing
import ZonkeyCore

/// Gradients of row-wise operations, and of work in chunks.
@Suite struct GradientRowTests {
  @Test func gather() {
    GradientCheck(.random(5, 3, seed: 1)) { tape, x in
      [tape.gather(x[0], [4, -1, 0, 0, 2, -1]), tape.gather(x[0], [])]
    }.byElement()
  }

  @Test func sums() {
    GradientCheck(.random(4, 3, seed: 1), .random(4, 3, seed: 2)) { tape, x in
      [tape.combine(0.7, x[0], -1.3, x[1]), tape.combine(2, x[0], 1, x[0])]
    }.byElement()
    GradientCheck(.random(4, 3, seed: 1), .random(1, 3, seed: 2)) { tape, x in
      [tape.addRow(x[0], x[1], factor: -0.6)]
    }.byElement()
    GradientCheck(.random(4, 3, seed: 1), .random(4, 3, seed: 2), Leaf([0.4])) { tape, x in
      [tape.addScaled(x[0], x[1], scale: x[2])]
    }.byElement()
  }

  @Test func scaleRows() {
    GradientCheck(.random(4, 3, seed: 1)) { tape, x in
      let offset = tape.constant(Leaf.random(4, 3, seed: 2).values, columns: 3)
      return [tape.scaleRows(x[0], by: [0, 1, -0.5, 2], plus: offset)]
    }.byElement()
  }

  @Test func noisy() {
    let noise = Leaf.random(6, 5, seed: 2).values
    GradientCheck(.random(4, 5, seed: 1)) { tape, x in
      [tape.noisy(x[0], levels: [0, 0.3, 0.8, 1], noise: noise[5..<25])]
    }.with(step: 3e-3).byElement()
  }

  @Test func products() {
    GradientCheck(.random(5, 19, seed: 1), .random(5, 19, seed: 2)) { tape, x in
      [tape.rowDots(x[0], x[1]), tape.rowDots(x[0], x[0])]
    }.byElement()
  }

  @Test func scalars() {
    GradientCheck(Leaf([0.7]), Leaf([-1.2])) { tape, x in
      [tape.scalar(x) { ($0[0] * $0[1] * $0[1], [$0[1] * $0[1], 2 * $0[0] * $0[1]]) }]
    }.byElement()
  }

  @Test(arguments: [1, 17]) func weighted(rows: Int) {
    GradientCheck(.random(rows, 1, seed: 1), .inside(rows, seed: 2)) { tape, x in
      [tape.weightedSum(x[0], x[1], divisor: 2.5)]
        + (rows == 1 ? [] : [tape.weightedMean(x[0], x[1])])
    }.byElement()
  }

  @Test func columns() {
    GradientCheck(.random(3, 4, seed: 1), .random(3, 2, seed: 2)) { tape, x in
      [
        tape.pick(x[0], [3, 0, 0, 1, 2, 2], each: 2), tape.besides(x[0], x[1]),
        tape.besides(x[1], tape.pick(x[0], [], each: 0)),
      ]
    }.byElement()
  }

  @Test func prefixed() {
    GradientCheck(.random(6, 3, seed: 1), .random(2, 3, seed: 2)) { tape, x in
      [tape.prefixed(x[0], prefix: x[1], offsets: [0, 2, 2, 3, 6])]
    }.byElement()
  }

  @Test func masked() {
    let random = Leaf.random(8, 4, seed: 3).values
    // Row 1 is masked, 2 random, 4 kept, 5 masked; 0 and 3 are not hidden.
    let kinds: [Float] = [0.1, 0.2, 0.85, 0.3, 0.95, 0.79]
    GradientCheck(.random(6, 4, seed: 1), .random(1, 4, seed: 2)) { tape, x in
      [tape.masked(x[0], at: [1, 2, 4, 5], mask: x[1], kinds: kinds, random: random[8...])]
    }.byElement()
  }

  /// A check of `map`: chunks of unlike sizes (one empty) that share a tensor and parameters.
  /// The weights are summed chunk by chunk, or gathered.
  @Test(arguments: [1, 2, 3], [false, true]) func map(workers: Int, gathers: Bool) {
    let layer = GradientModel.model.levels[0].stitcher.layer.output
    let chunks = [0..<2, 2..<2, 2..<7, 7..<8]
    let entries = GradientModel.entries(layer.weight.range, layer.bias.range)
    GradientCheck(.random(8, 12, seed: 1), .random(3, 12, seed: 2)) { tape, x in
      let (own, common) = (tape.empty(8, 12), tape.empty(8, 3))
      let doubled = tape.combine(2, x[1], 0, x[1])
      // One range has both.
      let range = layer.weight.range.lowerBound..<layer.bias.range.upperBound
      tape.map(
        chunks.count, parameters: [range], gathered: gathers ? [layer.weight] : [],
        shared: [doubled]
      ) { child, chunk in
        let rows = child.borrow(x[0].rows(chunks[chunk]))
        let mapped = child.gelu(child.linear(rows, layer, from: .residual(rows)))
        child.deliver(mapped, to: own.rows(chunks[chunk]))
        child.deliver(
          child.linear(mapped, child.borrow(doubled)), to: common.rows(chunks[chunk]))
      }
      // A second map reads what the first one left, and shares some rows of a tensor alone.
      let again = tape.empty(8, 12)
      tape.map(chunks.count, shared: [own.rows(6..<8)]) { child, chunk in
        let first = child.borrow(own.rows(6..<7))
        child.deliver(
          child.addRow(child.borrow(x[0].rows(chunks[chunk])), first, factor: 0.5),
          to: again.rows(chunks[chunk]))
      }
      return [own, common, again]
    }.using(entries).with(workers: workers).byElement()
  }

  /// A constant takes no gradient, and what is built on constants alone does not disturb others.
  @Test func constants() {
    GradientCheck(.random(3, 2, seed: 1)) { tape, x in
      let fixed = tape.constant([1, 2, 3, 4, 5, 6], columns: 2)
      return [tape.combine(1, x[0], 1, tape.gelu(fixed)), tape.rowDots(fixed, x[0]), fixed]
    }.byElement()
  }
}
