/// What a file of ours holds, found by its first bytes.
public enum FileKind: Sendable {
  case checkpoint
  case latents

  /// The longest header that is read to find out.
  private static let headerLimit = 1 << 24

  /// Looks at a file, through its compression; whether all of it is sound is for its reader.
  ///
  /// What is no safetensors file with a checkpoint's header counts as latents, whose reader says
  /// what is wrong with it. Throws `noInput`, `io` and `badInput`.
  public init(path: String) throws(ZonkeyError) {
    let input = TextInput(try ByteStream(path: path))
    guard let length = SafetensorsHeader.textLength(try Self.take(8, from: input)),
      length <= Self.headerLimit
    else {
      self = .latents
      return
    }
    let text = try Self.take(length, from: input)
    let format = (try? JSONValue(parsing: text))?[SafetensorsHeader.metadataKey]?["format"]
    self = format?.stringValue == Checkpoint.format ? .checkpoint : .latents
  }

  /// The next bytes, fewer at the end of the file.
  private static func take(_ count: Int, from input: TextInput) throws(ZonkeyError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      if input.available.isEmpty, try !input.fill() { break }
      let taken = min(count - bytes.count, input.available.count)
      bytes.append(contentsOf: input.available[..<taken])
      input.take(taken)
    }
    return bytes
  }
}
