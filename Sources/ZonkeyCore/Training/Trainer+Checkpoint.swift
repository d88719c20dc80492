import ZonkeyModel
import ZonkeyBase

extension Trainer {
  /// The run's checkpoint, calibrated on sample texts.
  public func checkpoint(calibratedOn texts: [[UInt8]]) throws(ZonkeyError) -> Checkpoint {
    // Calibrating and writing take memory of their own.
    releaseMemory()
    return Checkpoint(
      model: model, state: state, weights: weights, average: average,
      moments: (optimiser.first, optimiser.second),
      calibrations: try Zonkey.calibrations(model: model, weights: average, texts: texts))
  }
}

extension Checkpoint {
  /// The trainer that goes on from here, over a corpus opened at its beginning.
  package func trainer(
    crops: CropBuffer, threads: Int, path: String, exchange: any GradientExchange = Alone()
  ) throws -> Trainer {
    guard let first, let second else {
      throw ZonkeyError.badModel(
        path: path, reason: "it holds no optimiser state, so that training cannot go on from it")
    }
    return try Trainer(
      model, state: state, weights: weights, average: average,
      optimiser: AdamW(first: first, second: second), crops: crops,
      threads: threads, exchange: exchange)
  }
}
