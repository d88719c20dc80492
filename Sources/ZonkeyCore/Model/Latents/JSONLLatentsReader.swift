import ZonkeyBase

/// Reads latents out of JSONL, one row a document; the numbers stand in the rows or in a matrix.
///
/// Blank lines and a byte order mark at the beginning are passed over, unknown fields are carried
/// along; `id`, `starts`, `inner` and `bytes` may be missing or `null`.
package final class JSONLLatentsReader: LatentsSource {
  /// The longest row, base64 of 100 million numbers in half precision.
  static let maximumRowBytes = 1 << 29
  /// The most values of a row, starts nearly all of them: more than a row of text has.
  static let maximumRowValues = 1 << 23
  /// What a row may have whatever the size of the compressed bytes that it came from.
  static let freeRowBytes = 1 << 24

  private let input: BufferedInput
  private let matrix: NpyMatrix?
  private var line = 0
  private var bytes: [UInt8] = []
  private var width: Int?

  package init(_ input: BufferedInput, matrix: NpyMatrix? = nil) {
    self.input = input
    self.matrix = matrix
  }

  var bytesRead: Int { matrix?.bytesRead ?? 0 }

  var hasWaiting: Bool { input.hasLine }

  package func next() throws(ZonkeyError) -> DocumentLatents? {
    while true {
      let offset = input.offset
      line += 1
      bytes.removeAll(keepingCapacity: bytes.capacity < 1 << 24)
      guard try readRow(offset: offset) else {
        if let left = matrix?.rowsLeft, left > 0 {
          throw failure("\(left) rows of the matrix belong to no document", offset)
        }
        return nil
      }
      // A mark is blanked rather than removed, so that offsets stay true.
      if offset == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        bytes.replaceSubrange(..<3, with: [0x20, 0x20, 0x20])
      }
      if bytes.allSatisfy(\.isBlank) { continue }
      return try document(offset: offset)
    }
  }

  /// Takes a row into `bytes`; false when there is none.
  private func readRow(offset: Int) throws(ZonkeyError) -> Bool {
    while true {
      let stream = input.stream
      let plausible =
        stream.compression == .plain
        ? .max
        : Expansion.limit(compressed: stream.compressedBytesRead, free: Self.freeRowBytes)
      let room = min(Self.maximumRowBytes, plausible) - bytes.count
      guard room > 0 else {
        throw failure(
          plausible < Self.maximumRowBytes
            ? "\(stream.compressedBytesRead) compressed bytes become a row of more than "
              + "\(bytes.count), which latents never do"
            : "a row of more than \(Self.maximumRowBytes) bytes; cut the text into smaller "
              + "documents", offset)
      }
      switch try input.read(until: 0x0A, appendingTo: &bytes, limit: min(room, 1 << 20)) {
      case .limit: continue
      case nil: return !bytes.isEmpty
      case .delimiter, .endOfInput: return true
      }
    }
  }

  private func document(offset: Int) throws(ZonkeyError) -> DocumentLatents {
    let row: JSONValue
    do {
      row = try JSONValue(parsing: bytes, maximumValues: Self.maximumRowValues)
    } catch {
      throw failure("JSON: \(error.reason)", offset + error.offset)
    }
    let document: DocumentLatents
    do {
      let row = try LatentsRow(row, text: bytes)
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
