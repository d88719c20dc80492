/// Everything that can go wrong, grouped by who can mend it.
///
/// The library throws only this type. The tool maps each group to one exit status
/// (see `ExitStatus` in the `zk` target) and prints `description`.
public enum ZonkeyError: Error, Equatable, Sendable {
  /// The data that was read is wrong: bad UTF-8, JSON, XML or compression.
  /// `source` is a file name or `-`; `line` counts from 1; `offset` counts bytes from 0.
  case badInput(source: String, line: Int?, offset: Int?, reason: String)
  /// The content is not what should be read, such as an archive; `isText` when it could be read as
  /// plain text all the same.
  case otherContent(source: String, content: String, isText: Bool)
  /// A document is longer than the reader's limit, in bytes.
  case tooLong(source: String, line: Int?, offset: Int?, limit: Int)
  /// A file that should be read is not there or may not be read.
  case noInput(path: String, reason: String)
  /// A checkpoint or latents file cannot be used: not one, damaged, or of another shape.
  case badModel(path: String, reason: String)
  /// Latents were encoded by another model; both are named by their ids.
  case otherModel(source: String, document: Int, found: String, expected: String)
  /// Latents have another width than the model's at their level.
  case wrongWidth(source: String, document: Int, level: Int, found: Int, expected: Int)
  /// The model has no such level; it has 0 ..< `levelCount`.
  case noLevel(found: Int, levelCount: Int)
  /// A configuration value is out of its range, or values do not fit together.
  case badConfiguration(key: String, reason: String)
  /// An output file cannot be created.
  case cannotCreate(path: String, reason: String)
  /// Reading or writing failed part-way: disk full, device error.
  case io(path: String, reason: String)
  /// Training cannot go on: not a number, or diverged.
  case diverged(step: Int, reason: String)
}

extension ZonkeyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badInput(let source, let line, let offset, let reason):
      return "\(place(source, line, offset)): \(reason)"
    case .otherContent(let source, let content, _): return "\(source): the content is \(content)"
    case .tooLong(let source, let line, let offset, let limit):
      return "\(place(source, line, offset)): a document of more than \(limit) bytes, "
        + "the limit in force"
    case .otherModel(let source, let document, let found, let expected):
      return "\(source): document \(document): latents of model \(found), "
        + "but this is model \(expected)"
    case .wrongWidth(let source, let document, let level, let found, let expected):
      return "\(source): document \(document): latents of width \(found); "
        + "level \(level) has \(expected)"
    case .noLevel(let found, let levelCount):
      return "the model has no level \(found); its highest is \(levelCount - 1)"
    case .noInput(let path, let reason), .badModel(let path, let reason),
      .cannotCreate(let path, let reason), .io(let path, let reason):
      return "\(path): \(reason)"
    case .badConfiguration(let key, let reason):
      return "configuration \(key): \(reason)"
    case .diverged(let step, let reason):
      return "step \(step): \(reason)"
    }
  }

  private func place(_ source: String, _ line: Int?, _ offset: Int?) -> String {
    var place = source
    if let line { place += ":\(line)" }
    if let offset { place += ": byte \(offset)" }
    return place
  }
}
