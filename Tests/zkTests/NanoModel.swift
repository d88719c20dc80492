import TestSupport
import ZonkeyPlatform
import Testing

/// A model small enough to train inside a test, and the corpus that it is trained on.
enum NanoModel {
  /// Its settings, which `make soak` takes too.
  static var settings: String { fixturePath("nano.json") }

  static var corpus: String { fixturePath("demo-wiki.xml") }

  /// One trained file for all tests of the process.
  static let shared: Result<String, any Error> = Result {
    let folder = "/tmp/zk-nano-\(getpid())"
    mkdir(folder, 0o700)
    let model = folder + "/nano.zk"
    unlink(model)
    let result = try runZk([
      "train", "--corpus", corpus, "--config", settings, "--steps", "40", "--seed",
      "5", "-o", model,
    ])
    guard result.status == 0 else { throw RunFailure(reason: result.stderr) }
    return model
  }

  /// The path of the trained model.
  static func path() throws -> String { try shared.get() }
}
