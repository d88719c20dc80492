import ArgumentParser
import ZonkeyCore

/// `--stats`, for the verbs that read documents.
struct StatisticsOptions: ParsableArguments {
  @Option(
    name: .customLong("stats"),
    help: ArgumentHelp(
      "Write a JSON object that counts what was read, made and skipped; the file appears when the "
        + "run is complete.", valueName: "file"),
    completion: .file())
  var path: String?

  func validate() throws {
    if path == "-" { throw ValidationError("--stats needs the name of a file.") }
  }

  /// Opens the file at the start of a run, so that a bad place is known before the work is done.
  func open() throws -> FileOutput? {
    try path.map { try FileOutput(path: $0) }
  }
}

/// What a run over documents has read and made.
struct RunStatistics {
  private(set) var documentCount = 0
  private(set) var textBytes = 0
  /// Segments of every level from 0; empty for a verb that makes none.
  private(set) var segmentCounts: [Int]

  init(levelCount: Int) {
    segmentCounts = Array(repeating: 0, count: levelCount)
  }

  /// Counts one document; `segments` has its count of every level.
  mutating func add(textBytes: Int, segments: some Sequence<Int> = EmptyCollection<Int>()) {
    documentCount += 1
    self.textBytes += textBytes
    for (level, count) in segments.enumerated() where level < segmentCounts.count {
      segmentCounts[level] += count
    }
  }

  /// Mean length in bytes; nil without segments.
  func meanBytes(level: Int) -> Double? {
    Self.mean(of: textBytes, in: segmentCounts[level])
  }

  /// Mean length in units of the level, which are bytes or segments of the level below.
  func meanUnits(level: Int) -> Double? {
    Self.mean(of: level == 0 ? textBytes : segmentCounts[level - 1], in: segmentCounts[level])
  }

  private static func mean(of total: Int, in count: Int) -> Double? {
    count == 0 ? nil : Double(total) / Double(count)
  }

  /// One JSON object on a line; `skipped` counts documents by reason.
  func json(skipped: [String: Int], seconds: Double) -> [UInt8] {
    var row: JSONObject = [
      "documents": .integer(Int64(documentCount)), "bytes": .integer(Int64(textBytes)),
    ]
    if !segmentCounts.isEmpty { row["levels"] = levels }
    var reasons: JSONObject = [:]
    for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) {
      reasons[reason] = .integer(Int64(count))
    }
    row["skipped"] = .object(reasons)
    row["seconds"] = .number((max(0, seconds) * 1000).rounded() / 1000)
    return JSONValue.object(row).serialised() + [UInt8(ascii: "\n")]
  }

  private var levels: JSONValue {
    .array(
      segmentCounts.indices.map { level in
        .object([
          "level": .integer(Int64(level)), "segments": .integer(Int64(segmentCounts[level])),
          "mean_bytes": rounded(meanBytes(level: level)),
          "mean_units": rounded(meanUnits(level: level)),
        ])
      })
  }

  private func rounded(_ value: Double?) -> JSONValue {
    value.map { .number($0.rounded(toDigits: 6)) } ?? .null
  }
}
