import ZonkeyBase

/// Reads latents out of JSONL, one row a document.
///
/// Blank lines, a byte order mark at the beginning and unknown fields are passed over; `id`,
/// `starts`, `inner` and `bytes` may be missing or `null`.
final class JSONLLatentsReader: LatentsSource {
  /// The longest row: base64 of the most numbers that a document may have, and its starts.
  static let maximumRowBytes = 1 << 33

  private let input: TextInput
  private var line = 0
  private var bytes: [UInt8] = []
  private var width: Int?

  init(_ input: TextInput) {
    self.input = input
  }

  var hasWaiting: Bool { input.hasLine }

  func next() throws(ZonkeyError) -> DocumentLatents? {
    while true {
      let offset = input.offset
      line += 1
      bytes.removeAll(keepingCapacity: bytes.capacity < 1 << 24)
      let ending = try input.read(until: 0x0A, appendingTo: &bytes, limit: Self.maximumRowBytes)
      guard let ending else { return nil }
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
      document = try LatentsRow(row).document()
    } catch {
      throw failure(error.reason, offset)
    }
    if let width, width != document.width {
      throw failure(
        "rows of \(document.width) numbers follow rows of \(width); give each model its own file",
        offset)
    }
    width = document.width
    return document
  }

  private func failure(_ reason: String, _ offset: Int) -> ZonkeyError {
    .badInput(source: input.source, line: line, offset: offset, reason: reason)
  }
}

/// Why a row is no document's latents.
private struct RowError: Error {
  let reason: String
}

/// The fields of one row.
private struct LatentsRow {
  private let row: JSONObject

  init(_ value: JSONValue) throws(RowError) {
    guard let row = value.objectValue else { throw RowError(reason: "the row is not an object") }
    self.row = row
  }

  func document() throws(RowError) -> DocumentLatents {
    let shape = try integers(required("shape"), "shape")
    guard shape.count == 2 else { throw wrong("shape", "two sizes, segments and numbers of each") }
    if let reason = DocumentLatents.sizeProblem(count: shape[0], width: shape[1]) {
      throw RowError(reason: reason)
    }
    let level = try integer("level")
    let inner = try field("inner").map { value throws(RowError) in
      guard let levels = value.arrayValue else { throw wrong("inner", "a list of lists") }
      return try levels.map { level throws(RowError) in try integers(level, "inner") }
    }
    let document = DocumentLatents(
      number: try integer("doc"), id: try id(), level: level, model: try string("model"),
      width: shape[1], values: try values(count: shape[0] * shape[1]),
      starts: try field("starts").map { value throws(RowError) in
        try integers(value, "starts")
      }, inner: level == 0 && inner?.isEmpty == true ? nil : inner,
      byteCount: try field("bytes") == nil ? nil : integer("bytes"))
    if let reason = document.problem { throw RowError(reason: reason) }
    return document
  }

  /// A field's value; `nil` when it is missing or null.
  private func field(_ key: String) throws(RowError) -> JSONValue? {
    guard let value = row[key], !value.isNull else { return nil }
    return value
  }

  private func required(_ key: String) throws(RowError) -> JSONValue {
    guard let value = try field(key) else {
      throw RowError(reason: "no field \"\(key)\"; give rows that 'zk encode' wrote")
    }
    return value
  }

  private func integer(_ key: String) throws(RowError) -> Int {
    guard let value = try required(key).intValue else { throw wrong(key, "a whole number") }
    return value
  }

  private func string(_ key: String) throws(RowError) -> String {
    guard let value = try required(key).stringValue else { throw wrong(key, "a string") }
    return value
  }

  /// A string, or a whole number as its digits.
  private func id() throws(RowError) -> String? {
    guard let value = try field("id") else { return nil }
    guard let text = value.stringValue ?? value.intValue.map(String.init) else {
      throw wrong("id", "a string")
    }
    return text
  }

  private func integers(_ value: JSONValue, _ key: String) throws(RowError) -> [Int] {
    guard let elements = value.arrayValue else { throw wrong(key, "a list of whole numbers") }
    var integers: [Int] = []
    integers.reserveCapacity(elements.count)
    for element in elements {
      guard let integer = element.intValue else { throw wrong(key, "a list of whole numbers") }
      integers.append(integer)
    }
    return integers
  }

  private func values(count: Int) throws(RowError) -> [Float] {
    guard let precision = LatentsPrecision(rawValue: try string("dtype")) else {
      throw wrong("dtype", "\"f32\" or \"f16\"")
    }
    var text = try string("latents")
    let byteCount = count * precision.elementType.byteCount
    guard text.utf8.count == (byteCount + 2) / 3 * 4 else {
      throw RowError(
        reason: "the shape needs \(byteCount) bytes of latents, which are "
          + "\((byteCount + 2) / 3 * 4) characters of base64, but there are \(text.utf8.count)")
    }
    guard let bytes = text.withUTF8({ Base64.decode($0) }), bytes.count == byteCount else {
      throw wrong("latents", "base64 with padding")
    }
    var values: [Float] = []
    values.reserveCapacity(count)
    if let place = bytes.withUnsafeBytes({ precision.decode($0, into: &values) }) {
      throw RowError(reason: "number \(place) of the latents is not finite")
    }
    return values
  }

  private func wrong(_ key: String, _ wanted: String) -> RowError {
    RowError(reason: "the field \"\(key)\" is not \(wanted)")
  }
}
