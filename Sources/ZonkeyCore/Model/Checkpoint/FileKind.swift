import ZonkeyBase

/// What a file of ours holds, found by its first bytes.
package enum FileKind: Sendable {
  case checkpoint
  case latents

  /// Looks at a file, through its compression; whether all of it is sound is for its reader.
  ///
  /// What is no safetensors file with a checkpoint's header counts as latents, whose reader says
  /// what is wrong with it. Throws `noInput`, `io` and `badInput`.
  package init(path: String) throws(ZonkeyError) {
    let input = BufferedInput(try ByteStream(path: path))
    var (start, text) = ([UInt8](), [UInt8]())
    try input.take(until: 8, into: &start)
    guard let length = SafetensorsHeader.textLength(start),
      length <= SafetensorsReader.maximumHeaderBytes
    else {
      self = .latents
      return
    }
    try input.take(until: length, into: &text)
    let format = (try? JSONValue(parsing: text))?[SafetensorsHeader.metadataKey]?["format"]
    let isCheckpoint = format?.stringValue?.hasPrefix(CheckpointContent.formatName) == true
    self = isCheckpoint ? .checkpoint : .latents
  }
}
