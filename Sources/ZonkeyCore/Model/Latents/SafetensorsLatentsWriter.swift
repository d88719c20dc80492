import ZonkeyBase

/// Writes latents as a .safetensors file; see `SafetensorsLatents`.
struct SafetensorsLatentsWriter: LatentsOutput {
  private let precision: LatentsPrecision
  private let level: Int
  private let width: Int
  private let model: String
  private let latents: Spool
  private let starts: Spool
  private let bytes: Spool
  private let numbers: Spool
  private let ids: Spool
  private let fields: Lines
  private let offsets: Offsets
  private let inner: [(starts: Spool, offsets: Offsets)]

  /// How many elements the documents have together, after each of them.
  private final class Offsets {
    let spool: Spool
    private(set) var last = 0

    init(directory: String) throws(ZonkeyError) {
      spool = try Spool(directory: directory)
      try spool.append(0)
    }

    func append(count: Int) throws(ZonkeyError) {
      last += count
      try spool.append(last)
    }
  }

  /// Lines of text, and whether any of them says something.
  private final class Lines {
    let spool: Spool
    private(set) var isNeeded = false

    init(directory: String) throws(ZonkeyError) {
      spool = try Spool(directory: directory)
    }

    func append(_ fields: [KeptField]) throws(ZonkeyError) {
      isNeeded = isNeeded || !fields.isEmpty
      var line = JSONLine()
      line.beginObject()
      line.fields(fields, except: [])
      line.endLine()
      try spool.append(line.bytes[...])
    }
  }

  init(
    precision: LatentsPrecision, level: Int, width: Int, model: String, directory: String
  ) throws(ZonkeyError) {
    self.precision = precision
    self.level = level
    self.width = width
    self.model = model
    latents = try Spool(directory: directory)
    starts = try Spool(directory: directory)
    bytes = try Spool(directory: directory)
    numbers = try Spool(directory: directory)
    ids = try Spool(directory: directory)
    fields = try Lines(directory: directory)
    offsets = try Offsets(directory: directory)
    var inner: [(Spool, Offsets)] = []
    for _ in 0..<level {
      inner.append((try Spool(directory: directory), try Offsets(directory: directory)))
    }
    self.inner = inner
  }

  func append(_ prepared: PreparedLatents) throws(ZonkeyError) -> [UInt8] {
    let document = prepared.document
    try latents.append(prepared.numbers)
    for index in 0..<prepared.count { try starts.append(document.starts?[index] ?? -1) }
    try end(
      number: document.number, id: document.id, fields: document.fields, count: prepared.count,
      byteCount: document.byteCount)
    for (level, target) in inner.enumerated() {
      let starts = document.inner?[level] ?? []
      for start in starts { try target.starts.append(start) }
      try target.offsets.append(count: starts.count)
    }
    return []
  }

  func append(part: EncodedDocument) throws(ZonkeyError) -> Bool {
    guard let encoded = precision.encode(part.latents) else { return false }
    try latents.append(encoded)
    let files = inner.map(\.starts) + [starts]
    for (spool, segments) in zip(files, part.segments) {
      for segment in segments { try spool.append(segment.start) }
    }
    return true
  }

  func endLong(
    _ document: LongDocument, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Int {
    let count = starts.byteCount / 8 - offsets.last
    try end(
      number: document.number, id: document.id, fields: document.fields, count: count,
      byteCount: document.byteCount)
    for target in inner {
      try target.offsets.append(count: target.starts.byteCount / 8 - target.offsets.last)
    }
    return count
  }

  /// Writes what is said once of a document, whose latents have been written.
  private func end(
    number: Int, id: DocumentID?, fields: [KeptField], count: Int, byteCount: Int?
  ) throws(ZonkeyError) {
    try offsets.append(count: count)
    try bytes.append(byteCount ?? -1)
    try numbers.append(number)
    let id =
      switch id {
      case .number(let text)?: Array(text.utf8)
      case .string(let text)?: JSONValue.string(text).serialised()
      case nil: JSONValue.null.serialised()
      }
    try ids.append((id + [UInt8(ascii: "\n")])[...])
    try self.fields.append(fields)
  }

  func finish(
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    table: ((UnsafeRawBufferPointer) throws -> Void)?
  ) throws {
    typealias Part = (name: String, type: ElementType, shape: [Int], spool: Spool)
    func integers(_ name: String, _ spool: Spool) -> Part {
      (name, .int64, [spool.byteCount / 8], spool)
    }
    var parts: [Part] = [
      (SafetensorsLatents.latents, precision.elementType, [offsets.last, width], latents),
      integers(SafetensorsLatents.starts, starts),
      integers(SafetensorsLatents.offsets, offsets.spool),
      integers(SafetensorsLatents.bytes, bytes),
      integers(SafetensorsLatents.numbers, numbers),
      (SafetensorsLatents.ids, .uint8, [ids.byteCount], ids),
    ]
    if fields.isNeeded {
      parts.append((SafetensorsLatents.fields, .uint8, [fields.spool.byteCount], fields.spool))
    }
    for (level, part) in inner.enumerated() {
      parts.append(integers(SafetensorsLatents.inner(level), part.starts))
      parts.append(integers(SafetensorsLatents.innerOffsets(level), part.offsets.spool))
    }
    let header = SafetensorsHeader(
      metadata: [
        "format": SafetensorsLatents.format, "model": model, "level": String(level),
      ], arrays: parts.map { ($0.name, $0.type, $0.shape) })
    try header.serialised().withUnsafeBytes { try write($0) }
    for index in header.dataOrder { try parts[index].spool.drain(write) }
  }
}
