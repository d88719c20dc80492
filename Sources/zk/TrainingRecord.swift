import ZonkeyCore
import ZonkeyPlatform

/// Where the figures of a run go: a log, an event file, a page; any of them or none.
final class TrainingRecord {
  private let log: AppendedFile?
  private let tensorBoard: TensorBoardLog?
  private let page: TrainingPage?

  /// `facts` are what the page says of the run.
  init(
    log: String?, tensorBoard: String?, report: String?, title: String,
    facts: [(name: String, value: String)]
  ) throws {
    // Not found out only when the first page is written.
    if let report { try FileOutput.check(path: report, replacing: PageFrame.beginning) }
    self.log = try log.map { try AppendedFile(path: $0) }
    self.tensorBoard = try tensorBoard.map { try TensorBoardLog(folder: $0) }
    page = report.map { TrainingPage(path: $0, title: title, facts: facts) }
  }

  /// Whether somebody looks at samples.
  var showsSamples: Bool { tensorBoard != nil || page != nil }

  func add(_ report: StepReport, state: TrainingState, seconds: Double) throws {
    guard log != nil || tensorBoard != nil || page != nil else { return }
    let row = MetricRow.step(report, state: state, seconds: seconds)
    try append(row)
    try tensorBoard?.scalars(row, step: report.step)
    page?.add(step: row, at: report.step)
  }

  func add(validation result: TrainingStep.Result, state: TrainingState) throws {
    let row = MetricRow.validation(result, state: state)
    try append(row)
    try tensorBoard?.scalars(["validation": .object(row)], step: state.step)
    page?.add(validation: row, at: state.step)
  }

  func add(_ sample: TrainingSample) throws {
    for (name, text) in sample.texts {
      try tensorBoard?.text("samples/\(name)", text, step: sample.step)
    }
    for (level, values) in sample.startProbabilities.enumerated() {
      try tensorBoard?.histogram("start_probability/\(level)", values, step: sample.step)
    }
    page?.add(sample)
  }

  /// Writes the page anew.
  func show(_ progress: String, isRunning: Bool) throws {
    try page?.write(progress: progress, isRunning: isRunning)
  }

  private func append(_ row: JSONObject) throws {
    guard let log else { return }
    var row = row
    row["time"] = .string(System.utcTime)
    try log.append(JSONValue.object(row).serialised() + [UInt8(ascii: "\n")])
  }
}

/// What a model makes of a validation text at some step.
struct TrainingSample {
  let step: Int
  /// Names of what was tried, and the text that came of it.
  let texts: [(name: String, text: String)]
  /// The probabilities of starts, level by level.
  let startProbabilities: [[Float]]

  /// Splits the text at all levels, encodes and decodes it, and draws a text from noise.
  init(_ zonkey: Zonkey, text: [UInt8], step: Int) throws {
    self.step = step
    let top = zonkey.levelCount - 1
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: top))
    var texts: [(name: String, text: String)] = []
    let split = encoder.encode([text])[0].segments
    for level in 0...top {
      let pieces = split[level].map { String(decoding: text[$0.start..<$0.end], as: UTF8.self) }
      texts.append(("split, level \(level)", pieces.joined(separator: "|")))
    }
    for level in 0...top {
      let decoded = try Self.roundTrip(zonkey, text: text, level: level)
      texts.append(("encoded and decoded, level \(level)", decoded))
    }
    var options = GenerationOptions()
    // A model at its beginning would go on for a minute, to the limit of all documents.
    options.maxBytes = 400
    let drawn = try Generator(zonkey, options: options).document(1)
    texts.append(("from noise", String(decoding: drawn, as: UTF8.self)))
    self.texts = texts
    startProbabilities = encoder.probabilities(of: text).map(\.allowed)
  }

  private static func roundTrip(_ zonkey: Zonkey, text: [UInt8], level: Int) throws -> String {
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: level))
    let encoded = encoder.encode([text], withLatents: true)[0]
    let latents = DocumentLatents(
      number: 1, level: level, model: zonkey.id, width: zonkey.latentWidth(level),
      values: encoded.latents, starts: encoded.segments[level].map(\.start),
      inner: level > 0 ? encoded.segments[..<level].map { $0.map(\.start) } : nil,
      byteCount: text.count)
    return String(decoding: DocumentDecoder(zonkey).decode([latents])[0], as: UTF8.self)
  }

  var html: String {
    let items = texts.map {
      "<dt>\(HTMLText.escaped($0.name))</dt><dd dir=\"auto\">\(HTMLText.escaped($0.text))</dd>"
    }
    return "<dl><dt>step \(ProgressText.count(step))</dt>\(items.joined())</dl>\n"
  }
}
