import ZonkeyPlatform
import ZonkeyCore

/// What training would cost: parameters and, measured on real steps that are thrown away, time and
/// memory.
struct DryRun {
  let trainer: Trainer
  let ranks: Ranks

  /// Measures on all ranks, and prints on the first.
  func print() throws {
    guard try step() != nil else {
      throw ZonkeyError.badInput(
        source: "corpus", line: nil, offset: nil, reason: "less text than one batch")
    }
    let start = System.monotonicSeconds
    let exchangedBefore = ranks.exchangeSeconds ?? 0
    var bytes = 0
    for _ in 0..<2 { bytes += try step() ?? 0 }
    guard ranks.isFirst else { return }
    let exchanged = ranks.exchangeSeconds.map { $0 - exchangedBefore }
    let seconds = max(1e-9, System.monotonicSeconds - start)
    var line = JSONLine()
    line.beginObject()
    line.field("parameters", trainer.parameterCount)
    line.field("memory_bytes", trainer.memoryBytes)
    line.field("step_seconds", seconds / 2, digits: 3)
    if let exchanged { line.field("exchange_seconds", exchanged / 2, digits: 3) }
    line.field("bytes_per_second", Double(bytes) / seconds, digits: 4)
    line.field("bytes_per_step", bytes / 2)
    line.endLine()
    let output = StandardOutput()
    try output.write(&line)
    try output.finish()
  }

  /// One step, and how many bytes of text it saw; nil when the corpus is used up.
  private func step() throws -> Int? {
    guard let update = try trainer.nextUpdate() else { return nil }
    if ranks.isFirst { return try trainer.step(on: update).bytes }
    try trainer.help(on: update)
    return 0
  }
}
