/// Checkpoints on disk: safetensors inside one zstd frame with a checksum.
package enum CheckpointFile {
  /// The largest content that is read unless the caller says otherwise.
  package static let defaultLimitBytes = 1 << 36

  /// Enough of a file to hold its first compressed block.
  private static let startBytes = 1 << 18

  /// Reads a checkpoint, or a plain safetensors file, told apart by their first bytes.
  ///
  /// The start is looked at before the rest is read, so that a huge file of another kind is
  /// refused without filling the memory. Throws `noInput` when the file cannot be opened, `io`
  /// when reading fails, `badModel` when the content is not a checkpoint or damaged.
  package static func read(
    _ path: String, limitBytes: Int = defaultLimitBytes
  ) throws(ZonkeyError) -> SafetensorsFile {
    let input = try File(path: path, dashIsStandardInput: false)
    let start = try input.read(upTo: startBytes)
    guard ZstdFrame.isZstd(start) else {
      try SafetensorsFile.checkStart(start, path: path)
      if let size = input.totalBytes, size > limitBytes {
        throw .badModel(path: path, reason: "not a checkpoint: it has over \(limitBytes) bytes")
      }
      return try SafetensorsFile(parsing: input.readAll(after: start), path: path)
    }
    try SafetensorsFile.checkStart(ZstdFrame.prefix(start, count: 8, path: path), path: path)
    let content = try ZstdFrame.decompress(
      input.readAll(after: start), limit: limitBytes, path: path)
    return try SafetensorsFile(parsing: content, path: path)
  }

  /// Writes a checkpoint so that the path always holds a complete one, the old or the new.
  ///
  /// Throws `cannotCreate` when the place cannot be written to, `io` when writing fails; the
  /// old file is then as it was.
  package static func write(
    _ file: SafetensorsFile, to path: String, level: Int = ZstdFrame.defaultLevel
  ) throws(ZonkeyError) {
    try write(
      SafetensorsHeader(
        metadata: file.metadata, arrays: file.tensors.map { ($0.name, $0.type, $0.shape) }),
      to: path, level: level
    ) { file.tensors[$0].bytes }
  }

  /// Writes a checkpoint whose arrays are asked for one after the other, by their number in the
  /// header: training has no memory to spare for a copy of all of them.
  package static func write(
    _ header: SafetensorsHeader, to path: String, level: Int, array: (Int) -> ArraySlice<UInt8>
  ) throws(ZonkeyError) {
    // Opened first: a place that cannot be written to is known before the work is done.
    let output = try AtomicFile(path: path)
    do {
      let text = header.serialised()
      let encoder = try ZstdEncoder(level: level, contentBytes: text.count + header.dataBytes)
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
