import ZonkeyPlatform
import ZonkeyCore

/// What training would cost: parameters and, measured on real steps that are thrown away, time and
/// memory.
struct DryRun {
  let trainer: Trainer

  func print() throws {
    guard try trainer.step() != nil else {
      throw ZonkeyError.badInput(
        source: "corpus", line: nil, offset: nil, reason: "less text than one batch")
    }
    let start = System.monotonicSeconds
    var bytes = 0
    for _ in 0..<2 { bytes += try trainer.step()?.bytes ?? 0 }
    let seconds = max(1e-9, System.monotonicSeconds - start)
    var line = JSONLine()
    line.beginObject()
    line.field("parameters", trainer.parameterCount)
    line.field("memory_bytes", trainer.memoryBytes)
    line.field("step_seconds", seconds / 2, digits: 3)
    line.field("bytes_per_second", Double(bytes) / seconds, digits: 4)
    line.field("bytes_per_step", bytes / 2)
    line.endLine()
    let output = StandardOutput()
    try output.write(&line)
    try output.finish()
  }
}
