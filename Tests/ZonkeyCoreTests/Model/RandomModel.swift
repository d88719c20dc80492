import Testing
import ZonkeyCore

/// Two levels with random weights: enough to try what must hold whatever was learned. `settings` are
/// such as `levels.0.heads=4`.
func randomZonkey(_ settings: [String] = []) throws -> Zonkey {
  var configuration = try #require(Configuration.preset("tiny"))
  try configuration.apply(
    JSONValue(
      parsing: """
        {"levels": [
          {"width": 16, "compressionVectors": 2, "segmentLength": 12, "documentLength": 64,
           "heads": 2, "compressorLayers": 2, "denoiserLayers": 1},
          {"width": 32, "compressionVectors": 2, "segmentLength": 8, "documentLength": 32,
           "heads": 2, "compressorLayers": 1, "denoiserLayers": 1}]}
        """))
  for setting in settings { try configuration.set(setting) }
  let model = try ZonkeyModel(configuration)
  let weights = ParameterStore(count: model.parameters.count)
  model.initialize(weights, random: RandomSource(seed: 11))
  let text = Array("calibration needs some text of its own".utf8)
  return Zonkey(
    model: model, weights: weights,
    calibrations: try Zonkey.calibrations(model: model, weights: weights, texts: [text]),
    state: TrainingState(seed: 11), id: "test")
}
