import ZonkeyBase

/// Reads latents out of a structured array of numpy; see `NpyHeader`.
///
/// Elements that follow each other with the same number are one document; a start at byte 0
/// begins another one even so. Documents without segments have no element and are not given.
final class NpyLatentsReader: LatentsSource {
  private let input: TextInput
  private let header: NpyHeader
  private let rowCount: Int
  /// The elements that were read.
  private var rowsRead = 0
  /// The last of them, which belongs to no document yet.
  private var row: [UInt8] = []

  init(_ input: TextInput) throws(ZonkeyError) {
    self.input = input
    var start: [UInt8] = []
    try Self.read(NpyHeader.magic.count + 4, from: input, into: &start)
    let version = start.dropFirst(NpyHeader.magic.count).first ?? 0
    guard 1...3 ~= version else {
      throw .badInput(
        source: input.source, line: nil, offset: NpyHeader.magic.count,
        reason: "version \(version) of .npy, or damaged; save it with version 1, 2 or 3")
    }
    // Version 1 has the length in two bytes, the later ones in four.
    if version > 1 { try Self.read(start.count + 2, from: input, into: &start) }
    let length = start.dropFirst(NpyHeader.magic.count + 2).reversed().reduce(0) {
      $0 << 8 | Int($1)
    }
    guard length <= NpyHeader.maximumBytes else {
      throw .badInput(
        source: input.source, line: nil, offset: NpyHeader.magic.count + 2,
        reason: "a header of \(length) bytes is none of latents")
    }
    let offset = input.offset
    var text: [UInt8] = []
    try Self.read(length, from: input, into: &text)
    do {
      (header, rowCount) = try NpyHeader.parse(text)
    } catch {
      throw .badInput(source: input.source, line: nil, offset: offset, reason: error.reason)
    }
  }

  var hasWaiting: Bool { !input.available.isEmpty }

  func next() throws(ZonkeyError) -> DocumentLatents? {
    if row.isEmpty, try !readRow() { return nil }
    let offset = input.offset - row.count
    let number = integer(at: header.offsets.number)
    let byteCount = integer(at: header.offsets.bytes)
    var starts: [Int] = []
    var values: [Float] = []
    repeat {
      if values.count + header.width > DocumentLatents.maximumValueCount {
        throw failure(
          "document \(number) has more than \(DocumentLatents.maximumValueCount) numbers", offset)
      }
      if integer(at: header.offsets.bytes) != byteCount {
        throw failure("document \(number) has two lengths", input.offset - row.count)
      }
      starts.append(integer(at: header.offsets.start))
      try takeNumbers(into: &values)
    } while try readRow() && integer(at: header.offsets.number) == number
      && integer(at: header.offsets.start) != 0
    let document = DocumentLatents(
      number: number, level: header.level, model: header.model, width: header.width,
      values: values, starts: starts.allSatisfy { $0 == -1 } ? nil : starts,
      byteCount: byteCount == -1 ? nil : byteCount)
    if let reason = document.problem { throw failure(reason, offset) }
    return document
  }

  /// Reads the next element; false at the end of the array, which must be that of the file.
  private func readRow() throws(ZonkeyError) -> Bool {
    row.removeAll(keepingCapacity: true)
    if rowsRead == rowCount {
      if input.available.isEmpty, try !input.fill() { return false }
      throw failure("bytes after the \(rowCount) elements; the file is damaged", input.offset)
    }
    do {
      try Self.read(header.rowBytes, from: input, into: &row)
    } catch {
      // An element that is cut off belongs to no document.
      row.removeAll()
      throw error
    }
    rowsRead += 1
    return true
  }

  private func takeNumbers(into values: inout [Float]) throws(ZonkeyError) {
    let first = header.offsets.latent
    let place = row[first..<first + header.latentBytes].withUnsafeBytes {
      header.precision.decode($0, into: &values)
    }
    guard let place else { return }
    let offset = input.offset - row.count + first
    throw failure(
      "a latent is not a finite number",
      offset + place * header.precision.elementType.byteCount)
  }

  private func integer(at place: Int) -> Int {
    row[place..<place + 8].withUnsafeBytes {
      Int(Int64(littleEndian: $0.loadUnaligned(as: Int64.self)))
    }
  }

  private func failure(_ reason: String, _ offset: Int) -> ZonkeyError {
    .badInput(source: input.source, line: nil, offset: offset, reason: reason)
  }

  /// Appends bytes until there are `count`; throws when the file ends before.
  private static func read(
    _ count: Int, from input: TextInput, into bytes: inout [UInt8]
  ) throws(ZonkeyError) {
    try input.take(until: count, into: &bytes)
    if bytes.count < count {
      throw .badInput(
        source: input.source, line: nil, offset: input.offset,
        reason: "the .npy file ends too soon; it is cut off")
    }
  }
}
