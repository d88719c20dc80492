import Foundation
import ZonkeyCore

extension Bench {
  /// Complete training steps: forward, backward, clipping, AdamW.
  ///
  /// Dense segments give three figures: the speed, how near its arithmetic comes to the limit, and
  /// the memory.
  func training(_ segments: Workload.Segments, wants: (String) -> Bool) throws {
    let load = try Workload(segments)
    let configuration = load.model.configuration
    let tape = Tape(weights: load.weights, workers: workers, recording: true)
    let step = TrainingStep(model: load.model, tape: tape)
    let gradients = ParameterStore(count: load.weights.count)
    let optimiser = AdamW(count: load.weights.count)
    let crops = Workload.crops(
      configuration.batch, length: configuration.levels[0].documentLength)
    let source = RandomSource(seed: 11)
    var (segmentCounts, rowCounts) = ([Int](), [Int]())
    // A rate so small that all steps have the same segments; its size costs no time.
    let rate: Float = 1e-7
    let sample = sample {
      gradients.clear()
      let result = step.run(
        symbols: crops, draws: RandomDraws(source: source, step: optimiser.steps),
        gradients: gradients, weight: step.weight)
      (segmentCounts, rowCounts) = (result.segments, result.rows)
      optimiser.step(
        weights: load.weights, gradients: gradients, learningRate: rate,
        weightDecay: configuration.weightDecay, clip: configuration.gradientClip)
    }
    let characters = crops.reduce(0) { $0 + $1.real }
    let name = "train-\(segments.rawValue)"
    if wants(name) {
      report(
        name, sample, amount: Double(characters), unit: "characters/s", reference: 3.9,
        remarks: [
          ("segments", .array(segmentCounts.map { .integer(Int64($0)) })),
          ("rows", .array(rowCounts.map { .integer(Int64($0)) })),
        ])
    }
    if wants("arithmetic") && segments == .dense {
      let operations = Arithmetic(configuration).trainingStep(
        rows: rowCounts, segments: segmentCounts)
      report(
        "arithmetic", sample, amount: operations * 1e-9, unit: "GFLOP/s", reference: nil,
        remarks: [("gflop_per_step", .number((operations * 1e-7).rounded() / 100))])
    }
    if wants("memory") && segments == .dense { memory(of: tape) }
  }

  /// The peak of resident memory so far, and what the tape keeps for the next step.
  private func memory(of tape: Tape) {
    Figure(
      name: "memory", value: peakResidentBytes() * 1e-9, unit: "GB", reference: 3.1,
      remarks: [("tape_gb", .number((Double(tape.heldBytes) * 1e-6).rounded() / 1000))]
    ).print()
  }
}

/// The most memory that was resident, in bytes; not a number where the system does not tell.
private func peakResidentBytes() -> Double {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
    return .nan
  }
  for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
    let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Double($0) }
    return (kilobytes ?? .nan) * 1024
  }
  return .nan
}
