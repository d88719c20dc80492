import Synchronization
import ZonkeyCore

/// One reader, workers on all cores, one ordered writer.
///
/// Documents are read in rounds that hold as many as there are at once: a single typed line is
/// answered before the next is read, a fast input fills rounds of bounded size. Results leave in
/// the order of the input, whatever worker made them.
struct DocumentPipeline {
  let reader: DocumentReader
  let output: any OutputSink
  let console: Console
  let workers: Int

  /// A round ends at this many documents or bytes.
  private static let roundDocuments = 256
  private static let roundBytes = 1 << 18

  /// Calls `body` for every document, numbered from 1, and `write` for its result, in order.
  func run<Result>(
    _ body: (_ worker: Int, _ document: Document, _ number: Int) -> Result,
    write: (_ result: Result, _ document: Document, _ number: Int) throws -> Void
  ) throws {
    let pool = Workers(count: workers)
    let start = monotonicSeconds()
    var (number, bytes) = (0, 0)
    var failure: (any Error)?
    while failure == nil {
      var round: [Document] = []
      (round, failure) = nextRound()
      if round.isEmpty { break }
      let results = ResultSlots<Result>(count: round.count)
      let (first, documents) = (number, round)
      pool.run(documents.count) { worker, piece in
        results[piece] = body(worker, documents[piece], first + piece + 1)
      }
      for (index, document) in documents.enumerated() {
        if let result = results.take(index) { try write(result, document, first + index + 1) }
      }
      // What is done is shown before anything else is waited for.
      try output.flush()
      try Signals.check()
      number += documents.count
      bytes += documents.reduce(0) { $0 + $1.text.count }
      console.status.update(
        ProgressText.line(
          documentCount: number, textBytes: bytes, readBytes: reader.compressedBytesRead,
          totalBytes: reader.totalBytes, elapsedSeconds: monotonicSeconds() - start))
    }
    if let failure { throw failure }
  }

  /// The documents that are there at once; an error ends the round, not what was read before it.
  private func nextRound() -> ([Document], (any Error)?) {
    var (round, bytes) = ([Document](), 0)
    do {
      while round.count < Self.roundDocuments, bytes < Self.roundBytes,
        round.isEmpty || reader.hasWaiting, let document = try reader.next()
      {
        round.append(document)
        bytes += document.text.count
      }
      return (round, nil)
    } catch {
      return (round, error)
    }
  }
}

/// One result for each piece of a round; pieces write to their own places only.
final class ResultSlots<Result>: @unchecked Sendable {
  private let slots: UnsafeMutablePointer<Result?>
  private let count: Int

  init(count: Int) {
    self.count = count
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil, count: count)
  }

  deinit {
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  subscript(index: Int) -> Result? {
    get { slots[index] }
    set { slots[index] = newValue }
  }

  /// The result of a place, which is empty afterwards: written results need no memory.
  func take(_ index: Int) -> Result? { slots[index].take() }
}

/// A file that appears under its name when it is complete.
final class FileOutput: OutputSink {
  private let file: AtomicFile
  private var buffer: [UInt8] = []

  init(path: String) throws { file = try AtomicFile(path: path) }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 16 { try drain() }
  }

  private func drain() throws {
    try file.write(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  func finish() throws {
    try drain()
    try file.commit()
  }

  func discard() { file.discard() }
}
