/// The tables under `share/zk` that come with the program, as text.
///
/// The other files of this folder are made of them by `make data`.
enum WikiData {
  /// The tables of templates, by language.
  static let templates: [(language: String, text: String)] = [
    ("common", common), ("ar", ar), ("bg", bg), ("de", de), ("en", en), ("es", es), ("fr", fr),
    ("it", it), ("ja", ja), ("ltg", ltg), ("nl", nl), ("pl", pl), ("pt", pt), ("ru", ru),
    ("sv", sv), ("zh", zh),
  ]
}
