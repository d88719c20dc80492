import ZonkeyCore

/// What is counted of a page whose text was made.
struct ExtractedPage: Sendable {
  var holes: TemplateHoles
  /// How many sentences its text has, when that is asked for.
  var sentences: Int
}

/// What became of the documents that were read.
struct ExtractCounts {
  private(set) var kept = 0
  /// By reason.
  var leftOut: [String: Int] = [:]
  private var holes = TemplateHoles()
  private var sentences = 0

  /// The most templates that the statistics name.
  private static let templateLimit = 1000

  /// Counts a document that was kept; `page` tells about one of a dump.
  mutating func add(_ page: ExtractedPage?) {
    kept += 1
    guard let page else { return }
    holes.add(page.holes)
    sentences += page.sentences
  }

  /// What `--stats` says about holes: how many, in how many sentences, and a table of the templates
  /// that are not known, to be filled in.
  var holesJSON: JSONObject {
    [
      "sentences": .integer(Int64(sentences)), "holes": .integer(Int64(holes.total)),
      "dropped_sentences": .integer(Int64(holes.droppedSentences)),
      "unknown_templates": .array(
        holes.tableLines.prefix(Self.templateLimit).map { .string($0) }),
    ]
  }

  /// The closing line of a run; `skipped` are the documents that the reader kept back, by reason.
  func text(skipped: [String: Int]) -> String {
    let reasons = leftOut.merging(skipped) { $0 + $1 }.sorted { $0.key < $1.key }
    let sum = reasons.reduce(0) { $0 + $1.value }
    let line =
      "\(ProgressText.count(kept)) documents kept, \(ProgressText.count(sum)) skipped"
    guard !reasons.isEmpty else { return line }
    return line + ": "
      + reasons.map { "\(ProgressText.count($0.value)) \($0.key)" }.joined(separator: ", ")
  }
}
