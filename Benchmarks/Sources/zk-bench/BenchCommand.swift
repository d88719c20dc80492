import ArgumentParser
import Foundation
import ZonkeyCore

/// Runs the benchmarks and prints one JSON object a line on standard output.
///
/// Every figure stands beside the rate of single-precision matrix products that the same process
/// reached on the same workers between the runs, so that figures of different machines and of
/// noisy days can be compared.
@main
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zk-bench",
    abstract: "Measure training, splitting, encoding and decoding against matrix products.",
    discussion: """
      Names: sgemm, train-dense, train-sharp, arithmetic, memory, allocations, split, \
      encode, decode-dense, decode-sharp, split-int8, encode-int8, decode-dense-int8, \
      decode-sharp-int8, start-version, start-split, pipeline; \
      and, when asked for, scaling-documents, scaling-crop, scaling-width, scaling-levels, \
      scaling-threads. A name that --only gives also selects those that begin with it.
      """)

  @Option(help: "Run only what begins with this name; can be repeated.")
  var only: [String] = []

  @Option(help: "Workers (default: all processors).")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Mebibytes of activations that training keeps.")
  var activationMemory = Trainer.standardKeptBytes >> 20

  @Option(help: "Runs of each benchmark; the median is reported.")
  var runs = 8

  @Option(help: "The program that is started.")
  var zk = ".build-install/release/zk"

  @Option(help: "Its model.")
  var model = "share/zk/default.zk"

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads: 1 to 1024") }
    guard (0...1 << 20).contains(activationMemory) else {
      throw ValidationError("--activation-memory: 0 to 1048576")
    }
    guard (1...1000).contains(runs) else { throw ValidationError("--runs: 1 to 1000") }
  }

  func run() throws {
    try BestKernel.choose()
    let bench = Bench(
      workers: Workers(count: threads), runs: runs, keptMebibytes: activationMemory)
    // First, while this process is small: Linux counts what a process had resident before it
    // became another program among the most that the other had.
    if wants("memory") { try bench.memory(Program(path: zk, model: model)) }
    if wants("sgemm") { bench.products(moment: "before") }
    if wants("train-dense", "arithmetic", "allocations") {
      try bench.training(.dense) { wants($0) }
    }
    if wants("train-sharp") { try bench.training(.sharp) { wants($0) } }
    if wants("split") { try bench.split() }
    if wants("encode") { try bench.encode() }
    for segments in [Workload.Segments.dense, .sharp] {
      let decode = "decode-\(segments.rawValue)"
      if wants(decode) { try bench.decode(decode, segments) }
    }
    try integers(bench)
    if wants("start-version", "start-split", "pipeline") {
      let program = try Program(path: zk, model: model)
      try bench.startUp(program) { wants($0) }
      if wants("pipeline") { try bench.pipeline(program) }
    }
    if !only.isEmpty { try bench.scaling { wants($0) } }
    if wants("sgemm") { bench.products(moment: "after") }
  }

  /// The same with products of 8-bit integers.
  private func integers(_ bench: Bench) throws {
    if wants("split-int8") { try bench.split("split-int8", in: .int8) }
    if wants("encode-int8") { try bench.encode("encode-int8", in: .int8) }
    for segments in [Workload.Segments.dense, .sharp] {
      let decode = "decode-\(segments.rawValue)-int8"
      if wants(decode) { try bench.decode(decode, segments, in: .int8) }
    }
  }

  private func wants(_ names: String...) -> Bool {
    only.isEmpty || names.contains { name in only.contains { name.hasPrefix($0) } }
  }
}
