import ZonkeyCore

/// Everything that `zk split` writes: the results, and beside them the page and the statistics.
///
/// The files appear together when the run is complete, and none of them when it is not.
final class SplitOutput {
  let results: any OutputSink
  private let page: SegmentPage?
  private let pagePath: String?
  private let statisticsFile: FileOutput?
  private var statistics: RunStatistics
  private let startSeconds = monotonicSeconds()

  /// Opens all of them, so that a bad place is known before the work is done.
  init(
    results: any OutputSink, statisticsFile: FileOutput?, pagePath: String?,
    heading: SegmentPage.Heading, levelCount: Int
  ) throws {
    self.results = results
    self.statisticsFile = statisticsFile
    self.pagePath = pagePath
    page = try pagePath.map {
      try SegmentPage(into: try FileOutput(path: $0), heading: heading, levelCount: levelCount)
    }
    statistics = RunStatistics(levelCount: levelCount)
  }

  /// Writes one document; `rows` are its results, `levels` all levels that were split.
  func write(
    _ rows: [UInt8], levels: [[Segment]], of document: Document, number: Int
  ) throws {
    try results.write(rows)
    try page?.add(document, number: number, levels: levels)
    statistics.add(textBytes: document.text.count, segments: levels.lazy.map(\.count))
  }

  /// Completes all of them; says what the page has left out.
  func finish(skipped: [String: Int], console: Console) throws {
    try results.finish()
    try page?.finish()
    if let page, let pagePath, let omission = page.omission {
      console.note("\(pagePath) shows \(omission)")
    }
    let seconds = monotonicSeconds() - startSeconds
    try statisticsFile?.write(statistics.json(skipped: skipped, seconds: seconds))
    try statisticsFile?.finish()
  }

  func discard() {
    results.discard()
    page?.discard()
    statisticsFile?.discard()
  }
}
