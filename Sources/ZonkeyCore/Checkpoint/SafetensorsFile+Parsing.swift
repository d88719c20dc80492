extension SafetensorsFile {
  /// Reads the bytes of a safetensors file; the arrays share the memory of `bytes`.
  ///
  /// Nothing in the file is believed: every length, offset and shape is checked before it is
  /// used. Throws `badModel` with `path` for anything that the format does not allow.
  public init(parsing bytes: [UInt8], path: String) throws(ZonkeyError) {
    self = try SafetensorsParser(bytes: bytes, path: path).file()
  }

  /// Tells from the first eight bytes whether a file can be safetensors, before it is read.
  static func checkStart(
    _ start: some Collection<UInt8>, path: String
  ) throws(ZonkeyError) {
    _ = try SafetensorsParser(bytes: Array(start.prefix(8)), path: path).headerLength()
  }
}

/// Reads one file; a type of its own to have the path at hand for messages.
private struct SafetensorsParser {
  let bytes: [UInt8]
  let path: String

  /// What the header says about one array, checked by itself but not against the others.
  struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    let range: Range<Int>
  }

  func file() throws(ZonkeyError) -> SafetensorsFile {
    let length = try headerLength()
    guard length <= bytes.count - 8 else {
      throw damaged("its header should have \(length) bytes, but the file ends before")
    }
    let dataStart = 8 + length
    let header = try headerObject(bytes[8..<dataStart])
    var file = SafetensorsFile()
    var entries: [Entry] = []
    for member in header.members {
      if member.key == SafetensorsFile.metadataKey {
        file.metadata = try metadata(member.value)
      } else {
        entries.append(try entry(member.key, member.value))
      }
    }
    try checkTiling(entries, dataBytes: bytes.count - dataStart)
    file.tensors = entries.map { entry in
      let range = dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound
      return NamedArray(
        name: entry.name, shape: entry.shape, type: entry.type, bytes: bytes[range], path: path)
    }
    return file
  }

  /// The header's length from the first eight bytes, within the format's limit.
  func headerLength() throws(ZonkeyError) -> Int {
    guard bytes.count >= 8 else {
      throw bytes.isEmpty ? foreign("the file is empty") : foreign("it has under 8 bytes")
    }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(SafetensorsFile.maximumHeaderBytes) else {
      throw foreign("it begins neither as zstd nor as safetensors")
    }
    return Int(length)
  }

  private func headerObject(_ text: ArraySlice<UInt8>) throws(ZonkeyError) -> JSONObject {
    // Header, array, its shape: nothing in the format nests deeper.
    let value: JSONValue
    do {
      value = try JSONValue(parsing: text, maximumDepth: 8)
    } catch {
      throw damaged("its header is not JSON: byte \(8 + error.offset): \(error.reason)")
    }
    guard text.first == UInt8(ascii: "{"), let object = value.objectValue else {
      throw damaged("its header is not a JSON object")
    }
    return object
  }

  private func metadata(_ value: JSONValue) throws(ZonkeyError) -> [String: String] {
    guard let object = value.objectValue else { throw damaged("its metadata is not an object") }
    var metadata: [String: String] = [:]
    for member in object.members {
      guard let text = member.value.stringValue else {
        throw damaged("its metadata '\(brief(member.key))' is not a string")
      }
      // Two keys can differ in bytes and still be the same text to a dictionary.
      guard metadata.updateValue(text, forKey: member.key) == nil else {
        throw damaged("its metadata has '\(brief(member.key))' twice")
      }
    }
    return metadata
  }

  private func entry(_ name: String, _ value: JSONValue) throws(ZonkeyError) -> Entry {
    let title = brief(name)
    guard let dtype = value["dtype"]?.stringValue else {
      throw damaged("array '\(title)' has no dtype")
    }
    guard let type = ElementType(rawValue: dtype) else {
      throw ZonkeyError.badModel(
        path: path,
        reason: "array '\(title)' has the element type '\(brief(dtype))', which zk does not "
          + "read; convert it to F32, F16 or BF16")
    }
    guard let shape = sizes(value["shape"]) else {
      throw damaged("the shape of array '\(title)' is not a list of sizes")
    }
    guard let offsets = sizes(value["data_offsets"]), offsets.count == 2,
      offsets[0] <= offsets[1]
    else { throw damaged("the data_offsets of array '\(title)' are not a start and an end") }
    guard let byteCount = type.byteCount(shape: shape) else {
      throw damaged("the shape of array '\(title)' is too large")
    }
    guard byteCount == offsets[1] - offsets[0] else {
      throw damaged(
        "array '\(title)' needs \(byteCount) bytes for its shape, "
          + "but its data_offsets hold \(offsets[1] - offsets[0])")
    }
    return Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// A list of whole numbers from 0 up; `nil` for anything else.
  private func sizes(_ value: JSONValue?) -> [Int]? {
    guard let elements = value?.arrayValue else { return nil }
    var sizes: [Int] = []
    sizes.reserveCapacity(elements.count)
    for element in elements {
      guard let size = element.intValue, size >= 0 else { return nil }
      sizes.append(size)
    }
    return sizes
  }

  /// Makes sure that the arrays fill the data from first to last byte, without overlap.
  private func checkTiling(_ entries: [Entry], dataBytes: Int) throws(ZonkeyError) {
    let sorted = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var position = 0
    for entry in sorted {
      guard entry.range.lowerBound == position else {
        throw damaged(
          "array '\(brief(entry.name))' should begin at byte \(position) of the data, "
            + "but its data_offsets say \(entry.range.lowerBound)")
      }
      position = entry.range.upperBound
    }
    guard position == dataBytes else {
      throw damaged("its arrays need \(position) bytes of data, but the file has \(dataBytes)")
    }
  }

  /// A name from the file, short enough for a message.
  private func brief(_ name: String) -> String {
    name.utf8.count <= 80 ? name : name.prefix(40) + "…"
  }

  private func damaged(_ what: String) -> ZonkeyError {
    .badModel(
      path: path,
      reason: "the safetensors file is damaged: \(what); copy it again or use an older one")
  }

  private func foreign(_ what: String) -> ZonkeyError {
    .badModel(
      path: path, reason: "not a checkpoint: \(what); give a file that 'zk train' wrote")
  }
}
