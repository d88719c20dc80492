import Testing
import ZonkeyCore

/// The memory that a tape holds.
@Suite struct TapeMemoryTests {
  /// Forty operations, one after the other, on rows that lie in blocks of their own.
  private func pass(releasing: Bool) -> (gradients: [Float], held: Int) {
    let layer = GradientModel.model.levels[0].stitcher.layer.output
    let weights = GradientModel.weights
    let tape = Tape(weights: weights, workers: Workers(count: 1), recording: true)
    var x = tape.leaf(Leaf.random(50_000, 12, seed: 5).values, columns: 12)
    for _ in 0..<20 { x = tape.gelu(tape.linear(x, layer, from: .residual(x))) }
    let store = ParameterStore(count: weights.count)
    let ones = [Float](repeating: 1, count: x.count)
    tape.backward(from: [(x, ones)], into: store, releasing: releasing)
    return ((0..<store.count).map { store.values[$0] }, tape.heldBytes)
  }

  @Test func releasingHoldsLessAndGivesTheSameGradients() {
    let (kept, released) = (pass(releasing: false), pass(releasing: true))
    #expect(kept.gradients == released.gradients)
    #expect(kept.gradients.contains { $0 != 0 })
    #expect(Double(released.held) < 0.7 * Double(kept.held))
  }

  @Test func aTapeIsAsNewAfterAReleasingPass() {
    let layer = GradientModel.model.levels[0].stitcher.layer.output
    let weights = GradientModel.weights
    let tape = Tape(weights: weights, workers: Workers(count: 1), recording: true)
    var results: [[Float]] = []
    for _ in 0..<2 {
      tape.reset()
      let x = tape.leaf(Leaf.random(5, 12, seed: 6).values, columns: 12)
      let out = tape.gelu(tape.linear(x, layer))
      results.append(out.array)
      let store = ParameterStore(count: weights.count)
      tape.backward(
        from: [(out, [Float](repeating: 1, count: out.count))], into: store, releasing: true)
      results.append((0..<store.count).map { store.values[$0] })
    }
    #expect(results[0] == results[2])
    #expect(results[1] == results[3])
  }
}
