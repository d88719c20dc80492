import ZonkeyPlatform
import ZonkeyCore

/// Metrics as JSON lines, appended and visible at once.
final class MetricsLog {
  private let descriptor: Int32
  private let path: String

  init(path: String) throws {
    self.path = path
    descriptor = System.open(
      path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, permissions: 0o644)
    if descriptor < 0 {
      throw ZonkeyError.cannotCreate(path: path, reason: System.message(errno))
    }
  }

  deinit { close(descriptor) }

  func write(_ report: StepReport, state: TrainingState, seconds: Double) throws {
    var row: JSONObject = [
      "step": .integer(Int64(report.step)), "loss": JSONValue(report.loss),
      "learning_rate": JSONValue(report.learningRate),
      "gradient_norm": JSONValue(report.gradientNorm), "bytes": .integer(Int64(state.bytes)),
      "step_seconds": JSONValue(Float(seconds)),
      "mean_lengths": .array(report.meanLengths.map { JSONValue($0) }),
      "segments": .array(report.segments.map { .integer(Int64($0)) }),
      "positions": .array(report.positions.map { .integer(Int64($0)) }),
    ]
    row["gradient_norms"] = .array(report.gradientNorms.map { JSONValue($0) })
    row["levels"] = levels(report.losses)
    row["undivided"] = levels(report.undivided)
    try append(row)
  }

  func write(validation: TrainingStep.Result, state: TrainingState) throws {
    var row: JSONObject = [
      "step": .integer(Int64(state.step)), "validation_loss": JSONValue(validation.total),
      "bytes": .integer(Int64(state.bytes)),
      "elapsed_seconds": JSONValue(Float(state.elapsedSeconds)),
    ]
    row["levels"] = levels(validation.losses)
    row["undivided"] = levels(validation.undivided)
    row["probes"] = .array(validation.probes.map(\.json))
    try append(row)
  }

  private func levels(_ losses: [[LossName: Float]]) -> JSONValue {
    .array(
      losses.map { named in
        var object = JSONObject()
        for name in LossName.allCases { object[name.rawValue] = named[name].map { JSONValue($0) } }
        return .object(object)
      })
  }

  private func append(_ row: JSONObject) throws {
    let bytes = JSONValue.object(row).serialised() + [UInt8(ascii: "\n")]
    try bytes.withUnsafeBytes {
      try DescriptorWriter(descriptor: descriptor, name: path).writeAll($0)
    }
  }
}
