import ZonkeyPlatform
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
  ///
  /// `levelCount` is 0 for a verb that makes no segments.
  func open(reader: DocumentReader, levelCount: Int = 0) throws -> StatisticsFile? {
    try path.map { try StatisticsFile(path: $0, reader: reader, levelCount: levelCount) }
  }
}

/// Statistics on their way to a file, which appears when they are complete.
final class StatisticsFile {
  private let file: FileOutput
  private let reader: DocumentReader
  private var statistics: RunStatistics
  private let startSeconds = System.monotonicSeconds

  init(path: String, reader: DocumentReader, levelCount: Int) throws {
    file = try FileOutput(path: path, replacing: "{\"read\":")
    self.reader = reader
    statistics = RunStatistics(levelCount: levelCount)
  }

  /// Counts one document; `segments` has its count of every level.
  func add(textBytes: Int, segments: [Int] = []) {
    statistics.add(textBytes: textBytes, segments: segments)
  }

  /// Completes the file; `leftOut` counts documents that the verb itself kept back, by reason, and
  /// `more` is what else the verb tells.
  func finish(leftOut: [String: Int] = [:], more: JSONObject = [:]) throws {
    let skipped = reader.passedOver.merging(reader.skipped) { $0 + $1 }
      .merging(leftOut) { $0 + $1 }
    let row = statistics.json(
      skipped: skipped, inputBytes: reader.compressedBytesRead,
      seconds: System.monotonicSeconds - startSeconds, more: more)
    try file.write(row.serialised() + [UInt8(ascii: "\n")])
    try file.finish()
  }

  func discard() { file.discard() }
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
  mutating func add(textBytes: Int, segments: [Int] = []) {
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

  /// The statistics with what the reader tells; `skipped` counts documents by reason and
  /// `inputBytes` is as the input lies on disk.
  func json(
    skipped: [String: Int], inputBytes: Int, seconds: Double, more: JSONObject = [:]
  ) -> JSONValue {
    var reasons = JSONObject()
    for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) {
      reasons[reason] = .integer(Int64(count))
    }
    let readCount = documentCount + skipped.values.reduce(0, +)
    var row: JSONObject = [
      "read": .integer(Int64(readCount)), "kept": .integer(Int64(documentCount)),
      "skipped": .object(reasons), "text_bytes": .integer(Int64(textBytes)),
      "input_bytes": .integer(Int64(inputBytes)),
    ]
    if !segmentCounts.isEmpty { row["levels"] = levels }
    for member in more.members { row[member.key] = member.value }
    row["seconds"] = rounded(max(0, seconds))
    return .object(row)
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

  /// Three decimals; null for nothing.
  private func rounded(_ value: Double?) -> JSONValue {
    value.map { .number(($0 * 1000).rounded() / 1000) } ?? .null
  }
}
