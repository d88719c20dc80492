import ZonkeyBase

/// Writes latents as a matrix of numpy and rows of JSON; see `NpyHeader`.
struct NpyLatentsWriter: LatentsOutput {
  private let precision: LatentsPrecision
  private let width: Int
  private let matrix: Spool
  private let rows: Spool

  init(precision: LatentsPrecision, width: Int, directory: String) throws(ZonkeyError) {
    self.precision = precision
    self.width = width
    matrix = try Spool(directory: directory)
    rows = try Spool(directory: directory)
  }

  func append(_ document: DocumentLatents) throws(ZonkeyError) -> [UInt8]? {
    guard let numbers = precision.encode(document.values) else { return nil }
    try matrix.append(numbers)
    try rows.append(JSONLLatentsWriter.row(document, precision: precision, numbers: nil)[...])
    return []
  }

  func finish(
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    table: ((UnsafeRawBufferPointer) throws -> Void)?
  ) throws {
    let rowBytes = width * precision.elementType.byteCount
    let header = NpyHeader(
      precision: precision, rowCount: matrix.byteCount / rowBytes, width: width)
    try header.serialised().withUnsafeBytes { try write($0) }
    try matrix.drain(write)
    if let table { try rows.drain(table) } else { try rows.drain(write) }
  }
}
