import ZonkeyEngine
import ZonkeyBase
import ZonkeyPlatform

/// How the splitter's probabilities of one level are spread over real text, so that a threshold can
/// be found for any wanted number of starts.
///
/// A flat 0.5 would give only forced cuts while probabilities are soft; the default threshold is
/// the one that makes as many starts as the probabilities add up to.
package struct Calibration: Sendable, Equatable {
  /// Thresholds at rates of one start in 2^(k/8) positions, k = 0, 1, …; falling rates.
  package let thresholds: [Float]
  /// The expected rate of starts: the mean probability.
  package let expectedRate: Float

  private static let stepsPerOctave: Float = 8
  private static let count = 65
  /// The most thresholds that are read.
  private static let maximumCount = 1024

  /// Whether it comes from no text.
  package var isBlank: Bool { expectedRate == 0 }

  /// From probabilities of genuine positions where a start is allowed, of `positions` in all.
  package init(probabilities: [Float], positions: Int) {
    let sorted = probabilities.sorted(by: >)
    let total = Double(max(1, positions))
    expectedRate = Float(probabilities.reduce(0.0) { $0 + Double($1) } / total)
    thresholds = (0..<Self.count).map { k in
      let rate = 1 / Double(Self.length(k))
      let wanted = Int(bounded: (rate * total).rounded())
      guard wanted > 0 else { return (sorted.first ?? 1) + 1 }
      return wanted < sorted.count ? sorted[wanted] : 0
    }
  }

  package init(thresholds: [Float], expectedRate: Float) {
    self.thresholds = thresholds
    self.expectedRate = expectedRate
  }

  private static func length(_ k: Int) -> Float { exp2(Float(k) / stepsPerOctave) }

  /// The threshold above which one position in `meanLength` begins a segment.
  package func threshold(meanLength: Float) -> Float {
    guard thresholds.count > 1 else { return 0.5 }
    let place = log2(max(1, meanLength)) * Self.stepsPerOctave
    let low = Int(bounded: Double(place), to: 0...thresholds.count - 2)
    let share = min(1, max(0, place - Float(low)))
    return thresholds[low] + share * (thresholds[low + 1] - thresholds[low])
  }

  /// The threshold with the expected number of starts.
  package var standardThreshold: Float { threshold(meanLength: 1 / max(expectedRate, 1e-4)) }

  package var json: JSONValue {
    [
      "expected_rate": .number(Double(expectedRate)),
      "thresholds": .array(thresholds.map { .number(Double($0)) }),
    ]
  }

  package init?(json: JSONValue) {
    guard let rate = json["expected_rate"]?.doubleValue,
      let values = json["thresholds"]?.arrayValue
    else { return nil }
    let thresholds = values.compactMap(\.doubleValue).map { Float($0) }
    guard thresholds.count == values.count, thresholds.count <= Self.maximumCount,
      thresholds.allSatisfy(\.isFinite), (0...1).contains(rate)
    else { return nil }
    self.init(thresholds: thresholds, expectedRate: Float(rate))
  }
}

extension Zonkey {
  /// Calibrates all levels on sample texts, with starts drawn by their probabilities.
  package static func calibrations(
    model: ZonkeyModel, weights: ParameterStore, texts: [[UInt8]]
  ) throws(ZonkeyError) -> [Calibration] {
    let blank = Calibration(probabilities: [], positions: 1)
    let draft = Zonkey(
      model: model, weights: weights, calibrations: model.levels.map { _ in blank },
      state: TrainingState(seed: 0), id: "")
    let encoder = try DocumentEncoder(
      draft, options: SplitOptions(rule: .sample(seed: 1), topLevel: model.levels.count - 1))
    var allowed = [[Float]](repeating: [], count: model.levels.count)
    var positions = [Int](repeating: 0, count: model.levels.count)
    for text in texts {
      for (level, found) in encoder.probabilities(of: text).enumerated() {
        allowed[level] += found.allowed
        positions[level] += found.positions
      }
    }
    return zip(allowed, positions).map { Calibration(probabilities: $0, positions: $1) }
  }
}
