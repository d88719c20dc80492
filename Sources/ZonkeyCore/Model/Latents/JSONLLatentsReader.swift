import ZonkeyBase

/// Reads latents out of JSONL, one row a document; the numbers stand in the rows or in a matrix.
///
/// Blank lines and a byte order mark at the beginning are passed over, unknown fields are carried
/// along; `id`, `starts`, `inner` and `bytes` may be missing or `null`.
final class JSONLLatentsReader: LatentsSource {
  /// The longest row: base64 of the most numbers that a document may have, and its starts.
  static let maximumRowBytes = 1 << 33

  private let input: TextInput
  private let matrix: NpyMatrix?
  private var line = 0
  private var bytes: [UInt8] = []
  private var width: Int?

  init(_ input: TextInput, matrix: NpyMatrix? = nil) {
    self.input = input
    self.matrix = matrix
  }

  var bytesRead: Int { matrix?.bytesRead ?? 0 }

  var hasWaiting: Bool { input.hasLine }

  func next() throws(ZonkeyError) -> DocumentLatents? {
    while true {
      let offset = input.offset
      line += 1
      bytes.removeAll(keepingCapacity: bytes.capacity < 1 << 24)
      let ending = try input.read(until: 0x0A, appendingTo: &bytes, limit: Self.maximumRowBytes)
      guard let ending else {
        if let left = matrix?.rowsLeft, left > 0 {
          throw failure("\(left) rows of the matrix belong to no document", offset)
        }
        return nil
      }
      if ending == .limit {
        throw failure("a row of more than \(Self.maximumRowBytes) bytes", offset)
      }
      // A mark is blanked rather than removed, so that offsets stay true.
      if offset == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        bytes.replaceSubrange(..<3, with: [0x20, 0x20, 0x20])
      }
      if bytes.allSatisfy(\.isBlank) { continue }
      return try document(offset: offset)
    }
  }

  private func document(offset: Int) throws(ZonkeyError) -> DocumentLatents {
    let row: JSONValue
    do {
      row = try JSONValue(parsing: bytes)
    } catch {
      throw failure("JSON: \(error.reason)", offset + error.offset)
    }
    let document: DocumentLatents
    do {
      let row = try LatentsRow(row)
      document = try row.document(values: try values(of: row))
    } catch let error as RowError {
      throw failure(error.reason, offset)
    } catch let error as ZonkeyError {
      throw error
    } catch {
      throw failure("\(error)", offset)
    }
    if let width, width != document.width {
      throw failure(
        "rows of \(document.width) numbers follow rows of \(width); give each model its own file",
        offset)
    }
    width = document.width
    return document
  }

  private func values(of row: LatentsRow) throws -> [Float] {
    guard let matrix else { return try row.values() }
    return try matrix.take(row.count, width: row.width)
  }

  private func failure(_ reason: String, _ offset: Int) -> ZonkeyError {
    .badInput(source: input.source, line: line, offset: offset, reason: reason)
  }
}
