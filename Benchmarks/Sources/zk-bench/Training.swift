import AllocationCount
import Foundation
import ZonkeyCore

/// Complete training steps on one batch of the benchmark's text: forward, backward, clipping, AdamW.
final class TrainingRun {
  private let load: Workload
  private let tape: Tape
  private let gradients: ParameterStore
  private let optimiser: AdamW
  private let crops: [DocumentSymbols]
  /// Segments and packed rows of the last step, level by level.
  private(set) var segments: [Int] = []
  private(set) var rows: [Int] = []
  /// Calls of the allocator in each step.
  private(set) var allocations: [Int] = []

  init(_ load: Workload, bench: Bench) {
    self.load = load
    tape = Tape(weights: load.weights, workers: bench.workers, recording: true)
    tape.keptBytes = bench.keptMebibytes << 20
    gradients = ParameterStore(count: load.weights.count)
    optimiser = AdamW(count: load.weights.count)
    let configuration = load.model.configuration
    crops = Workload.crops(configuration.batch, length: configuration.levels[0].documentLength)
  }

  var characters: Int { crops.reduce(0) { $0 + $1.real } }

  /// Bytes that the tape keeps for the next step.
  var heldBytes: Int { tape.heldBytes }

  /// Floating-point operations of the matrix products in the last step, what is done twice counted
  /// twice.
  private(set) var operations = 0.0

  func advance() {
    let before = (allocations: zk_allocation_count(), multiplyAdds: tape.multiplyAdds)
    let (step, configuration) = (
      TrainingStep(model: load.model, tape: tape), load.model.configuration
    )
    gradients.clear()
    let result = step.run(
      symbols: crops, draws: Workload.draws, gradients: gradients, weight: step.weight)
    // A rate so small that, with the same draws, all steps have the same segments; it costs no time.
    optimiser.step(
      AdamW.Group(
        range: 0..<gradients.count, steps: allocations.count,
        norm: gradients.norm(on: tape.workers),
        learningRate: 1e-7),
      weights: load.weights, gradients: gradients, weightDecay: configuration.weightDecay,
      clip: configuration.gradientClip, workers: tape.workers)
    allocations.append(zk_allocation_count() - before.allocations)
    operations = 2 * Double(tape.multiplyAdds - before.multiplyAdds)
    (segments, rows) = (result.segments, result.rows)
  }
}

extension Bench {
  /// The speed of training; with dense segments also how near its arithmetic comes to the limit and
  /// how often memory is asked for.
  func training(_ segments: Workload.Segments, wants: (String) -> Bool) throws {
    let run = TrainingRun(try Workload(segments), bench: self)
    let sample = sample { run.advance() }
    let name = "train-\(segments.rawValue)"
    if wants(name) {
      report(
        name, sample, amount: Double(run.characters), unit: "characters/s", reference: .training,
        operations: run.operations,
        remarks: [
          ("segments", .array(run.segments.map { .integer(Int64($0)) })),
          ("rows", .array(run.rows.map { .integer(Int64($0)) })),
        ])
    }
    guard segments == .dense else { return }
    if wants("arithmetic") {
      report(
        "arithmetic", sample, amount: run.operations * 1e-9, unit: "GFLOP/s", reference: nil,
        remarks: [("gflop_per_step", rounded(run.operations * 1e-9))])
    }
    if wants("allocations") {
      // The steps for warming up fill the memory that later ones use again.
      let counts = run.allocations.suffix(runs).map { Double($0) }.sorted()
      Figure(
        name: "allocations", value: middle(counts), unit: "calls/step", minimum: counts.first,
        maximum: counts.last, runs: counts.count
      ).print()
    }
  }
}
