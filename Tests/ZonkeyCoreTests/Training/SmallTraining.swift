import TestSupport
import Testing
import ZonkeyCore

/// Two small levels that train in milliseconds; `more` are settings as JSON, with a comma in front.
func smallTraining(_ more: String = "") throws -> Configuration {
  var configuration = try #require(Configuration.preset("tiny"))
  try configuration.apply(
    JSONValue(
      parsing: """
        {"levels": [
          {"width": 16, "compressionVectors": 2, "segmentLength": 8, "documentLength": 64,
           "heads": 2, "compressorLayers": 1, "denoiserLayers": 1},
          {"width": 32, "compressionVectors": 2, "segmentLength": 8, "documentLength": 32,
           "heads": 2, "compressorLayers": 1, "denoiserLayers": 1}],
         "feedForwardRatio": 2, "warmupSteps": 5, "batch": 2 \(more)}
        """))
  return configuration
}

/// Crops of documents of forty of the words each, without end.
func crops(of words: [String]) -> CropBuffer {
  var numbers = SeededNumbers(6)
  return CropBuffer(
    source: RandomSource(seed: 1), cropLength: 64, capacity: 8, passLimit: nil, lineShare: 0.5,
    next: {
      Array(
        (0..<40).map { _ in words[Int(numbers.uniform() * Double(words.count))] }.joined().utf8)
    }, restart: { true })
}
