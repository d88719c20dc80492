import Foundation
import ZonkeyCore

/// The kernels of OpenBLAS that are the fastest here.
///
/// Those that it takes by itself were 11 % below the best of its own on a processor with AVX-512,
/// and the limit should be what the processor can do. They can be named in the environment alone,
/// before the library is loaded: each is tried in a process of its own.
enum BestKernel {
  private static let variable = "OPENBLAS_CORETYPE"
  private static let candidates = ["Haswell", "Zen", "SkylakeX", "Cooperlake", "Sapphirerapids"]

  /// Puts the fastest into the environment, unless somebody has put one there.
  static func choose() throws {
    guard ProcessInfo.processInfo.environment[variable] == nil else { return }
    let rates = try candidates.map { (name: $0, rate: try rate(of: $0)) }
    if let best = rates.max(by: { $0.rate < $1.rate }), best.rate > 0 {
      setenv(variable, best.name, 1)
    }
  }

  /// GFLOP/s on one core; 0 where the processor has not got the instructions.
  private static func rate(of name: String) throws -> Double {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["--only", "sgemm", "--threads", "1", "--runs", "5"]
    process.environment = ProcessInfo.processInfo.environment
      .merging([variable: name]) { $1 }
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
    try process.run()
    let lines = output.fileHandleForReading.readDataToEndOfFile().split(separator: 10)
    process.waitUntilExit()
    return lines.compactMap { line in
      guard let row = try? JSONValue(parsing: String(decoding: line, as: UTF8.self)),
        row["shape"]?.stringValue == MatrixProducts.Shape.large.text
      else { return nil }
      return row["value"]?.doubleValue
    }.max() ?? 0
  }
}
