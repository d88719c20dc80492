import ZonkeyCore
import ZonkeyPlatform

/// The figures of a run as rows of JSON: what `--log`, `--tensorboard` and `--report` show.
enum MetricRow {
  static func step(_ report: StepReport, state: TrainingState, seconds: Double) -> JSONObject {
    var row: JSONObject = [
      "step": .integer(Int64(report.step)), "loss": JSONValue(report.loss),
      "learning_rate": JSONValue(report.learningRate),
      "gradient_norm": JSONValue(report.gradientNorm), "bytes": .integer(Int64(state.bytes)),
      "step_seconds": JSONValue(Float(seconds)),
      "elapsed_seconds": JSONValue(Float(state.elapsedSeconds)),
      "mean_lengths": .array(report.meanLengths.map { JSONValue($0) }),
      "segments": .array(report.segments.map { .integer(Int64($0)) }),
      "positions": .array(report.positions.map { .integer(Int64($0)) }),
    ]
    row["gradient_norms"] = .array(report.gradientNorms.map { JSONValue($0) })
    row["levels"] = levels(report.losses)
    row["undivided"] = levels(report.undivided)
    return row
  }

  static func validation(_ result: TrainingStep.Result, state: TrainingState) -> JSONObject {
    var row: JSONObject = [
      "step": .integer(Int64(state.step)), "validation_loss": JSONValue(result.total),
      "bytes": .integer(Int64(state.bytes)),
      "elapsed_seconds": JSONValue(Float(state.elapsedSeconds)),
    ]
    row["levels"] = levels(result.losses)
    row["undivided"] = levels(result.undivided)
    row["probes"] = .array(result.probes.map(\.json))
    return row
  }

  private static func levels(_ losses: [[LossName: Float]]) -> JSONValue {
    .array(
      losses.map { named in
        var object = JSONObject()
        for name in LossName.allCases { object[name.rawValue] = named[name].map { JSONValue($0) } }
        return .object(object)
      })
  }
}
