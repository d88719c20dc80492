import ZonkeyBase

/// The rows of an .npy matrix, which are taken out from the first to the last.
package final class NpyMatrix {
  private let cursor: FileCursor
  private let source: String
  private let header: NpyHeader
  private var rowsTaken = 0

  init(_ file: RandomAccessFile, from start: Int, header: NpyHeader, source: String) {
    cursor = FileCursor(file, start..<start + header.dataBytes)
    self.header = header
    self.source = source
  }

  var bytesRead: Int { cursor.bytesRead }
  var rowsLeft: Int { header.rowCount - rowsTaken }

  /// The numbers of the next `count` rows of `width`.
  func take(_ count: Int, width: Int) throws(ZonkeyError) -> [Float] {
    if count > 0 && width != header.width {
      throw failure("rows of \(header.width) numbers where the documents have \(width)")
    }
    guard count <= rowsLeft else {
      throw failure(
        "\(rowsLeft) rows are left of the matrix where a document has \(count); the matrix and "
          + "the rows of its documents do not belong together")
    }
    rowsTaken += count
    var values: [Float] = []
    values.reserveCapacity(count * width)
    while values.count < count * width {
      let elementBytes = header.precision.elementType.byteCount
      let (place, known) = (cursor.offset, values.count)
      let piece = try cursor.take((count * width - known) * elementBytes)
      if piece.isEmpty { throw failure(NpyHeader.tooShort) }
      if let bad = header.precision.decode(piece, into: &values) {
        throw .badInput(
          source: source, line: nil, offset: place + bad * elementBytes,
          reason: "a latent is not a finite number")
      }
    }
    return values
  }

  private func failure(_ reason: String) -> ZonkeyError {
    .badInput(source: source, line: nil, offset: cursor.offset, reason: reason)
  }
}

extension NpyMatrix {
  /// Opens an .npy file of latents of which nothing has been read: its matrix, and the input that
  /// has the rows of its documents.
  ///
  /// `direct` is the file itself, when it can be read at any place; else the matrix is copied to a
  /// temporary file. Throws `.badInput` when there are no rows.
  package static func open(
    _ input: BufferedInput, direct: RandomAccessFile?, temporaryDirectory: String
  ) throws(ZonkeyError) -> (matrix: NpyMatrix, rows: BufferedInput) {
    let source = input.source
    let header = try NpyHeader.read(from: input)
    let start = input.offset
    let spool = direct == nil ? try Spool(directory: temporaryDirectory) : nil
    if let direct, direct.byteCount < start + header.dataBytes {
      throw .badInput(
        source: source, line: nil, offset: direct.byteCount, reason: NpyHeader.tooShort)
    }
    let hasMore = direct.map { $0.byteCount > start + header.dataBytes } ?? true
    if hasMore { try pass(header.dataBytes, of: input, into: spool) }
    let file: RandomAccessFile
    if let direct {
      file = direct
    } else if let spool {
      file = try spool.finished(source: source)
    } else {
      throw .io(path: source, reason: "no place for the matrix")
    }
    let matrix = NpyMatrix(
      file, from: direct == nil ? 0 : start, header: header, source: source)
    if hasMore {
      if !input.available.isEmpty { return (matrix, input) }
      if try input.fill() { return (matrix, input) }
    }
    if let table = try tableBeside(source) { return (matrix, table) }
    // Nothing is missing for no segments: there were no documents.
    if header.rowCount == 0 { return (matrix, input) }
    let name = LatentsFormat.tableName(of: source)
    throw .badInput(
      source: source, line: nil, offset: nil,
      reason: "the matrix alone does not say which rows are which document; "
        + (source == "-"
          ? "name the file, or pipe the rows behind it, as cat NAME.npy NAME.npy.jsonl does"
          : "put \(name) beside it"))
  }

  /// Takes bytes out of the input, to `spool` if there is one.
  private static func pass(
    _ count: Int, of input: BufferedInput, into spool: Spool?
  ) throws(ZonkeyError) {
    var left = count
    while left > 0 {
      if input.available.isEmpty, try !input.fill() {
        throw .badInput(
          source: input.source, line: nil, offset: input.offset, reason: NpyHeader.tooShort)
      }
      try input.checkCopy(of: count - left)
      let taken = min(left, input.available.count)
      try spool?.append(UnsafeRawBufferPointer(rebasing: input.available[..<taken]))
      input.take(taken)
      left -= taken
    }
  }

  private static func tableBeside(_ path: String) throws(ZonkeyError) -> BufferedInput? {
    guard path != "-" else { return nil }
    let name = LatentsFormat.tableName(of: path)
    let other = name.hasSuffix(".zst") ? String(name.dropLast(4)) : name + ".zst"
    for candidate in [name, other] {
      do {
        return BufferedInput(try ByteStream(path: candidate))
      } catch {
        guard case .noInput = error else { throw error }
      }
    }
    return nil
  }
}
