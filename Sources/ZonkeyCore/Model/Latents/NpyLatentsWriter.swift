import ZonkeyBase

/// Writes latents as a structured array of numpy; see `NpyHeader`.
struct NpyLatentsWriter: LatentsOutput {
  private let header: NpyHeader
  private let rows: Spool

  init(header: NpyHeader, directory: String) throws(ZonkeyError) {
    self.header = header
    rows = try Spool(directory: directory)
  }

  func append(_ document: DocumentLatents) throws(ZonkeyError) -> [UInt8]? {
    guard let numbers = header.precision.encode(document.values) else { return nil }
    for index in 0..<document.count {
      try rows.append(document.number)
      try rows.append(document.starts?[index] ?? -1)
      try rows.append(document.byteCount ?? -1)
      let first = numbers.startIndex + index * header.latentBytes
      try rows.append(numbers[first..<first + header.latentBytes])
    }
    return []
  }

  func finish(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    let text = header.serialised(rowCount: rows.byteCount / header.rowBytes)
    try text.withUnsafeBytes { try write($0) }
    try rows.drain(write)
  }
}
