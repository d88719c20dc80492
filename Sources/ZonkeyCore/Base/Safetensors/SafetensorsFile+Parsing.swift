extension SafetensorsFile {
  /// Reads the bytes of a safetensors file; the arrays share the memory of `bytes`.
  ///
  /// Nothing in the file is believed: every length, offset and shape is checked before it is
  /// used. Throws `badModel` with `path` for anything that the format does not allow.
  package init(parsing bytes: [UInt8], path: String) throws(ZonkeyError) {
    let length = try Self.headerLength(bytes, path: path)
    let dataStart = 8 + length
    let header: SafetensorsHeader
    do throws(SafetensorsError) {
      guard dataStart <= bytes.count else {
        throw .damaged("its header should have \(length) bytes, but the file ends before")
      }
      header = try SafetensorsHeader(
        parsing: bytes[8..<dataStart], dataBytes: bytes.count - dataStart)
    } catch {
      throw .badModel(path: path, reason: error.reason)
    }
    metadata = header.metadata
    tensors = header.entries.map { entry in
      let range = dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound
      return NamedArray(
        name: entry.name, shape: entry.shape, type: entry.type, bytes: bytes[range], path: path)
    }
  }

  /// The header's length from the first eight bytes, within the format's limit.
  static func headerLength(_ bytes: [UInt8], path: String) throws(ZonkeyError) -> Int {
    guard bytes.count >= 8 else {
      throw foreign(bytes.isEmpty ? "the file is empty" : "it has under 8 bytes", path)
    }
    guard let length = SafetensorsHeader.textLength(bytes) else {
      throw foreign("it begins neither as zstd nor as safetensors", path)
    }
    return length
  }

  private static func foreign(_ what: String, _ path: String) -> ZonkeyError {
    .badModel(
      path: path, reason: "not a checkpoint: \(what); give a file that 'zk train' wrote")
  }
}
