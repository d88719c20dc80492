import TestSupport
import Testing
import ZonkeyCore

/// Losses that are not the paper's.
@Suite struct UnitLossTests {
  @Test func meanSurprise() {
    GradientCheck(.inside(9, seed: 3)) { tape, x in
      [tape.meanSurprise(x[0], at: [1, 4, 5])]
    }.byElement()
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: false)
    #expect(tape.meanSurprise(tape.constant([0.5, 0.1]), at: []).scalar == 0)
    #expect(abs(tape.meanSurprise(tape.constant([0.5, 0.1]), at: [0]).scalar - 0.6931) < 1e-3)
  }

  /// Rows lie side by side by their places, as far as they exist; places without a row are zero.
  @Test func spread() {
    let offsets: ContiguousArray<Int32> = [0, 2, 2, 5]
    GradientCheck(.random(5, 3, seed: 1), .inside(5, seed: 2)) { tape, x in
      [tape.spread(x[0], existence: x[1], offsets: offsets, places: 4)]
    }.byElement()
    let tape = Tape(
      weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: false)
    let out = tape.spread(
      tape.constant([1, 2, 3, 4, 5]), existence: tape.constant([1, 0.5, 1, 1, 0]),
      offsets: offsets, places: 4)
    #expect(out.array == [1, 1, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0])
  }
}
