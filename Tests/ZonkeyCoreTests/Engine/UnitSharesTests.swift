import TestSupport
import Testing
import ZonkeyCore

/// Shares of latents, and existence that follows from lengths.
@Suite struct UnitSharesTests {
  private let ragged: ContiguousArray<Int32> = [0, 3, 4, 4, 9]
  /// The second has a row behind its unit, the third a unit without a row, the last more rows.
  private var shares: UnitShares { UnitShares(offsets: ragged, lengths: [3, 1, 1, 2]) }

  @Test func gradients() {
    GradientCheck(.random(9, 4, seed: 1)) { tape, x in
      [tape.layShares(x[0], shares, latentWidth: 8)]
    }.byElement()
    GradientCheck(.random(4, 8, seed: 1)) { tape, x in
      [tape.takeShares(x[0], shares, width: 4)]
    }.byElement()
    GradientCheck(.random(4, 6, seed: 1)) { tape, x in
      [tape.lengthExistence(x[0], offsets: ragged)]
    }.byElement()
  }

  private func tape() -> Tape {
    Tape(weights: ParameterStore(count: 0), workers: Workers(count: 1), recording: false)
  }

  /// For every number of units: shares are alike, do not overlap, and what is laid is taken again.
  @Test(arguments: [(12, 4), (16, 16), (10, 3)]) func shares(latentWidth: Int, width: Int) {
    for length in 1...latentWidth {
      let tape = tape()
      let shares = UnitShares(offsets: [0, Int32(length)], lengths: [length])
      // No two numbers are alike, and none is 0.
      let units = tape.constant(
        (0..<length * width).map { Float($0 + 1) }, columns: width)
      let laid = tape.layShares(units, shares, latentWidth: latentWidth)
      let each = min(width, latentWidth / length)
      #expect(Set(laid.array).subtracting([0]).count == length * each)
      let taken = tape.takeShares(laid, shares, width: width).array
      for place in taken.indices {
        let (unit, j) = (place / width, place % width)
        #expect(taken[place] == (j < each ? units.values[unit * width + j] : 0))
      }
    }
  }

  /// Positions exist as often as drawn lengths reach them.
  @Test func existenceIsWhatLengthsLeave() {
    let tape = tape()
    // Lengths 1, 2, 3 and 4 with 1/8, 1/8, 1/4 and 1/2.
    let odds = tape.constant([-3, -3, -2, -1].map { $0 * Float(0.693_147_2) }, columns: 4)
    let found = tape.lengthExistence(odds, offsets: [0, 6]).array
    for (value, wanted) in zip(found, [1, 0.875, 0.75, 0.5, 0, 0] as [Float]) {
      #expect(abs(value - wanted) < 1e-5)
    }
    #expect(tape.medianLengths(odds) == [4])
    #expect(tape.medianLengths(tape.constant([9, 0, 0, 0, 0, 0, 9, 0], columns: 4)) == [1, 3])
  }
}
