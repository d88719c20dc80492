import ArgumentParser
import ZonkeyCore
import ZonkeyPlatform

/// `zk info`: what checkpoints and latents files are.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what a checkpoint or a latents file is.",
    discussion: """
      Without a file: the model that the other verbs would use. - is standard input. --check \
      verifies everything that can be verified: the checksum of the content where the file has \
      one, shapes, that all numbers are finite, and the id against the weights; it says what it \
      verified.

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
    if path != "-" && (FileStatus.isRegularFile(path) || !FileStatus.isThere(path)) {
      let input = BufferedInput(try ByteStream(path: path))
      let kind = try FileKind(input)
      if input.offset == 0 { throw emptyFile(path) }
      return switch kind {
      case .checkpoint:
        try checkpointFacts(
          times.measure("reading") { try Checkpoint(path: path) }, path: path,
          fileBytes: FileStatus.size(path), times: times)
      case .latents:
        try times.measure("reading") {
          try latentsFacts(
            LatentsReader(paths: [path], temporaryDirectory: TemporaryDirectory.path), path: path
          ) { FileStatus.size(path) }
        }
      }
    }
    return try pipeFacts(path, times: times)
  }

  /// The same of what can be read only once: its kind is known before it is read from the beginning.
  private func pipeFacts(_ path: String, times: PartTimes) throws -> Facts {
    let pipe = try KeptPipe(path)
    let kind = try FileKind(pipe.input)
    if pipe.byteCount == 0 { throw emptyFile(path) }
    switch kind {
    case .checkpoint(let contentBytes):
      let checkpoint = try times.measure("reading") {
        try pipe.keepCheckpoint(contentBytes: contentBytes)
        return try Checkpoint(
          SafetensorsReader(path: path, fileBytes: pipe.byteCount, read: pipe.again()),
          .everything)
      }
      return try checkpointFacts(
        checkpoint, path: path, fileBytes: pipe.byteCount, times: times)
    case .latents:
      return try times.measure("reading") {
        try latentsFacts(
          LatentsReader(
            ByteStream(source: path, read: pipe.again()),
            temporaryDirectory: TemporaryDirectory.path), path: path
        ) { pipe.byteCount }
      }
    }
  }

  private func emptyFile(_ path: String) -> ZonkeyError {
    .badModel(path: path, reason: "is empty: neither a checkpoint nor latents")
  }

  private func checkpointFacts(
    _ checkpoint: Checkpoint, path: String, fileBytes: Int?, times: PartTimes
  ) throws -> Facts {
    if check { try times.measure("verifying") { try checkpoint.verify(path: path) } }
    let (zonkey, state) = (checkpoint.zonkey, checkpoint.zonkey.state)
    var facts = Facts(name: path, kind: "checkpoint", fileBytes: fileBytes)
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
    if let lexicon = zonkey.lexicon { facts.add("lexicon_segments", lexicon.segments.count) }
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

  private func latentsFacts(
    _ reader: LatentsReader, path: String, fileBytes: () -> Int?
  ) throws -> Facts {
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
    var facts = Facts(name: path, kind: "latents", fileBytes: fileBytes())
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

  init(name: String, kind: String, fileBytes: Int?) {
    add("file", .string(FileName.readable(name)), name)
    add("kind", kind)
    if let fileBytes { add("file_bytes", fileBytes) }
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
