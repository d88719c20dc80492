import ZonkeyCore

/// One document with everything that is written of it.
struct SplitDocument: Sendable {
  let document: Document
  let number: Int
  /// The segments of all levels that were split; of a long document those that a page shows.
  let levels: [[Segment]]
  /// How many there are of each level.
  let segmentCounts: [Int]
  /// Its part of the results.
  let rows: [UInt8]
}

/// Everything that `zk split` writes: the results, and beside them the page and the statistics.
///
/// The files appear when the run is complete, after the results; none of them when it is not.
final class SplitOutput: OutputSink {
  private let results: any OutputSink
  private let page: SegmentPage?
  private let statistics: StatisticsFile?
  private let onOmission: (String) -> Void

  /// `onOmission` is told in words what the page has left out.
  init(
    results: any OutputSink, page: SegmentPage?, statistics: StatisticsFile?,
    onOmission: @escaping (String) -> Void
  ) {
    self.results = results
    self.page = page
    self.statistics = statistics
    self.onOmission = onOmission
  }

  func write(_ split: SplitDocument) throws {
    try write(split.rows)
    try page?.add(split.document, number: split.number, levels: split.levels)
    statistics?.add(textBytes: split.document.text.count, segments: split.segmentCounts)
  }

  /// Writes a long document part by part; `progress` is told how many of its bytes are done.
  func write(
    _ document: Document, number: Int, format: SegmentFormat, printed: Int, parts: DocumentParts,
    progress: (Int) -> Void
  ) throws {
    var shown: [[Segment]] = []
    var counts: [Int] = []
    let rows = try format.rows(of: document, number: number, printed: printed, into: results)
    for part in parts {
      try rows.write(part.segments)
      counts =
        counts.isEmpty
        ? part.segments.map(\.count)
        : zip(counts, part.segments).map {
          $0 + $1.count
        }
      if page != nil, (shown.first?.last?.end ?? 0) <= SegmentPage.limitBytes {
        shown = shown.isEmpty ? part.segments : zip(shown, part.segments).map { $0 + $1 }
      }
      progress(part.segments.first?.last?.end ?? 0)
    }
    try rows.finish()
    try write(
      SplitDocument(
        document: document, number: number, levels: shown, segmentCounts: counts, rows: []))
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws { try results.write(bytes) }

  func flush() throws { try results.flush() }

  func finish() throws {
    try results.finish()
    try page?.finish()
    if let omission = page?.omission { onOmission(omission) }
    try statistics?.finish()
  }

  func discard() {
    results.discard()
    page?.discard()
    statistics?.discard()
  }
}
