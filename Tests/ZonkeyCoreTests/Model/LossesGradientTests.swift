import Testing
import ZonkeyCore

/// Gradients of the reconstruction losses, mixed targets included.
@Suite struct GradientLossTests {
  @Test func symbolLoss() {
    GradientCheck(.random(6, 5, seed: 1), .random(9, 5, seed: 2)) { tape, x in
      [tape.symbolLoss(x[0], embedding: x[1], symbols: [0, 8, 3, 3, 1, 0])]
    }.with(step: 3e-3).byElement()
  }

  @Test(arguments: [1, 2, 17, 33]) func cosineCrossEntropy(classes: Int) {
    let targets = ContiguousArray((0..<5).map { Int32($0 * 7 % classes) })
    GradientCheck(.random(5, classes, seed: 1, scale: 0.8)) { tape, x in
      [tape.cosineCrossEntropy(x[0], targets: targets)]
        + (classes == 1 ? [tape.combine(1, x[0], 0, x[0])] : [])
    }.with(step: 3e-3).byElement()
  }

  @Test(arguments: [1, 2, 17, 33]) func crossEntropy(classes: Int) {
    let targets = ContiguousArray((0..<5).map { Int32($0 * 7 % classes) })
    GradientCheck(.random(5, classes, seed: 1, scale: 0.8)) { tape, x in
      [tape.crossEntropy(x[0], scale: 6, targets: targets)]
        + (classes == 1 ? [tape.combine(1, x[0], 0, x[0])] : [])
    }.with(step: 1e-3).byElement()
  }

  /// All classes alike, one far above the others, and one so far below that its odds are no float.
  @Test func crossEntropyOfCertainties() {
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: true)
    let x = tape.constant([0.5, 0.5, 0.5, 1, -1, -1, 1, -1, -1], columns: 3)
    let losses = tape.crossEntropy(x, scale: 1000, targets: [2, 0, 1]).array
    #expect(abs(losses[0] - 1.0986123) < 1e-6)
    #expect(losses[1] == 0)
    #expect(losses[2] == 2000)
  }

  @Test func contrastiveLoss() {
    GradientCheck(.random(4, 6, seed: 1), .random(7, 6, seed: 2)) { tape, x in
      let targets = tape.sphere(x[1], radius: 1)
      return [
        tape.contrastiveLoss(
          x[0], unitTargets: targets, positives: [6, 0, 3, 3],
          negatives: [1, 2, 5, 6, 6, 4, 0, 1, 2, 5, 5, 5])
      ]
    }.with(step: 3e-3).byElement()
  }

  @Test func collapse() {
    GradientCheck(.random(6, 5, seed: 1)) { tape, x in
      [tape.collapse(x[0], documentOf: [0, 0, 1, 3, 3, 3])]
    }.with(step: 3e-3).byElement()
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: true)
    let x = tape.leaf([1, 2, 3, 4], columns: 2)
    for documents in [[0, 0], [2, 2]] {
      #expect(tape.collapse(x, documentOf: documents).scalar == 0)
    }
    #expect(tape.collapse(tape.leaf([], columns: 2), documentOf: []).scalar == 0)
  }

  /// Three segments whose best targets lie inside, at the true end and at the previous end.
  private func mixture(_ tape: Tape, _ x: [Tensor]) -> (
    products: MixedProducts, share: Tensor, offsets: ContiguousArray<Int32>
  ) {
    let (v, previous, target) = (x[0], x[1], x[2])
    let delta = tape.combine(1, target, -1, previous)
    let products = MixedProducts(
      vp: tape.rowDots(v, previous), vd: tape.rowDots(v, delta),
      pp: tape.rowDots(previous, previous), pd: tape.rowDots(previous, delta),
      dd: tape.rowDots(delta, delta), vv: tape.rowDots(v, v))
    return (products, x[3], [0, 4, 4, 7, 9])
  }

  private var mixtureLeaves: (v: Leaf, previous: Leaf, target: Leaf, share: Leaf) {
    let (previous, target) = (Leaf.random(9, 6, seed: 1), Leaf.random(9, 6, seed: 2))
    var v = Leaf.random(9, 6, seed: 3, scale: 0.1)
    for i in v.values.indices {
      let t: Float = i / 6 < 4 ? 0.45 : i / 6 < 7 ? 1.3 : -0.4
      v.values[i] += (1 - t) * previous.values[i] + t * target.values[i]
    }
    return (v, previous, target, .inside(9, seed: 4))
  }

  @Test func mixedCosines() {
    let x = mixtureLeaves
    GradientCheck(x.v, x.previous, x.target, x.share) { tape, x in
      let m = mixture(tape, x)
      let mixed = tape.mixedCosines(m.products, share: m.share, offsets: m.offsets)
      let best = mixed.best.array
      #expect(best[0] > 0.1 && best[0] < 0.9 && best[2] > 0.999 && best[3] < 0.001)
      return [mixed.cosines, mixed.best]
    }.with(step: 3e-3).byElement()
  }

  @Test func mixedNegativeCosines() {
    let x = mixtureLeaves
    // Row i sees place i, where the optimum lies as in `mixture`, and places of other rows.
    let index = ContiguousArray(
      (0..<9).flatMap { (row: Int32) -> [Int32] in [row, (row + 4) % 9, 8] })
    GradientCheck(x.v, x.previous, x.target) { tape, x in
      let m = mixture(tape, x + [x[0]])
      let delta = tape.combine(1, x[2], -1, x[1])
      return [
        tape.mixedNegativeCosines(
          vp: tape.pick(tape.linear(x[0], x[1]), index, each: 3),
          vd: tape.pick(tape.linear(x[0], delta), index, each: 3), vv: m.products.vv,
          pp: m.products.pp, pd: m.products.pd, dd: m.products.dd, index: index)
      ]
    }.with(step: 3e-3).byElement()
  }

  @Test func teacherLoss() {
    let teacher: [Float] = [0, 0.02, 0.3, 0.5, 0.9, 1, 0.7]
    GradientCheck(.inside(7, seed: 2)) { tape, x in
      [tape.teacherLoss(x[0], teacher: tape.constant(teacher), rows: [0, 1, 3, 4, 5])]
    }.byElement()
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: false)
    let q = tape.constant(teacher)
    #expect(tape.teacherLoss(q, teacher: q, rows: Array(0..<7)).scalar == 0)
    #expect(tape.teacherLoss(q, teacher: q, rows: []).scalar == 0)
    // Of one row by hand: ½·log(½/0.9) + ½·log(½/0.1).
    let p = tape.constant([0, 0, 0, 0.9, 0, 0, 0])
    #expect(abs(tape.teacherLoss(p, teacher: q, rows: [3]).scalar - 0.510_826) < 1e-5)
  }

  /// The first rows of each segment are covered on both sides of the true start.
  @Test func positionLoss() {
    GradientCheck(Leaf([2.4, 0.3, 6.7, 1.5]), .inside(17, seed: 1)) { tape, x in
      [
        tape.positionLoss(
          inferred: x[0], trueStarts: [4, 2, 1, 3], share: x[1], offsets: [0, 5, 6, 13, 17])
      ]
    }.byElement()
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: true)
    let none = tape.positionLoss(
      inferred: tape.leaf([]), trueStarts: [], share: tape.leaf([]), offsets: [0])
    #expect(none.scalar == 0)
  }
}
