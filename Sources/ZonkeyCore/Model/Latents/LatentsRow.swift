import ZonkeyBase

/// Why a row is no document's latents.
struct RowError: Error {
  let reason: String
}

/// The fields of one row of JSON that tells of a document's latents.
///
/// Unknown fields are kept: they were carried along from the document.
struct LatentsRow {
  private let row: JSONObject
  private let text: [UInt8]
  let count: Int
  let width: Int

  static let names: Set<String> = [
    "doc", "id", "level", "shape", "starts", "inner", "bytes", "dtype", "latents", "model",
  ]

  /// Reads the sizes of a row; `text` is what `value` was parsed from.
  init(_ value: JSONValue, text: [UInt8]) throws(RowError) {
    self.text = text
    guard let row = value.objectValue else { throw RowError(reason: "the row is not an object") }
    self.row = row
    guard let value = row["shape"], !value.isNull else {
      throw RowError(reason: "no field \"shape\"; give rows that 'zk encode' wrote")
    }
    let sizes = value.arrayValue?.compactMap(\.intValue) ?? []
    guard sizes.count == 2, value.arrayValue?.count == 2 else {
      throw RowError(
        reason: "the field \"shape\" is not two sizes, segments and numbers of each")
    }
    (count, width) = (sizes[0], sizes[1])
    if let reason = DocumentLatents.sizeProblem(count: count, width: width) {
      throw RowError(reason: reason)
    }
  }

  /// The document, with its numbers.
  func document(values: [Float]) throws(RowError) -> DocumentLatents {
    let level = try integer("level")
    let inner = try field("inner").map { value throws(RowError) in
      guard let levels = value.arrayValue else { throw wrong("inner", "a list of lists") }
      return try levels.map { level throws(RowError) in try integers(level, "inner") }
    }
    var document = DocumentLatents(
      number: try integer("doc"), id: try id(), level: level, model: try string("model"),
      width: width, values: values,
      starts: try field("starts").map { value throws(RowError) in
        try integers(value, "starts")
      }, inner: level == 0 && inner?.isEmpty == true ? nil : inner,
      byteCount: try field("bytes") == nil ? nil : integer("bytes"))
    document.fields = row.members.filter { !Self.names.contains($0.key) }
      .map { KeptField(name: $0.key, json: $0.value.serialised()) }
    if let reason = document.problem { throw RowError(reason: reason) }
    return document
  }

  /// The numbers that the row holds itself, in base64.
  func values() throws(RowError) -> [Float] {
    guard let precision = LatentsPrecision(rawValue: try string("dtype")) else {
      throw wrong("dtype", "\"f32\" or \"f16\"")
    }
    var text = try string("latents")
    let byteCount = count * width * precision.elementType.byteCount
    guard text.utf8.count == (byteCount + 2) / 3 * 4 else {
      throw RowError(
        reason: "the shape needs \(byteCount) bytes of latents, which are "
          + "\((byteCount + 2) / 3 * 4) characters of base64, but there are \(text.utf8.count)")
    }
    guard let bytes = text.withUTF8({ Base64.decode($0) }), bytes.count == byteCount else {
      throw wrong("latents", "base64 with padding")
    }
    var values: [Float] = []
    values.reserveCapacity(count * width)
    if let place = bytes.withUnsafeBytes({ precision.decode($0, into: &values) }) {
      throw RowError(reason: "number \(place) of the latents is not finite")
    }
    return values
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

  private func id() throws(RowError) -> DocumentID? {
    guard let value = try field("id") else { return nil }
    if case .number(let number) = value, let digits = idDigits(of: number) {
      return .number(digits)
    }
    guard let id = DocumentID(value) else { throw wrong("id", "a string or a number") }
    return id
  }

  /// The id as it is written, which may have more digits than a `Double` holds.
  private func idDigits(of number: Double) -> String? {
    let key = Array("\"id\":".utf8)
    for place in text.indices where text[place...].starts(with: key) {
      let value = text[(place + key.count)...].drop { $0.isBlank }
      let digits = value.prefix { $0 != 0x2C && $0 != 0x7D && !$0.isBlank }
      let written = String(decoding: digits, as: UTF8.self)
      if Double(written) == number { return written }
    }
    return nil
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

  private func wrong(_ key: String, _ wanted: String) -> RowError {
    RowError(reason: "the field \"\(key)\" is not \(wanted)")
  }
}
