import Testing
import ZonkeyCore

/// Gradients of boundary probabilities, existence and the splitter's regularisers.
@Suite struct GradientExistenceTests {
  private let offsets: ContiguousArray<Int32> = [0, 4, 4, 5, 12]
  /// Of 7, 2 and 6 rows with 5, 1 and 6 genuine ones.
  private let documents = [
    DocumentExtent(offset: 0, rows: 7, real: 5), DocumentExtent(offset: 7, rows: 2, real: 1),
    DocumentExtent(offset: 9, rows: 6, real: 6),
  ]

  @Test func boundaryProbability() {
    GradientCheck(.random(9, 1, seed: 1, scale: 4), Leaf([0.4])) { tape, x in
      [tape.boundaryProbability(x[0], bias: x[1], prior: -1.1, width: 12)]
    }.byElement()
  }

  @Test func headProbability() {
    GradientCheck(.random(9, 1, seed: 1, scale: 8)) { tape, x in
      [tape.headProbability(x[0], width: 12)]
    }.byElement()
  }

  /// Beyond its limits the head's logit stands still.
  @Test func headProbabilityAtItsLimits() {
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: true)
    let z = tape.leaf([200, -200, 1])
    let p = tape.headProbability(z, width: 16)
    #expect(p.array.allSatisfy { $0 > 0 && $0 < 1 })
    tape.backward(from: [(p, [1, 1, 1])], into: ParameterStore(count: 0))
    let gradient = tape.gradientArray(z)
    #expect(gradient[0] == 0 && gradient[1] == 0 && gradient[2] > 0)
  }

  @Test func existence() {
    GradientCheck(.inside(12, seed: 1)) { tape, x in
      [tape.existence(x[0], offsets: offsets)]
    }.with(step: 3e-3).byElement()
  }

  /// Certain boundaries end existence without a gradient that is not finite.
  @Test func existenceBehindCertainBoundaries() {
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: true)
    let p = tape.leaf([1 - Probability.epsilon, 0, 1 - Probability.epsilon, 0.5, 1, 0.5])
    let e = tape.existence(p, offsets: [0, 6])
    #expect(e.array.allSatisfy { $0 >= Probability.epsilon && $0 <= 1 - Probability.epsilon })
    let ones = [Float](repeating: 1, count: 6)
    tape.backward(from: [(e, ones)], into: ParameterStore(count: 0))
    #expect(tape.gradientArray(p).allSatisfy { $0.isFinite })
  }

  @Test func existenceShare() {
    // Windows of 4, 4, 1 and 5 rows over 9 positions; position 8 is not genuine.
    let offsets: ContiguousArray<Int32> = [0, 4, 8, 8, 9, 14]
    let position: ContiguousArray<Int32> = [0, 1, 2, 3, 2, 3, 4, 5, 3, 4, 5, 6, 7, 8]
    let real: [Float] = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]
    GradientCheck(.inside(14, seed: 1)) { tape, x in
      [
        tape.existenceShare(
          x[0], offsets: offsets, position: position, positions: 9, real: real)
      ]
    }.with(step: 3e-3).byElement()
  }

  @Test func mixedLabels() {
    let (labels, previous) = (Leaf.inside(12, seed: 2).values, Leaf.inside(12, seed: 3).values)
    GradientCheck(.inside(4, seed: 1)) { tape, x in
      [
        tape.mixedLabels(
          x[0].rows(0..<4), labels: tape.constant(labels), previous: tape.constant(previous),
          offsets: [0, 4, 5, 9, 12])
      ]
    }.byElement()
  }

  @Test func existenceLoss() {
    GradientCheck(.inside(12, seed: 1), .inside(12, seed: 2)) { tape, x in
      [tape.existenceLoss(x[0], labels: x[1], offsets: offsets)]
    }.with(step: 3e-3).byElement()
    // The labels' gradient does not depend on whether the existence takes one.
    GradientCheck(.inside(12, seed: 2)) { tape, x in
      let fixed = tape.constant(Leaf.inside(12, seed: 1).values)
      return [tape.existenceLoss(fixed, labels: x[0], offsets: offsets)]
    }.byElement()
  }

  @Test func existenceLossOfNothing() {
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: true)
    let e = tape.leaf([0.5, 0.5])
    let loss = tape.existenceLoss(e, labels: tape.constant([1, 1]), offsets: [0, 1, 1, 2])
    #expect(loss.scalar == 0)
    tape.backward(from: [(loss, [1])], into: ParameterStore(count: 0))
    #expect(tape.gradientArray(e) == [0, 0])
  }

  @Test(arguments: [Float(0), 1]) func documentBoundaries(pastEnd: Float) {
    var forbidden = [Bool](repeating: false, count: 15)
    (forbidden[2], forbidden[9], forbidden[13]) = (true, true, true)
    GradientCheck(.inside(15, seed: 1)) { [forbidden] tape, x in
      [
        tape.documentBoundaries(
          x[0], documents: documents, forbidden: forbidden, pastEnd: pastEnd)
      ]
    }.byElement()
  }

  @Test func meanBoundary() {
    GradientCheck(.inside(15, seed: 1)) { tape, x in
      [tape.meanBoundary(x[0], documents: documents)]
    }.byElement()
  }

  @Test func patchLoss() {
    GradientCheck(.inside(15, seed: 1)) { tape, x in
      [
        tape.patchLoss(x[0], documents: documents, windows: [1, 2, 3]),
        tape.patchLoss(x[0], documents: documents, windows: [5, 40]),
      ]
    }.byElement()
  }

  @Test func shortSegmentLoss() {
    GradientCheck(.inside(15, seed: 1)) { tape, x in
      [
        tape.shortSegmentLoss(x[0], documents: documents, lengths: [4, 3, 2]),
        tape.shortSegmentLoss(x[0], documents: documents, lengths: [1, 0, 60]),
      ]
    }.byElement()
  }

  /// Documents too short for any window cost nothing.
  @Test func shortDocuments() {
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: true)
    let p = tape.leaf([0.5, 0.5])
    let documents = [
      DocumentExtent(offset: 0, rows: 1, real: 1), DocumentExtent(offset: 1, rows: 1, real: 1),
    ]
    let losses = [
      tape.patchLoss(p, documents: documents, windows: [3, 4]),
      tape.shortSegmentLoss(p, documents: documents, lengths: [3, 4]),
      tape.meanBoundary(p, documents: documents),
    ]
    #expect(losses.allSatisfy { $0.scalar == 0 })
    tape.backward(from: losses.map { ($0, [1]) }, into: ParameterStore(count: 0))
    #expect(tape.gradientArray(p) == [0, 0])
  }
}
