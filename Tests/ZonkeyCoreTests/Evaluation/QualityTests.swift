import Testing
import ZonkeyCore

/// What a model's own validation says about its levels.
@Suite struct QualityTests {
  private func zonkey(_ validation: String?) throws -> Zonkey {
    let random = try randomZonkey()
    var json = "{\"step\": 1, \"bytes\": 1, \"seed\": \"1\", \"elapsed_seconds\": 1"
    if let validation { json += ", \"validation\": \(validation)" }
    return Zonkey(
      model: random.model, weights: random.weights, calibrations: random.calibrations,
      state: try TrainingState(json: JSONValue(parsing: json + "}"), path: "test"), id: "test")
  }

  private func probe(_ exact: Double) -> String {
    "{\"exact\": [\(exact), 0, 0, 0, 0], \"noisy_loss\": 1, \"permuted_loss\": 1, \"chance\": 1, "
      + "\"participation\": 1, \"mean_cosine\": 0, \"row_norm\": 1}"
  }

  private func figures(_ clean: [Double], _ exact: [Double]) -> String {
    "{\"step\": 1, \"clean\": \(clean), \"dirty\": \(clean), "
      + "\"probes\": [\(exact.map(probe).joined(separator: ", "))]}"
  }

  @Test(
    arguments: [
      ([0.99, 0.95], 1, nil), ([0.99, 0.7], 0, nil), ([0.99, 0.2], 0, "20 in a hundred"),
      ([0.3, 0.2], 0, "20 in a hundred"),
    ] as [([Double], Int, String?)])
  func levels(exact: [Double], standard: Int, doubt: String?) throws {
    let zonkey = try zonkey(figures([1, 1], exact))
    #expect(zonkey.standardLevel == standard)
    #expect(zonkey.doubt(about: 1).map { $0.contains(doubt ?? "?") } == doubt.map { _ in true })
    #expect((zonkey.doubt(about: 0) == nil) == (exact[0] >= 0.5))
  }

  @Test func olderFilesAndNone() throws {
    let none = try zonkey(nil)
    #expect(none.standardLevel == 1 && none.doubt(about: 1) == nil)
    let old = try zonkey(figures([0.28, 3.99], []))
    #expect(old.standardLevel == 0 && old.doubt(about: 0) == nil)
    #expect(old.doubt(about: 1)?.contains("next to nothing") == true)
  }
}
