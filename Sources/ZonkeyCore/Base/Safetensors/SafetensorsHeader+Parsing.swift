/// Why the header of a safetensors file cannot be used; callers know the file.
package enum SafetensorsError: Error, Equatable {
  /// The format does not allow what is there.
  case damaged(String)
  /// The format allows it, but zk cannot read it.
  case unreadable(String)

  /// The reason with the way out.
  package var reason: String {
    switch self {
    case .damaged(let what):
      "the safetensors file is damaged: \(what); copy it again or use an older one"
    case .unreadable(let what): what
    }
  }
}

extension SafetensorsHeader {
  /// The length of the header's text from a file's first eight bytes; `nil` when they are fewer
  /// or the format does not allow so long a header.
  package static func textLength(_ start: some Collection<UInt8>) -> Int? {
    let start = Array(start.prefix(8))
    guard start.count == 8 else { return nil }
    let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length <= UInt64(maximumTextBytes) ? Int(length) : nil
  }

  /// Reads the header's text of a file whose data has `dataBytes` bytes, where that is known.
  ///
  /// Every type, offset and shape is checked, and that the arrays fill the data.
  package init(parsing text: ArraySlice<UInt8>, dataBytes: Int?) throws(SafetensorsError) {
    let object = try Self.headerObject(text)
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    for member in object.members {
      if member.key == Self.metadataKey {
        metadata = try Self.metadata(member.value)
      } else {
        entries.append(try Self.entry(member.key, member.value))
      }
    }
    try Self.checkTiling(entries, dataBytes: dataBytes)
    self.init(metadata: metadata, entries: entries)
  }

  private static func headerObject(_ text: ArraySlice<UInt8>) throws(SafetensorsError) -> JSONObject
  {
    // Header, array, its shape: nothing in the format nests deeper.
    let value: JSONValue
    do {
      value = try JSONValue(parsing: text, maximumDepth: 8)
    } catch {
      throw .damaged("its header is not JSON: byte \(8 + error.offset): \(error.reason)")
    }
    guard text.first == UInt8(ascii: "{"), let object = value.objectValue else {
      throw .damaged("its header is not a JSON object")
    }
    return object
  }

  private static func metadata(_ value: JSONValue) throws(SafetensorsError) -> [String: String] {
    guard let object = value.objectValue else { throw .damaged("its metadata is not an object") }
    var metadata: [String: String] = [:]
    for member in object.members {
      guard let text = member.value.stringValue else {
        throw .damaged("its metadata '\(brief(member.key))' is not a string")
      }
      // Two keys can differ in bytes and still be the same text to a dictionary.
      guard metadata.updateValue(text, forKey: member.key) == nil else {
        throw .damaged("its metadata has '\(brief(member.key))' twice")
      }
    }
    return metadata
  }

  private static func entry(_ name: String, _ value: JSONValue) throws(SafetensorsError) -> Entry {
    let title = brief(name)
    guard let dtype = value["dtype"]?.stringValue else {
      throw .damaged("array '\(title)' has no dtype")
    }
    guard let type = ElementType(rawValue: dtype) else {
      throw .unreadable(
        "array '\(title)' has the element type '\(brief(dtype))', which zk does not "
          + "read; convert it to F32, F16 or BF16")
    }
    guard let shape = sizes(value["shape"]) else {
      throw .damaged("the shape of array '\(title)' is not a list of sizes")
    }
    guard let offsets = sizes(value["data_offsets"]), offsets.count == 2,
      offsets[0] <= offsets[1]
    else { throw .damaged("the data_offsets of array '\(title)' are not a start and an end") }
    guard let byteCount = type.byteCount(shape: shape) else {
      throw .damaged("the shape of array '\(title)' is too large")
    }
    guard byteCount == offsets[1] - offsets[0] else {
      throw .damaged(
        "array '\(title)' needs \(byteCount) bytes for its shape, "
          + "but its data_offsets hold \(offsets[1] - offsets[0])")
    }
    return Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// A list of whole numbers from 0 up; `nil` for anything else.
  private static func sizes(_ value: JSONValue?) -> [Int]? {
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
  private static func checkTiling(_ entries: [Entry], dataBytes: Int?) throws(SafetensorsError) {
    let sorted = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var position = 0
    for entry in sorted {
      guard entry.range.lowerBound == position else {
        throw .damaged(
          "array '\(brief(entry.name))' should begin at byte \(position) of the data, "
            + "but its data_offsets say \(entry.range.lowerBound)")
      }
      position = entry.range.upperBound
    }
    if let dataBytes, position != dataBytes {
      throw .damaged("its arrays need \(position) bytes of data, but the file has \(dataBytes)")
    }
  }

  /// A name from the file, short enough for a message.
  private static func brief(_ name: String) -> String {
    name.utf8.count <= 80 ? name : name.prefix(40) + "…"
  }
}
