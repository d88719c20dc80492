import ZonkeyCore

/// The results of one document, written part by part.
protocol SegmentRows {
  /// Takes the segments of a part of the document, of all levels that were split.
  func write(_ levels: [[Segment]]) throws
  /// Ends the document, all of whose parts were written.
  func finish() throws
}

extension SegmentFormat {
  /// What writes a long document's results: the same bytes as `bytes(of:number:levels:)`.
  ///
  /// `printed` is the level that is printed.
  func rows(
    of document: Document, number: Int, printed: Int, into output: any OutputSink
  ) throws -> any SegmentRows {
    guard kind == .documents else {
      return StreamedRows(
        format: self, document: document, number: number, printed: printed, output: output)
    }
    return try SpooledRow(document: document, number: number, printed: printed, output: output)
  }
}

/// Formats that say everything of a segment at its place.
private final class StreamedRows: SegmentRows {
  private let format: SegmentFormat
  private let document: Document
  private let number: Int
  private let printed: Int
  private let output: any OutputSink
  private var count = 0

  init(
    format: SegmentFormat, document: Document, number: Int, printed: Int, output: any OutputSink
  ) {
    self.format = format
    self.document = document
    self.number = number
    self.printed = printed
    self.output = output
  }

  func write(_ levels: [[Segment]]) throws {
    let isLast = levels[printed].last?.end == document.text.count
    try output.write(
      format.bytes(
        of: document, number: number, levels: levels[...printed], first: count, isLast: isLast))
    count += levels[printed].count
  }

  func finish() throws {}
}

/// The format `documents`: starts and probabilities stand behind the text, so that they wait in
/// temporary files.
private final class SpooledRow: SegmentRows {
  private typealias Level = (starts: Spool, p: Spool)

  private let document: Document
  private let number: Int
  private let output: any OutputSink
  private let levels: [Level]

  init(document: Document, number: Int, printed: Int, output: any OutputSink) throws {
    self.document = document
    self.number = number
    self.output = output
    let directory = TemporaryDirectory.path
    levels = try (0...printed).map { _ in
      (try Spool(directory: directory), try Spool(directory: directory))
    }
  }

  func write(_ levels: [[Segment]]) throws {
    for (level, segments) in zip(self.levels, levels) {
      for segment in segments {
        try level.starts.append(segment.start)
        try level.p.append(Int(segment.probability.bitPattern))
      }
    }
  }

  func finish() throws {
    var line = JSONLine()
    SegmentFormat.beginRow(of: document, number: number, level: levels.count - 1, in: &line)
    try writeText(&line)
    if let top = levels.last { try write(top, &line) }
    if levels.count > 1 {
      line.beginArray("below")
      for (index, level) in levels.dropLast().enumerated() {
        line.beginObject()
        line.field("level", index)
        try write(level, &line)
        line.endObject()
      }
      line.endArray()
    }
    line.fields(document.fields, except: SegmentFormat.documentNames)
    line.endLine()
    try flush(&line, from: 0)
  }

  private func writeText(_ line: inout JSONLine) throws {
    line.beginString("text")
    var first = 0
    while first < document.text.count {
      var end = min(first + 1 << 16, document.text.count)
      while end < document.text.count, document.text[end].isUTF8Continuation { end += 1 }
      document.text[first..<end].withUnsafeBytes { line.string(utf8: $0) }
      try flush(&line)
      first = end
    }
    line.endString()
  }

  private func write(_ level: Level, _ line: inout JSONLine) throws {
    line.beginArray("starts")
    try level.starts.drainIntegers {
      line.append($0)
      try flush(&line)
    }
    line.endArray()
    line.beginArray("p")
    try level.p.drainIntegers {
      line.append(Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))), digits: 4)
      try flush(&line)
    }
    line.endArray()
  }

  /// Hands on what the line holds when it is so much.
  private func flush(_ line: inout JSONLine, from least: Int = 1 << 16) throws {
    guard line.bytes.count >= least else { return }
    try output.write(line.bytes)
    line.removeBytes()
  }
}
