import ZonkeyCore

/// The pipeline of the verbs that read documents: order, progress, an output that is complete or
/// is not there.
struct DocumentPipeline {
  let reader: DocumentReader
  let output: any OutputSink
  let console: Console
  let workers: Int
  let batch: Int

  /// Calls `body` for every batch of documents, numbered from 1, and `write` for each result in
  /// the input's order; `output` is flushed after every round, finished at the end and discarded
  /// when anything fails.
  func run<Output: Sendable>(
    _ body: (_ worker: Int, _ documents: ArraySlice<Document>, _ firstNumber: Int) -> [Output],
    write: (Output) throws -> Void, finish: () throws -> Void = {}
  ) throws {
    try output.complete {
      try runRounds(body, write: write)
      try finish()
    }
  }

  /// Says how many documents were left out; throws `ExitStatus.skipped` when there were any.
  func reportSkipped() throws {
    let skipped = reader.skipped.values.reduce(0, +)
    guard skipped > 0 else { return }
    let reasons = reader.skipped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    console.warn("left out \(skipped) documents: \(reasons.joined(separator: ", "))")
    throw ExitStatus.skipped
  }

  private func runRounds<Output: Sendable>(
    _ body: (_ worker: Int, _ documents: ArraySlice<Document>, _ firstNumber: Int) -> [Output],
    write: (Output) throws -> Void
  ) throws {
    let start = monotonicSeconds()
    var (count, bytes) = (0, 0)
    let pipeline = OrderedPipeline<Document, Output>(
      next: { try reader.next() }, hasWaiting: { reader.hasWaiting }, bytes: { $0.text.count },
      workers: workers, batch: batch)
    try pipeline.run(body) { outputs, documents in
      for output in outputs { try write(output) }
      // What is done is shown before anything else is waited for.
      try output.flush()
      count += documents.count
      bytes += documents.reduce(0) { $0 + $1.text.count }
      console.status.update(
        ProgressText.line(
          documentCount: count, textBytes: bytes, readBytes: reader.compressedBytesRead,
          totalBytes: reader.totalBytes, elapsedSeconds: monotonicSeconds() - start))
    }
  }
}
