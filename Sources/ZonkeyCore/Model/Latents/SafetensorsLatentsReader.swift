import ZonkeyBase

/// Reads latents out of a .safetensors file, one document after another; see
/// `SafetensorsLatents`.
///
/// The arrays may stand in any order. Only `latents` and `offsets` are needed: without the
/// others the documents are numbered from 1 and the rest is unknown. For a document without
/// segments the starts are known: there are none.
package final class SafetensorsLatentsReader: LatentsSource {
  private let arrays: SafetensorsArrays
  private let level: Int
  private let model: String
  private let width: Int
  private let precision: LatentsPrecision
  private let documentCount: Int
  private let rowCount: Int

  private let latents: FileCursor
  private let offsets: FileCursor
  private let starts: FileCursor?
  private let bytes: FileCursor?
  private let numbers: FileCursor?
  private let ids: FileCursor?
  private let fields: FileCursor?
  private var inner: [Inner] = []
  private var documentsRead = 0
  private var rowsRead = 0

  /// The starts of a lower level.
  private struct Inner {
    let starts: FileCursor
    let offsets: FileCursor
    let count: Int
    var startsRead = 0
  }

  package init(_ file: RandomAccessFile) throws(ZonkeyError) {
    let arrays = try SafetensorsArrays(file)
    self.arrays = arrays
    (model, level) = try arrays.origin()
    let table = try arrays.entry(SafetensorsLatents.latents, dimensions: 2)
    guard let table else { throw arrays.failure("no array 'latents'", 0) }
    precision = table.type == .float16 ? .f16 : .f32
    guard table.type == precision.elementType else {
      throw arrays.failure("the latents are \(table.type.rawValue); convert them to F32 or F16", 0)
    }
    (rowCount, width) = (table.shape[0], table.shape[1])
    if let reason = DocumentLatents.sizeProblem(count: 0, width: width) {
      throw arrays.failure(reason, 0)
    }
    latents = arrays.cursor(table)
    guard let offsets = try arrays.integers(SafetensorsLatents.offsets, count: nil),
      offsets.count > 0
    else { throw arrays.failure("no array 'offsets' with the rows of each document", 0) }
    documentCount = offsets.count - 1
    self.offsets = offsets.cursor
    starts = try arrays.integers(SafetensorsLatents.starts, count: rowCount)?.cursor
    bytes = try arrays.integers(SafetensorsLatents.bytes, count: documentCount)?.cursor
    numbers = try arrays.integers(SafetensorsLatents.numbers, count: documentCount)?.cursor
    ids = try arrays.texts(SafetensorsLatents.ids)
    fields = try arrays.texts(SafetensorsLatents.fields)
    try arrays.checkOffsets(SafetensorsLatents.offsets, end: rowCount)
    _ = try self.offsets.integer()
    for lower in 0..<level {
      let name = SafetensorsLatents.innerOffsets(lower)
      guard let starts = try arrays.integers(SafetensorsLatents.inner(lower), count: nil),
        let offsets = try arrays.integers(name, count: documentCount + 1)
      else {
        inner = []
        break
      }
      try arrays.checkOffsets(name, end: starts.count)
      _ = try offsets.cursor.integer()
      inner.append(Inner(starts: starts.cursor, offsets: offsets.cursor, count: starts.count))
    }
  }

  var hasWaiting: Bool { true }

  var bytesRead: Int {
    let cursors = [latents, offsets, starts, bytes, numbers, ids] + inner.map(\.starts)
    return cursors.reduce(arrays.dataStart) { $0 + ($1?.bytesRead ?? 0) }
  }

  package func next() throws(ZonkeyError) -> DocumentLatents? {
    guard documentsRead < documentCount else { return nil }
    documentsRead += 1
    let place = latents.offset
    let count = try nextCount(offsets, since: rowsRead, limit: rowCount)
    rowsRead += count
    if let reason = DocumentLatents.sizeProblem(count: count, width: width) {
      throw arrays.failure(reason, place)
    }
    var document = DocumentLatents(
      number: try numbers?.integer() ?? documentsRead, id: try nextID(), level: level,
      model: model, width: width, values: try nextValues(count * width),
      starts: try nextStarts(count), inner: try nextInner(isEmpty: count == 0),
      byteCount: try bytes?.integer().flatMap { $0 == -1 ? nil : $0 })
    document.fields = try nextFields()
    if let reason = document.problem {
      throw arrays.failure("document \(document.number): \(reason)", place)
    }
    return document
  }

  /// The elements up to the next offset, which must not go back nor beyond the end.
  private func nextCount(
    _ offsets: FileCursor, since last: Int, limit: Int
  ) throws(ZonkeyError) -> Int {
    let place = offsets.offset
    guard let next = try offsets.integer(), last...limit ~= next else {
      throw arrays.failure("the offsets of the documents do not ascend", place)
    }
    return next - last
  }

  private func nextValues(_ count: Int) throws(ZonkeyError) -> [Float] {
    let elementBytes = precision.elementType.byteCount
    var values: [Float] = []
    values.reserveCapacity(count)
    while values.count < count {
      let place = latents.offset
      let piece = try latents.take((count - values.count) * elementBytes)
      if piece.isEmpty { throw arrays.failure("the latents end too soon", place) }
      if let bad = precision.decode(piece, into: &values) {
        throw arrays.failure("a latent is not a finite number", place + bad * elementBytes)
      }
    }
    return values
  }

  private func nextStarts(_ count: Int) throws(ZonkeyError) -> [Int]? {
    if count == 0 { return [] }
    guard let starts else { return nil }
    let values = try integers(starts, count)
    return values.allSatisfy { $0 == -1 } ? nil : values
  }

  /// The starts of the lower levels; unknown when there are none for segments that are there.
  private func nextInner(isEmpty: Bool) throws(ZonkeyError) -> [[Int]]? {
    if inner.isEmpty { return isEmpty && level > 0 ? Array(repeating: [], count: level) : nil }
    var levels: [[Int]] = []
    for index in inner.indices {
      let part = inner[index]
      let count = try nextCount(part.offsets, since: part.startsRead, limit: part.count)
      inner[index].startsRead += count
      levels.append(try integers(part.starts, count))
    }
    return !isEmpty && levels.allSatisfy(\.isEmpty) ? nil : levels
  }

  private func integers(_ cursor: FileCursor, _ count: Int) throws(ZonkeyError) -> [Int] {
    var values: [Int] = []
    values.reserveCapacity(count)
    while values.count < count {
      let place = cursor.offset
      guard let value = try cursor.integer() else {
        throw arrays.failure("the starts end too soon", place)
      }
      values.append(value)
    }
    return values
  }

  /// The next line of `ids`: a JSON string, a number or null.
  private func nextID() throws(ZonkeyError) -> DocumentID? {
    guard let ids else { return nil }
    let place = ids.offset
    let line = try nextLine(of: ids, "ids")
    let value = try? JSONValue(parsing: line)
    switch value {
    case .null?: return nil
    // As it is written: a number may have more digits than any type of ours.
    case .integer?, .number?: return .number(String(decoding: line, as: UTF8.self))
    case .string(let text)?: return .string(text)
    default: throw arrays.failure("an id is neither a JSON string nor a number nor null", place)
    }
  }

  /// The next line of `fields`: a JSON object.
  private func nextFields() throws(ZonkeyError) -> [KeptField] {
    guard let fields else { return [] }
    let place = fields.offset
    guard let object = (try? JSONValue(parsing: nextLine(of: fields, "fields")))?.objectValue else {
      throw arrays.failure("the fields of a document are no JSON object", place)
    }
    return object.members.map { KeptField(name: $0.key, json: $0.value.serialised()) }
  }

  private func nextLine(of texts: FileCursor, _ name: String) throws(ZonkeyError) -> [UInt8] {
    let place = texts.offset
    var line: [UInt8] = []
    while true {
      let piece = try texts.take(1)
      if piece.isEmpty || line.count > Self.maximumLineBytes {
        throw arrays.failure("the \(name) are not one line for each document", place)
      }
      if piece[0] == UInt8(ascii: "\n") { return line }
      line.append(piece[0])
    }
  }

  /// The longest line of `ids` and `fields`.
  private static let maximumLineBytes = 1 << 24
}
