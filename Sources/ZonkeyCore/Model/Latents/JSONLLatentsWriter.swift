import ZonkeyBase

/// Writes latents as JSONL, one row a document.
struct JSONLLatentsWriter: LatentsOutput {
  let precision: LatentsPrecision

  func append(_ document: DocumentLatents) throws(ZonkeyError) -> [UInt8]? {
    guard let numbers = precision.encode(document.values) else { return nil }
    return Self.row(document, precision: precision, numbers: numbers)
  }

  func finish(
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    table: ((UnsafeRawBufferPointer) throws -> Void)?
  ) throws {}

  /// A document's row; without numbers, where they stand in a matrix.
  static func row(
    _ document: DocumentLatents, precision: LatentsPrecision, numbers: ArraySlice<UInt8>?
  ) -> [UInt8] {
    var line = JSONLine()
    line.beginObject()
    line.field("doc", document.number)
    if let id = document.id { line.field("id", id) }
    line.field("level", document.level)
    line.field("shape", [document.count, document.width])
    if let starts = document.starts { line.field("starts", starts) }
    if let inner = document.inner { line.field("inner", inner) }
    if let byteCount = document.byteCount { line.field("bytes", byteCount) }
    line.field("dtype", precision.rawValue)
    numbers?.withUnsafeBytes { line.field("latents", base64: $0) }
    line.field("model", document.model)
    line.fields(document.fields, except: LatentsRow.names)
    line.endLine()
    return line.bytes
  }
}
