import ZonkeyCore
import ZonkeyPlatform

/// What a pipeline reads: documents, or their latents.
protocol ItemReader {
  associatedtype Item: Sendable
  /// What it reads, as a message says it.
  static var what: String { get }
  /// The files as they were named; `-` is standard input.
  var paths: [String] { get }
  /// The next item, nil at the end.
  func next() throws(ZonkeyError) -> Item?
  /// Whether the next item is likely there without waiting.
  var hasWaiting: Bool { get }
  /// Bytes of the files taken in and in all, as they lie on disk.
  var compressedBytesRead: Int { get }
  var totalBytes: Int? { get }
  /// An item's share of a round, in bytes of text.
  static func textBytes(_ item: Item) -> Int
}

extension DocumentReader: ItemReader {
  static var what: String { "text" }
  static func textBytes(_ item: Document) -> Int { item.text.count }
}

extension LatentsReader: ItemReader {
  static var what: String { "latents" }
  static func textBytes(_ item: DocumentLatents) -> Int { item.byteCount ?? item.count * 8 }
}

/// The pipeline of the verbs that read documents or latents: order, progress, an output that is
/// complete or is not there.
struct DocumentPipeline<Reader: ItemReader> {
  let reader: Reader
  let output: any OutputSink
  let console: Console
  let workers: Int
  let batch: Int
  /// The number of the first item, and how far it is to that of each next one.
  var firstNumber = 1
  var step = 1

  /// A long item in its turn; `progress` is told how many bytes of its text are done.
  typealias LongBody = (
    _ item: Reader.Item, _ number: Int, _ progress: (_ textBytes: Int) -> Void
  ) throws -> Void

  /// Calls `body` for every batch of items, numbered from the first, and `write` for each result in
  /// the input's order; `output` is flushed after every round, finished at the end and discarded
  /// when anything fails. `check` refuses an item that the reader gave. A long item goes to `long`,
  /// where there is one, which works on it with all threads and writes what it gives.
  func run<Output: Sendable>(
    check: (Reader.Item) throws -> Void = { _ in },
    _ body: (_ worker: Int, _ items: ArraySlice<Reader.Item>, _ firstNumber: Int) -> [Output],
    write: (Output) throws -> Void, long: LongBody? = nil, finish: () throws -> Void = {}
  ) throws {
    TerminalInput.announce(reader.paths, what: Reader.what, console: console)
    try output.complete {
      try runRounds(check, body, write: write, long: long)
      try console.times.measure("writing", finish)
    }
  }

  private func runRounds<Output: Sendable>(
    _ check: (Reader.Item) throws -> Void,
    _ body: (_ worker: Int, _ items: ArraySlice<Reader.Item>, _ firstNumber: Int) -> [Output],
    write: (Output) throws -> Void, long: LongBody?
  ) throws {
    let start = System.monotonicSeconds
    var (count, bytes) = (0, 0)
    func showProgress(count: Int, bytes: Int) {
      console.status.update(
        ProgressText.line(
          documentCount: count, textBytes: bytes, readBytes: reader.compressedBytesRead,
          totalBytes: reader.totalBytes, elapsedSeconds: System.monotonicSeconds - start))
    }
    try withoutActuallyEscaping(check) { check in
      let pipeline = OrderedPipeline<Reader.Item, Output>(
        next: {
          let item = try console.times.measure("reading") { () throws(ZonkeyError) in
            try reader.next()
          }
          if let item { try check(item) }
          return item
        }, hasWaiting: { reader.hasWaiting }, bytes: Reader.textBytes, workers: workers,
        batch: batch, step: step,
        isLong: { long != nil && Reader.textBytes($0) >= Rounds.longBytes })
      try pipeline.run(from: firstNumber, body) { outputs, items in
        try console.times.measure("writing") {
          for output in outputs { try write(output) }
          // What is done is shown before anything else is waited for.
          try output.flush()
        }
        count += items.count
        bytes = items.reduce(bytes) { $0.adding(bounded: Reader.textBytes($1)) }
        showProgress(count: count, bytes: bytes)
      } long: { item, number in
        try long?(item, number) { showProgress(count: count, bytes: bytes.adding(bounded: $0)) }
        try output.flush()
        count += 1
        bytes = bytes.adding(bounded: Reader.textBytes(item))
      }
    }
    console.detail(
      "documents: \(ProgressText.count(count)) · \(ProgressText.bytes(bytes)) of text · "
        + console.times.text(rest: "computing"))
  }
}

extension Console {
  /// Says how many documents were left out, by reason; throws `ExitStatus.skipped` when there were
  /// any, unless they are allowed.
  func reportSkipped(_ skipped: [String: Int], allowed: Bool) throws {
    let count = skipped.values.reduce(0, +)
    guard count > 0 else { return }
    let reasons = skipped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    warn("left out \(count) documents: \(reasons.joined(separator: ", "))")
    if !allowed { throw ExitStatus.skipped }
  }
}
