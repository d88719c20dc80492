/// Checkpoints on disk: safetensors inside one zstd frame with a checksum.
package enum CheckpointFile {
  /// The largest content that is read unless the caller says otherwise.
  package static let defaultLimitBytes = 1 << 36

  /// Weights have no repetitions to find: of a model of 25.4 MB levels 1 and 9 make 18.84 and
  /// 18.81. A window of 4 MiB would save another hundredth of it, and a reader, which would no
  /// longer keep what it unpacks in its cache, would take twice as long.
  private static let (level, windowBits) = (1, 17)

  /// Reads a checkpoint, or a plain safetensors file, told apart by their first bytes.
  ///
  /// Throws `noInput` when the file cannot be opened, `io`
  /// when reading fails, `badModel` when the content is not a checkpoint or damaged.
  package static func read(
    _ path: String, limitBytes: Int = defaultLimitBytes
  ) throws(ZonkeyError) -> SafetensorsFile {
    let reader = try SafetensorsReader(path: path, limitBytes: limitBytes)
    let entries = reader.header.entries
    var bytes = [[UInt8]](repeating: [], count: entries.count)
    for index in reader.header.dataOrder { bytes[index] = try reader.bytes(entries[index]) }
    try reader.finish()
    return SafetensorsFile(
      metadata: reader.header.metadata,
      tensors: zip(entries, bytes).map { entry, bytes in
        NamedArray(
          name: entry.name, shape: entry.shape, type: entry.type, bytes: bytes[...], path: path)
      })
  }

  /// Writes a checkpoint so that the path always holds a complete one, the old or the new.
  ///
  /// Throws `cannotCreate` when the place cannot be written to, `io` when writing fails; the
  /// old file is then as it was.
  package static func write(_ file: SafetensorsFile, to path: String) throws(ZonkeyError) {
    try write(
      SafetensorsHeader(
        metadata: file.metadata, arrays: file.tensors.map { ($0.name, $0.type, $0.shape) }),
      to: path
    ) { file.tensors[$0].bytes }
  }

  /// Writes a checkpoint whose arrays are asked for one after the other, by their number in the
  /// header: training has no memory to spare for a copy of all of them.
  package static func write(
    _ header: SafetensorsHeader, to path: String, array: (Int) -> ArraySlice<UInt8>
  ) throws(ZonkeyError) {
    // Opened first: a place that cannot be written to is known before the work is done.
    let output = try AtomicFile(path: path)
    do {
      let text = header.serialised()
      let encoder = try ZstdEncoder(
        level: level, contentBytes: text.count + header.dataBytes, windowBits: windowBits)
      try text.withUnsafeBytes { try encoder.write($0) { try output.write($0) } }
      for index in header.dataOrder {
        try array(index).withUnsafeBytes { try encoder.write($0) { try output.write($0) } }
      }
      try encoder.finish { try output.write($0) }
    } catch let error as ZonkeyError {
      throw error
    } catch {
      throw .io(path: path, reason: "\(error)")
    }
    try output.commit()
  }
}
