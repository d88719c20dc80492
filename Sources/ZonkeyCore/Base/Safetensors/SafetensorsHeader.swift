/// What stands before the data of a safetensors file: texts, and where each array lies.
package struct SafetensorsHeader: Equatable, Sendable {
  /// One array: its elements fill `range`, which counts from the start of the data.
  package struct Entry: Equatable, Sendable {
    package let name: String
    package let type: ElementType
    package let shape: [Int]
    package let range: Range<Int>
  }

  /// The key that belongs to the format.
  package static let metadataKey = "__metadata__"
  /// The longest text that the format allows.
  static let maximumTextBytes = 100_000_000

  package let metadata: [String: String]
  /// Names are unique, and none is `__metadata__`.
  package let entries: [Entry]

  package init(metadata: [String: String], entries: [Entry]) {
    self.metadata = metadata
    self.entries = entries
  }

  /// Lays arrays out without gaps.
  ///
  /// The header lists the arrays in their order. In the data those with the widest elements come
  /// first, so that every array lies aligned, which some readers need when they map the file.
  /// Names must differ, and the sizes must not overflow.
  package init(
    metadata: [String: String], arrays: [(name: String, type: ElementType, shape: [Int])]
  ) {
    let order = arrays.indices.sorted { left, right in
      let (first, second) = (arrays[left].type.byteCount, arrays[right].type.byteCount)
      return first == second ? left < right : first > second
    }
    var names: Set<[UInt8]> = [Array(Self.metadataKey.utf8)]
    var entries: [Entry?] = Array(repeating: nil, count: arrays.count)
    var position = 0
    for index in order {
      let (name, type, shape) = arrays[index]
      precondition(names.insert(Array(name.utf8)).inserted, "the name \(name) is taken")
      guard let byteCount = type.byteCount(shape: shape) else {
        preconditionFailure("the shape of \(name) is too large")
      }
      let range = position..<position + byteCount
      entries[index] = Entry(name: name, type: type, shape: shape, range: range)
      position = range.upperBound
    }
    self.init(metadata: metadata, entries: entries.compactMap(\.self))
  }

  /// The bytes of all arrays.
  package var dataBytes: Int { entries.reduce(0) { max($0, $1.range.upperBound) } }

  /// The indices of the entries as their bytes follow each other in the data.
  package var dataOrder: [Int] {
    entries.indices.sorted {
      let (left, right) = (entries[$0].range, entries[$1].range)
      return (left.lowerBound, left.upperBound, $0) < (right.lowerBound, right.upperBound, $1)
    }
  }

  /// Everything before the data: the length, then the text, `metadata` first and sorted.
  package func serialised() -> [UInt8] {
    var line = JSONLine()
    line.beginObject()
    if !metadata.isEmpty {
      line.key(Self.metadataKey)
      line.beginObject()
      let sorted = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for (key, value) in sorted {
        line.key(key)
        line.value(.string(value))
      }
      line.endObject()
    }
    for entry in entries {
      line.key(entry.name)
      line.beginObject()
      line.field("dtype", entry.type.rawValue)
      line.field("shape", entry.shape)
      line.field("data_offsets", [entry.range.lowerBound, entry.range.upperBound])
      line.endObject()
    }
    line.endObject()
    var text = line.bytes
    // Spaces bring the data to a multiple of eight bytes.
    text.append(contentsOf: repeatElement(0x20, count: (8 - text.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }
}
