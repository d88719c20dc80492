import ZonkeyModel
import ZonkeyBase

extension Trainer {
  /// The run's checkpoint, calibrated on sample texts; levels that split as the model did that the run
  /// began with also find their starts as it did, whatever texts come now.
  public func checkpoint(calibratedOn texts: [[UInt8]]) throws(ZonkeyError) -> Checkpoint {
    // Calibrating and writing take memory of their own.
    releaseMemory()
    return Checkpoint(
      model: model, state: state, weights: weights, average: average,
      moments: (optimiser.first, optimiser.second),
      calibrations: zip(
        keptCalibrations, try Zonkey.calibrations(model: model, weights: average, texts: texts)
      ).map { kept, own in kept ?? own })
  }
}

extension Checkpoint {
  /// The trainer that goes on from here, over a corpus opened at its beginning, and with the teacher
  /// that the run began with, if any.
  package func trainer(
    crops: CropBuffer, threads: Int, path: String, exchange: any GradientExchange = Alone(),
    teacher: Teacher? = nil
  ) throws -> Trainer {
    guard let first, let second else {
      throw ZonkeyError.badModel(
        path: path, reason: "it holds no optimiser state, so that training cannot go on from it")
    }
    guard state.teacher == teacher?.id else {
      throw ZonkeyError.badConfiguration(
        key: "of a resumed run", reason: Self.otherTeacher(state.teacher, given: teacher?.id))
    }
    return try Trainer(
      model, state: state, weights: weights, average: average,
      optimiser: AdamW(first: first, second: second), calibrations: calibrations, crops: crops,
      threads: threads, exchange: exchange, teacher: teacher)
  }

  private static func otherTeacher(_ own: String?, given: String?) -> String {
    guard let own else { return "it began without a teacher; begin a run with one" }
    guard let given else { return "it learns from the teacher \(own); name that again" }
    return "it learns from the teacher \(own), not \(given)"
  }
}
