import ZonkeyCore

/// How time, memory and throughput grow with one quantity; not part of the default run.
///
/// All others are those of *reference-tiny*, dense, with a single document, but for the threads,
/// where the documents are three as published.
extension Bench {
  func scaling(wants: (String) -> Bool) throws {
    for documents in [1, 2, 4, 8] where wants("scaling-documents") {
      try step("documents", documents, Workload.scaled(documents: documents))
    }
    for length in [256, 512, 1024, 2048, 4096] where wants("scaling-crop") {
      try step("crop", length, Workload.scaled(crop: length))
    }
    for width in [32, 64, 96, 128] where wants("scaling-width") {
      try step("width", width, Workload.scaled(width: width))
    }
    // Each level is four times as wide as the one below: half the width keeps the third small.
    for levels in 1...3 where wants("scaling-levels") {
      try step("levels", levels, Workload.scaled(width: 32, levels: levels))
    }
    let doublings = (0..<10).map { 1 << $0 }.filter { $0 < workers.count }
    for threads in doublings + [workers.count] where wants("scaling-threads") {
      try Bench(
        workers: Workers(count: threads), runs: runs, keptMebibytes: keptMebibytes
      ).throughput()
    }
  }

  /// The time of a step, and the memory that its tape holds.
  private func step(_ quantity: String, _ value: Int, _ configuration: Configuration) throws {
    let run = TrainingRun(try Workload(configuration), bench: self)
    let sample = sample { run.advance() }
    Figure(
      name: "scaling-\(quantity)", value: sample.median * 1e3, unit: "ms",
      minimum: sample.fastest * 1e3, maximum: sample.slowest * 1e3, runs: runs,
      remarks: [
        (quantity, .integer(Int64(value))), ("tape_gb", rounded(Double(run.heldBytes) * 1e-9)),
      ] + arithmetic(run.operations, sample)
    ).print()
  }

  private func throughput() throws {
    let threads: [(String, JSONValue)] = [("threads", .integer(Int64(workers.count)))]
    let run = TrainingRun(try Workload(.dense), bench: self)
    let sample = sample { run.advance() }
    report(
      "scaling-threads-train", sample, amount: Double(run.characters), unit: "characters/s",
      reference: .training, operations: run.operations, remarks: threads)
    try split("scaling-threads-split", remarks: threads)
  }
}
