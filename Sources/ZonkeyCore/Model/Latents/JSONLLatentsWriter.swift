import ZonkeyBase

/// Writes latents as JSONL, one row a document.
final class JSONLLatentsWriter: LatentsOutput {
  private let precision: LatentsPrecision
  private let empty: DocumentLatents
  private let directory: String
  /// The starts and the numbers of a long document: its row begins with their count.
  private var long: (starts: LongStarts, numbers: Spool)?

  /// Writes rows of the level, the model and the width of `empty`.
  init(precision: LatentsPrecision, empty: DocumentLatents, directory: String) {
    self.precision = precision
    self.empty = empty
    self.directory = directory
  }

  func append(_ prepared: PreparedLatents) -> [UInt8] { prepared.row }

  func append(part: EncodedDocument) throws(ZonkeyError) -> Bool {
    guard let numbers = precision.encode(part.latents) else { return false }
    if long == nil {
      long = (
        try LongStarts(level: empty.level, directory: directory), try Spool(directory: directory)
      )
    }
    try long?.starts.append(part)
    try long?.numbers.append(numbers)
    return true
  }

  func endLong(
    _ document: LongDocument, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Int {
    guard let (starts, numbers) = long else { return 0 }
    long = nil
    try Self.row(
      document, of: empty, precision: precision, starts: starts, numbers: numbers, write)
    return starts.count
  }

  func finish(
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    table: ((UnsafeRawBufferPointer) throws -> Void)?
  ) throws {}

  /// A document's row; without numbers, where they stand in a matrix.
  static func row(
    _ document: DocumentLatents, precision: LatentsPrecision, numbers: ArraySlice<UInt8>?
  ) -> [UInt8] {
    var line = head(document, count: document.count)
    if let starts = document.starts { line.field("starts", starts) }
    if let inner = document.inner { line.field("inner", inner) }
    if let byteCount = document.byteCount { line.field("bytes", byteCount) }
    line.field("dtype", precision.rawValue)
    numbers?.withUnsafeBytes { line.field("latents", base64: $0) }
    end(&line, document)
    return line.bytes
  }

  /// The same row of a long document, piece by piece; `empty` has its level, model and width.
  static func row(
    _ long: LongDocument, of empty: DocumentLatents, precision: LatentsPrecision,
    starts: LongStarts, numbers: Spool?, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var document = empty
    (document.number, document.id, document.fields) = (long.number, long.id, long.fields)
    func flush(_ line: inout JSONLine) throws {
      try line.bytes.withUnsafeBytes { try write($0) }
      line.removeBytes()
    }
    var line = head(document, count: starts.count)
    try starts.write(into: &line, flush: flush)
    line.field("bytes", long.byteCount)
    line.field("dtype", precision.rawValue)
    if let numbers {
      line.beginString("latents")
      let file = try numbers.finished()
      // Three bytes become four characters.
      for first in stride(from: 0, to: file.byteCount, by: 3 << 14) {
        let piece = try file.bytes(in: first..<min(first + 3 << 14, file.byteCount))
        piece.withUnsafeBytes { line.string(base64: $0) }
        try flush(&line)
      }
      line.endString()
    }
    end(&line, document)
    try flush(&line)
  }

  private static func head(_ document: DocumentLatents, count: Int) -> JSONLine {
    var line = JSONLine()
    line.beginObject()
    line.field("doc", document.number)
    if let id = document.id { line.field("id", id) }
    line.field("level", document.level)
    line.field("shape", [count, document.width])
    return line
  }

  private static func end(_ line: inout JSONLine, _ document: DocumentLatents) {
    line.field("model", document.model)
    line.fields(document.fields, except: LatentsRow.names)
    line.endLine()
  }
}
