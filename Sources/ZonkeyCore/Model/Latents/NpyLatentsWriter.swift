import ZonkeyBase

/// Writes latents as a matrix of numpy and rows of JSON; see `NpyHeader`.
final class NpyLatentsWriter: LatentsOutput {
  private let precision: LatentsPrecision
  private let empty: DocumentLatents
  private let directory: String
  private let matrix: Spool
  private let rows: Spool
  /// The starts of a long document.
  private var starts: LongStarts?

  /// Writes rows of the level, the model and the width of `empty`.
  init(
    precision: LatentsPrecision, empty: DocumentLatents, directory: String
  ) throws(ZonkeyError) {
    self.precision = precision
    self.empty = empty
    self.directory = directory
    matrix = try Spool(directory: directory)
    rows = try Spool(directory: directory)
  }

  func append(_ prepared: PreparedLatents) throws(ZonkeyError) -> [UInt8] {
    try matrix.append(prepared.numbers)
    try rows.append(prepared.row[...])
    return []
  }

  func append(part: EncodedDocument) throws(ZonkeyError) -> Bool {
    guard let numbers = precision.encode(part.latents) else { return false }
    if starts == nil { starts = try LongStarts(level: empty.level, directory: directory) }
    try starts?.append(part)
    try matrix.append(numbers)
    return true
  }

  func endLong(
    _ document: LongDocument, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Int {
    guard let starts else { return 0 }
    self.starts = nil
    try JSONLLatentsWriter.row(
      document, of: empty, precision: precision, starts: starts, numbers: nil
    ) { try rows.append($0) }
    return starts.count
  }

  func finish(
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    table: ((UnsafeRawBufferPointer) throws -> Void)?
  ) throws {
    let rowBytes = empty.width * precision.elementType.byteCount
    let header = NpyHeader(
      precision: precision, rowCount: matrix.byteCount / rowBytes, width: empty.width)
    try header.serialised().withUnsafeBytes { try write($0) }
    try matrix.drain(write)
    if let table { try rows.drain(table) } else { try rows.drain(write) }
  }
}
