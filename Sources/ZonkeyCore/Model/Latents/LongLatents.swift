import ZonkeyBase

/// What is known of a long document before its latents, which come in parts.
public struct LongDocument: Sendable {
  public var number: Int
  public var id: DocumentID?
  /// Fields of its JSON object that are carried along.
  public var fields: [KeptField]
  /// The length of its text.
  public var byteCount: Int

  public init(number: Int, id: DocumentID? = nil, fields: [KeptField] = [], byteCount: Int) {
    self.number = number
    self.id = id
    self.fields = fields
    self.byteCount = byteCount
  }
}

/// The starts of a long document's segments at all levels, in temporary files.
final class LongStarts {
  private let levels: [Spool]

  /// Starts of levels 0 ... `level`.
  init(level: Int, directory: String) throws(ZonkeyError) {
    var levels: [Spool] = []
    for _ in 0...level { levels.append(try Spool(directory: directory)) }
    self.levels = levels
  }

  /// The segments of the top level.
  var count: Int { (levels.last?.byteCount ?? 0) / 8 }

  func append(_ part: EncodedDocument) throws(ZonkeyError) {
    for (spool, segments) in zip(levels, part.segments) {
      for segment in segments { try spool.append(segment.start) }
    }
  }

  /// Writes the fields `starts` and `inner` of a row; `flush` takes what the line holds.
  func write(into line: inout JSONLine, flush: (inout JSONLine) throws -> Void) throws {
    func elements(_ spool: Spool) throws {
      try spool.drainIntegers {
        line.append($0)
        if line.bytes.count >= 1 << 16 { try flush(&line) }
      }
      line.endArray()
    }
    guard let top = levels.last else { return }
    line.beginArray("starts")
    try elements(top)
    guard levels.count > 1 else { return }
    line.beginArray("inner")
    for spool in levels.dropLast() {
      line.beginArray()
      try elements(spool)
    }
    line.endArray()
  }
}
