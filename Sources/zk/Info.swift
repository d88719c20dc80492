import ArgumentParser
import ZonkeyCore
import ZonkeyPlatform

/// `zk info`: what checkpoints and latents files are.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what a checkpoint or a latents file is.",
    discussion: """
      Without a file: the model that the other verbs would use. - is standard input, which is \
      copied to a temporary file first. --check verifies everything that can be verified: the \
      checksum of the content where the file has one, shapes, that all numbers are finite, and \
      the id against the weights; it says what it verified.

      Examples:
        zk info run.zk
        zk info --json run.zk | jq .parameters
      """)

  @Argument(
    help: ArgumentHelp(
      "Checkpoints and latents; - is standard input (default: the model in use).",
      valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Flag(help: "One JSON object a line for each file.")
  var json = false

  @Flag(help: "Verify the whole content.")
  var check = false

  @OptionGroup var messages: MessageOptions

  func run() throws {
    let console = messages.console(verb: "info")
    let paths = files.isEmpty ? [try ModelOptions.parse([]).path()] : files
    let output = StandardOutput()
    for (index, path) in paths.enumerated() {
      let facts = try facts(path, times: console.times)
      if !json && index > 0 { try output.write("\n") }
      try output.write(json ? facts.jsonLine : facts.text)
      try output.flush()
    }
    try output.finish()
    console.detail(console.times.text(rest: "other"))
  }

  private func facts(_ path: String, times: PartTimes) throws -> Facts {
    // The kind is looked at first, then all is read: what a pipe gave once it does not give again.
    try RereadableFile.with(path) { copy in
      if FileStatus.size(copy) == 0 {
        throw ZonkeyError.badModel(
          path: path, reason: "is empty: neither a checkpoint nor latents")
      }
      return switch try FileKind(path: copy) {
      case .checkpoint: try checkpointFacts(copy, name: path, times: times)
      case .latents: try times.measure("reading") { try latentsFacts(copy, name: path) }
      }
    }
  }

  private func checkpointFacts(
    _ path: String, name: String, times: PartTimes
  ) throws -> Facts {
    let checkpoint = try times.measure("reading") { try Checkpoint(path: path) }
    if check { try times.measure("verifying") { try checkpoint.verify(path: path) } }
    let (zonkey, state) = (checkpoint.zonkey, checkpoint.zonkey.state)
    var facts = Facts(path: path, name: name, kind: "checkpoint")
    facts.add("model", zonkey.id)
    facts.add("resumable", .bool(checkpoint.isResumable), checkpoint.isResumable ? "yes" : "no")
    facts.add("parameters", zonkey.parameterCount)
    facts.add("step", state.step)
    facts.add("seed", String(state.seed))
    facts.add("training_bytes", state.bytes)
    facts.add(
      "training_seconds", .number(state.elapsedSeconds),
      ProgressText.duration(seconds: state.elapsedSeconds))
    if let validation = state.validation {
      facts.add("validation", validation.json, validationText(validation))
    }
    facts.add(
      "mean_lengths", .array(zonkey.meanLengths.map { JSONValue($0) }),
      zonkey.meanLengths.map { ProgressText.decimal(Double($0)) }.joined(separator: ", "))
    for (index, level) in zonkey.configuration.levels.enumerated() {
      facts.note(
        "level \(index)",
        "width \(level.width), \(level.compressionVectors) vectors of it a segment, "
          + "segments of up to \(level.segmentLength) units")
    }
    facts.addHidden("configuration", zonkey.configuration.json)
    if check {
      let verified = "shapes, weights and id are good"
      facts.add(
        "checked", true,
        checkpoint.isChecked
          ? "checksum, " + verified
          : verified
            + "; the file has no checksum, so nothing vouches for its state and calibration")
    }
    return facts
  }

  private func validationText(_ figures: ValidationFigures) -> String {
    let levels = zip(figures.clean, figures.dirty).enumerated().map { level, losses in
      "level \(level): clean \(ProgressText.decimal(Double(losses.0))) dirty \(ProgressText.decimal(Double(losses.1)))"
    }
    return (["step \(figures.step)"] + levels).joined(separator: ", ")
  }

  private func latentsFacts(_ path: String, name: String) throws -> Facts {
    let reader = try LatentsReader(
      paths: [path], temporaryDirectory: TemporaryDirectory.path)
    var (documents, segments, bytes, lengthsKnown) = (0, 0, 0, true)
    var (models, levels, widths) = (Set<String>(), Set<Int>(), Set<Int>())
    while let document = try reader.next() {
      documents += 1
      segments += document.count
      bytes = bytes.adding(bounded: document.byteCount ?? 0)
      lengthsKnown = lengthsKnown && document.byteCount != nil
      models.insert(document.model)
      levels.insert(document.level)
      widths.insert(document.width)
    }
    var facts = Facts(path: path, name: name, kind: "latents")
    facts.add(
      "models", .array(models.sorted().map { .string($0) }),
      models.sorted().joined(separator: ", "))
    facts.add(
      "levels", .array(levels.sorted().map { .integer(Int64($0)) }),
      levels.sorted().map(String.init).joined(separator: ", "))
    facts.add(
      "widths", .array(widths.sorted().map { .integer(Int64($0)) }),
      widths.sorted().map(String.init).joined(separator: ", "))
    facts.add("documents", documents)
    facts.add("segments", segments)
    if lengthsKnown { facts.add("text_bytes", bytes) }
    // Reading them was the check: the reader refuses what is damaged or not finite.
    if check {
      facts.add(
        "checked", .bool(documents > 0),
        documents > 0 ? "shapes, starts and numbers are good" : "there is nothing to check")
    }
    return facts
  }
}

/// Named facts about a file, for people and as JSON.
private struct Facts {
  private var object = JSONObject()
  private var lines: [(name: String, text: String)] = []

  init(path: String, name: String, kind: String) {
    add("file", .string(FileName.readable(name)), name)
    add("kind", kind)
    if let size = FileStatus.size(path) { add("file_bytes", size) }
  }

  mutating func add(_ name: String, _ value: JSONValue, _ text: String) {
    object[name] = value
    note(name.replacing("_", with: " "), text)
  }

  mutating func add(_ name: String, _ value: String) { add(name, .string(value), value) }

  mutating func add(_ name: String, _ value: Int) {
    add(name, .integer(Int64(value)), String(value))
  }

  /// In the JSON only.
  mutating func addHidden(_ name: String, _ value: JSONValue) { object[name] = value }

  /// For people only.
  mutating func note(_ name: String, _ text: String) { lines.append((name, text)) }

  var jsonLine: String {
    String(decoding: JSONValue.object(object).serialised(), as: UTF8.self) + "\n"
  }

  /// Names in one column, what they say in another.
  var text: String {
    let width = lines.map(\.name.count).max() ?? 0
    return lines.map { line in
      line.name + String(repeating: " ", count: width - line.name.count + 2)
        + TerminalText.visible(line.text) + "\n"
    }.joined()
  }
}
