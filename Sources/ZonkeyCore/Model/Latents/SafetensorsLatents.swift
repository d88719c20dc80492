/// The names in a .safetensors file of latents: B documents, N segments in all of them.
///
/// `latents` [N, width] in F32 or F16; in I64 `starts` [N] (byte offsets, -1 when unknown),
/// `offsets` [B + 1] (document k has the rows `offsets[k]` ..< `offsets[k + 1]`), `bytes` [B] (the
/// length of the text, -1 when unknown) and `numbers` [B]; `ids` in U8, for each document one
/// line that is a JSON string, a number or null; `fields` likewise, a line a JSON object of what was
/// carried along, when there is any. Above level 0 for each lower level K `inner.K`, the starts
/// of its segments, and `inner.K.offsets` [B + 1]; no starts at all mean that they are unknown.
/// The metadata have the format's name, the model's id and the level.
enum SafetensorsLatents {
  static let format = "zk-latents-1"
  static let latents = "latents"
  static let starts = "starts"
  static let offsets = "offsets"
  static let bytes = "bytes"
  static let numbers = "numbers"
  static let ids = "ids"
  static let fields = "fields"

  static func inner(_ level: Int) -> String { "inner.\(level)" }
  static func innerOffsets(_ level: Int) -> String { "inner.\(level).offsets" }
}
