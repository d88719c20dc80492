import Foundation
import ZonkeyCore

/// What the published code reaches for each GFLOP/s of matrix products on as many threads.
///
/// It was measured with one and with two: more are compared with two.
struct Reference {
  let one, two: Double

  static let training = Reference(one: 406 / 84, two: 608 / 156)
  static let splitting = Reference(one: 118_000 / 84, two: 183_000 / 156)
  static let encoding = Reference(one: 33_600 / 84, two: 54_000 / 156)
  static let decoding = Reference(one: 3_500 / 84, two: 5_850 / 156)

  func rate(threads: Int) -> Double { threads == 1 ? one : two }
}

/// One measurement as it is printed.
struct Figure {
  var name: String
  var value: Double
  var unit: String
  /// The rate of matrix products on the same workers, measured between the runs.
  var sgemm: Double?
  /// What the published code reaches for each GFLOP/s of matrix products, or absolutely for
  /// figures that do not scale with it.
  var reference: Double?
  var minimum: Double?
  var maximum: Double?
  var runs = 1
  var remarks: [(String, JSONValue)] = []

  /// One line of JSON; what was not measured is null.
  func print() {
    func number(_ x: Double?) -> JSONValue { x.map { rounded($0) } ?? .null }
    let perGFLOPs = sgemm.map { value / $0 }
    var object: JSONObject = [
      "name": .string(name), "value": number(value), "unit": .string(unit),
      "sgemm_gflops": number(sgemm), "per_gflops": number(perGFLOPs),
      "ratio_to_reference": number(reference.map { (perGFLOPs ?? value) / $0 }),
      "minimum": number(minimum ?? value), "maximum": number(maximum ?? value),
      "runs": .integer(Int64(runs)),
    ]
    for (key, remark) in remarks { object[key] = remark }
    Swift.print(String(decoding: JSONValue.object(object).serialised(), as: UTF8.self))
    fflush(nil)
  }
}

/// Four digits say all that a measurement knows.
func rounded(_ x: Double) -> JSONValue { .number(Double(String(format: "%.4g", x)) ?? x) }

/// What all benchmarks share: workers, the number of runs, and how a run is timed.
struct Bench {
  let workers: Workers
  let runs: Int
  /// Memory for the activations that training keeps.
  let keptMebibytes: Int

  /// Times of runs, and the rate of matrix products between them.
  struct Sample {
    /// Seconds of each run, sorted.
    let seconds: [Double]
    /// GFLOP/s on all workers, the median of the measurements around the runs.
    let sgemm: Double

    var median: Double { middle(seconds) }
    var fastest: Double { seconds.first ?? .nan }
    var slowest: Double { seconds.last ?? .nan }
  }

  /// Times `body` after two runs for warming up; matrix products are timed before each run.
  ///
  /// On a machine that others use too, speed changes from second to second: limit and figure are
  /// measured in turns so that both meet the same conditions.
  func sample(_ body: () throws -> Void) rethrows -> Sample {
    let limit = MatrixProducts(workers: workers, .large)
    for _ in 0..<2 {
      _ = limit.rate()
      try body()
    }
    var (seconds, rates) = ([Double](), [Double]())
    for _ in 0..<runs {
      rates.append(limit.rate())
      seconds.append(try timed(body))
    }
    rates.append(limit.rate())
    return Sample(seconds: seconds.sorted(), sgemm: middle(rates.sorted()))
  }

  /// Prints a rate: `amount` of `unit` in each run, which takes so many operations.
  func report(
    _ name: String, _ sample: Sample, amount: Double, unit: String, reference: Reference?,
    operations: Double? = nil, remarks: [(String, JSONValue)] = []
  ) {
    Figure(
      name: name, value: amount / sample.median, unit: unit, sgemm: sample.sgemm,
      reference: reference?.rate(threads: workers.count), minimum: amount / sample.slowest,
      maximum: amount / sample.fastest, runs: sample.seconds.count,
      remarks: [("milliseconds", rounded(sample.median * 1e3))] + remarks
        + (operations.map { arithmetic($0, sample) } ?? [])
    ).print()
  }

  /// What a run computes, and which share of the limit's rate that is.
  func arithmetic(_ operations: Double, _ sample: Sample) -> [(String, JSONValue)] {
    let billions = operations * 1e-9
    return [
      ("gflop", rounded(billions)),
      ("share_of_sgemm", rounded(billions / sample.median / sample.sgemm)),
    ]
  }
}

/// Seconds that `body` takes.
func timed(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let time = try clock.measure(body)
  return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
}

/// The median of sorted numbers.
func middle(_ sorted: [Double]) -> Double {
  guard !sorted.isEmpty else { return .nan }
  let half = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
