/// The content of a safetensors file: named arrays in their order, and texts about them.
///
/// The format is that of the `safetensors` project: eight bytes with the header's length, a
/// JSON header, then the arrays' bytes without gaps.
public struct SafetensorsFile: Equatable, Sendable {
  /// Names starting the header that belong to the format.
  static let metadataKey = "__metadata__"
  /// The longest header that the format allows.
  static let maximumHeaderBytes = 100_000_000

  public var metadata: [String: String]
  /// Names are unique, and none is `__metadata__`.
  public var tensors: [NamedArray]

  public init(metadata: [String: String] = [:], tensors: [NamedArray] = []) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The array of that name, if there is one.
  public subscript(name: String) -> NamedArray? {
    tensors.first { $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// The exact bytes of the file; the same content always gives the same bytes.
  ///
  /// The header lists the arrays in their order, `metadata` first and sorted. In the data the
  /// arrays with the widest elements come first, so that every array lies aligned, which some
  /// readers need when they map the file.
  public func serialised() -> [UInt8] {
    let layout = dataLayout()
    var header = headerText(starts: layout.starts)
    // Spaces bring the data to a multiple of eight bytes.
    header.append(contentsOf: repeatElement(0x20, count: (8 - header.count % 8) % 8))

    var output: [UInt8] = []
    output.reserveCapacity(8 + header.count + layout.byteCount)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { output.append(contentsOf: $0) }
    output.append(contentsOf: header)
    for index in layout.order { output.append(contentsOf: tensors[index].bytes) }
    return output
  }

  /// The fingerprint of the arrays that `isIncluded` picks: names, types, shapes and elements.
  ///
  /// Neither the order of the arrays nor the metadata matters.
  public func fingerprint(
    where isIncluded: (NamedArray) -> Bool = { _ in true }
  ) -> Fingerprint {
    var hasher = FingerprintHasher()
    let included = tensors.filter(isIncluded)
    for array in included.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      // Lengths before contents, so that no two lists of arrays give the same bytes.
      hasher.update(array.name.utf8.count)
      hasher.update(array.name.utf8)
      hasher.update(array.type.rawValue.utf8.count)
      hasher.update(array.type.rawValue.utf8)
      hasher.update(array.shape.count)
      for size in array.shape { hasher.update(size) }
      hasher.update(array.bytes)
    }
    return hasher.finish()
  }

  /// Where each array's bytes go, in which order, and how many there are.
  private func dataLayout() -> (order: [Int], starts: [Int], byteCount: Int) {
    let order = tensors.indices.sorted { left, right in
      let (first, second) = (tensors[left].type.byteCount, tensors[right].type.byteCount)
      return first == second ? left < right : first > second
    }
    var starts = [Int](repeating: 0, count: tensors.count)
    var position = 0
    for index in order {
      starts[index] = position
      position += tensors[index].bytes.count
    }
    return (order, starts, position)
  }

  private func headerText(starts: [Int]) -> [UInt8] {
    var writer = JSONWriter()
    var names: Set<[UInt8]> = [Array(Self.metadataKey.utf8)]
    writer.beginObject()
    if !metadata.isEmpty {
      writer.key(Self.metadataKey)
      writer.beginObject()
      let sorted = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for (key, value) in sorted {
        writer.key(key)
        writer.string(value)
      }
      writer.endObject()
    }
    for (array, start) in zip(tensors, starts) {
      precondition(
        names.insert(Array(array.name.utf8)).inserted, "the name \(array.name) is taken")
      writer.key(array.name)
      writer.beginObject()
      writer.key("dtype")
      writer.string(array.type.rawValue)
      writer.key("shape")
      writer.integers(array.shape)
      writer.key("data_offsets")
      writer.integers([start, start + array.bytes.count])
      writer.endObject()
    }
    writer.endObject()
    return writer.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func integers(_ values: [Int]) {
    beginArray()
    for value in values { integer(value) }
    endArray()
  }
}
