import ZonkeyBase

/// What a file of ours holds, found by its first bytes.
package enum FileKind: Sendable {
  /// A checkpoint of so many bytes before compression, by what its header says.
  case checkpoint(contentBytes: Int)
  case latents

  /// Takes the beginning of a file in; whether all of it is sound is for its reader.
  ///
  /// What is no safetensors file with a checkpoint's header counts as latents, whose reader says
  /// what is wrong with it. Throws `io` and `badInput`.
  package init(_ input: BufferedInput) throws(ZonkeyError) {
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
    guard format?.stringValue?.hasPrefix(CheckpointContent.formatName) == true else {
      self = .latents
      return
    }
    let header = try? SafetensorsHeader(parsing: text[...], dataBytes: nil)
    self = .checkpoint(contentBytes: (8 + length).adding(bounded: header?.dataBytes ?? 0))
  }
}
