import ZonkeyBase

/// The arrays of a .safetensors file on disk, with the checks that latents need.
struct SafetensorsArrays {
  /// The longest header that is read; zk's own has under 4 KiB.
  static let maximumHeaderBytes = 1 << 20

  let file: RandomAccessFile
  /// Where the arrays' data begins in the file.
  let dataStart: Int
  private let header: SafetensorsHeader

  /// Reads the header; throws `.badInput` when it is damaged or does not fit to the file.
  init(_ file: RandomAccessFile) throws(ZonkeyError) {
    self.file = file
    let length = SafetensorsHeader.textLength(try file.bytes(in: 0..<min(8, file.byteCount)))
    guard let length, length <= Self.maximumHeaderBytes, length <= file.byteCount - 8 else {
      throw .badInput(
        source: file.source, line: nil, offset: 0,
        reason: "the safetensors header does not fit to the file, which is cut off or none of "
          + "latents")
    }
    dataStart = 8 + length
    let text = try file.bytes(in: 8..<dataStart)
    do throws(SafetensorsError) {
      header = try SafetensorsHeader(parsing: text[...], dataBytes: file.byteCount - dataStart)
    } catch {
      throw .badInput(source: file.source, line: nil, offset: 8, reason: error.reason)
    }
  }

  func failure(_ reason: String, _ offset: Int) -> ZonkeyError {
    .badInput(
      source: file.source, line: nil, offset: offset, reason: "safetensors: \(reason)")
  }

  /// The model and the level that the metadata name.
  func origin() throws(ZonkeyError) -> (model: String, level: Int) {
    guard let format = header.metadata["format"], let model = header.metadata["model"],
      let level = header.metadata["level"].flatMap({ Int($0) })
    else {
      throw failure(
        "the metadata do not say of which model and level the latents are; save the file with "
          + "the metadata that 'zk encode' wrote (format, model, level)", 8)
    }
    guard format == SafetensorsLatents.format else {
      throw failure(
        "the format is '\(format.prefix(40))', this zk reads '\(SafetensorsLatents.format)'", 8)
    }
    let empty = DocumentLatents(number: 1, level: level, model: model, width: 1, values: [])
    if let reason = empty.problem { throw failure(reason, 8) }
    return (model, level)
  }

  /// The array of that name, if there is one; throws when its shape has other dimensions.
  func entry(_ name: String, dimensions: Int) throws(ZonkeyError) -> SafetensorsHeader.Entry? {
    guard let entry = header.entries.first(where: { $0.name == name }) else { return nil }
    guard entry.shape.count == dimensions else {
      throw failure("'\(name)' has \(entry.shape.count) dimensions, not \(dimensions)", 8)
    }
    return entry
  }

  func cursor(_ entry: SafetensorsHeader.Entry) -> FileCursor {
    FileCursor(file, dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound)
  }

  /// A list of I64, if it is there; throws when it has another type or not `count` elements.
  func integers(
    _ name: String, count: Int?
  ) throws(ZonkeyError) -> (cursor: FileCursor, count: Int)? {
    guard let entry = try entry(name, dimensions: 1) else { return nil }
    guard entry.type == .int64 else {
      throw failure("'\(name)' is \(entry.type.rawValue) where I64 should be", 8)
    }
    if let count, entry.shape[0] != count {
      throw failure("'\(name)' has \(entry.shape[0]) elements where \(count) should be", 8)
    }
    return (cursor(entry), entry.shape[0])
  }

  /// Bytes of text, if they are there; throws when they have another type.
  func texts(_ name: String) throws(ZonkeyError) -> FileCursor? {
    guard let entry = try entry(name, dimensions: 1) else { return nil }
    guard entry.type == .uint8 else {
      throw failure("'\(name)' is \(entry.type.rawValue) where U8 should be", 8)
    }
    return cursor(entry)
  }

  /// Makes sure that offsets begin with 0 and end with `end`.
  func checkOffsets(_ name: String, end: Int) throws(ZonkeyError) {
    guard let entry = try entry(name, dimensions: 1) else { return }
    let (start, last) = (dataStart + entry.range.lowerBound, dataStart + entry.range.upperBound)
    guard try FileCursor(file, start..<last).integer() == 0 else {
      throw failure("'\(name)' does not begin with 0", start)
    }
    guard try FileCursor(file, last - 8..<last).integer() == end else {
      throw failure("'\(name)' does not end with \(end)", last - 8)
    }
  }
}
