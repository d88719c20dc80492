import ZonkeyCore
import ZonkeyPlatform

/// Where the time of a run goes, part by part, for `--verbose`.
///
/// Parts are measured on the thread that leads the run and do not overlap: what several threads
/// compute together counts as long as it takes. What no part has is the rest.
final class PartTimes {
  private var parts: [(name: String, seconds: Double)] = []
  private var open: (name: String, start: Double)?
  private let clock: () -> Double
  private let start: Double

  /// The clock, in seconds, can be replaced for tests.
  init(clock: @escaping () -> Double = { System.monotonicSeconds }) {
    self.clock = clock
    start = clock()
  }

  /// Runs `body`, and counts its time for the part, also when it throws.
  func measure<Result, Failure: Error>(
    _ name: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let begin = clock()
    defer { add(clock() - begin, to: name) }
    return try body()
  }

  /// Begins a part that lasts until the next one is begun or `end` is called.
  func begin(_ name: String) {
    end()
    open = (name, clock())
  }

  func end() {
    if let open { add(clock() - open.start, to: open.name) }
    open = nil
  }

  private func add(_ seconds: Double, to name: String) {
    if let index = parts.firstIndex(where: { $0.name == name }) {
      parts[index].seconds += seconds
    } else {
      parts.append((name, seconds))
    }
  }

  /// All of the time and its parts in the order in which they first came, `rest` behind them.
  func text(rest: String) -> String {
    let total = clock() - start
    let known = parts.reduce(0) { $0 + $1.seconds }
    let rows = parts + [(rest, max(0, total - known))]
    return
      (["\(ProgressText.decimal(total)) s in all"]
      + rows.map { "\($0.name): \(ProgressText.decimal($0.seconds)) s" }).joined(separator: " · ")
  }
}

extension Console {
  /// Tells with `--verbose` which model computes.
  func describe(_ zonkey: Zonkey, path: String) {
    detail(
      "model \(zonkey.id) from \(path): \(zonkey.levelCount) levels, "
        + "\(ProgressText.count(zonkey.parameterCount)) parameters")
  }

  /// Tells with `--verbose` on what is computed.
  func describe(threads: Int, arithmetic: Arithmetic) {
    detail("\(threads) threads, \(BuildInformation.kernels), \(arithmetic.rawValue)")
  }
}
