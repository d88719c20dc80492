import TestSupport
import ZonkeyPlatform
import Testing

/// A model small enough to train inside a test, and the corpus that it is trained on.
enum NanoModel {
  static let settings = """
    {"levels": [
      {"width": 16, "compressionVectors": 2, "segmentLength": 12, "documentLength": 128,
       "segmentLimit": 64, "heads": 2, "compressorLayers": 1, "denoiserLayers": 1},
      {"width": 32, "compressionVectors": 2, "segmentLength": 8, "documentLength": 32,
       "segmentLimit": 16, "heads": 2, "compressorLayers": 1, "denoiserLayers": 1}],
     "batch": 2, "topDocumentLength": 8, "feedForwardRatio": 2, "warmupSteps": 10}
    """

  static var corpus: String { fixturePath("demo-wiki.xml") }

  /// One trained file for all tests of the process.
  static let shared: Result<String, any Error> = Result {
    let folder = "/tmp/zk-nano-\(getpid())"
    mkdir(folder, 0o700)
    try writeBytes(Array(settings.utf8), to: folder + "/nano.json")
    let model = folder + "/nano.zk"
    unlink(model)
    let result = try runZk([
      "train", "--corpus", corpus, "--config", folder + "/nano.json", "--steps", "40", "--seed",
      "5", "-o", model,
    ])
    guard result.status == 0 else { throw RunFailure(reason: result.stderr) }
    return model
  }

  /// The path of the trained model.
  static func path() throws -> String { try shared.get() }

  private static func fixturePath(_ name: String, file: String = #filePath) -> String {
    file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
      .joined(separator: "/") + "/Fixtures/" + name
  }
}
