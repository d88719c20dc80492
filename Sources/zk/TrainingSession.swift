import ZonkeyPlatform
import ZonkeyCore

/// The loop around a trainer: time, signals, saving, metrics, the status line.
final class TrainingSession {
  private let trainer: Trainer
  private let command: Train
  private let console: Console
  private let output: String
  private let validation: [Crop]
  private let record: TrainingRecord
  private var lastTick = System.monotonicSeconds
  private var lastSave = System.monotonicSeconds
  private var lastNote = System.monotonicSeconds
  private var recent = RecentSpeed()

  init(trainer: Trainer, command: Train, console: Console, validation: [Crop]) throws {
    self.trainer = trainer
    self.command = command
    self.console = console
    self.validation = validation
    output = command.output ?? ""
    record = try TrainingRecord(
      log: command.log, tensorBoard: command.tensorboard, report: command.report, title: output,
      facts: Self.facts(trainer, command))
  }

  /// Trains until time, steps, corpus or a signal end the run; saves at the end in every case but
  /// divergence, where the last good checkpoint stays.
  func run() throws {
    while !isOver {
      if let signal = Signals.pending {
        try save()
        console.note(
          "saved \(output) at step \(trainer.state.step); go on with --resume")
        throw Interruption(signal: signal)
      }
      guard let report = try trainer.step() else { break }
      let seconds = tick()
      try note(report, seconds: seconds)
      // Once the corpus has shown itself good: a place that cannot be written should be known
      // before hours are spent.
      if report.step == 1 { try save(calibrated: false) }
      if System.monotonicSeconds - lastSave >= command.saveEvery.seconds { try validateAndSave() }
    }
    guard trainer.state.step > 0 else {
      throw ZonkeyError.badInput(
        source: command.corpus.joined(separator: " "), line: nil, offset: nil,
        reason: "the corpus has no text, or less than one batch")
    }
    try validateAndSave()
    let state = trainer.state
    try record.show("Done at step \(state.step).", isRunning: false)
    console.note(
      "done: \(state.step) steps, \(ProgressText.bytes(state.bytes)) of text in "
        + "\(ProgressText.duration(seconds: state.elapsedSeconds)); model in \(output)")
  }

  /// What a page says of the run.
  private static func facts(
    _ trainer: Trainer, _ command: Train
  ) -> [(name: String, value: String)] {
    let levels = trainer.configuration.levels.map { "\($0.width)" }.joined(separator: ", ")
    return [
      ("corpus", command.corpus.joined(separator: " ")),
      ("validation", command.valid.joined(separator: " ")),
      ("seed", String(trainer.state.seed)),
      ("parameters", ProgressText.count(trainer.parameterCount)), ("width of levels", levels),
    ].filter { !$0.value.isEmpty }
  }

  private var isOver: Bool {
    if let time = command.time {
      trainer.plan(limitSeconds: time.seconds)
      if trainer.state.elapsedSeconds >= time.seconds { return true }
    }
    if let steps = command.steps, trainer.state.step >= steps { return true }
    return trainer.isOver
  }

  private func tick() -> Double {
    let now = System.monotonicSeconds
    let seconds = now - lastTick
    trainer.addElapsed(seconds: seconds)
    lastTick = now
    return seconds
  }

  private func note(_ report: StepReport, seconds: Double) throws {
    recent.add(bytes: report.bytes, seconds: seconds)
    try record.add(report, state: trainer.state, seconds: seconds)
    console.status.update(statusText(report))
    // Who has no status line should still see that the run goes on.
    if !console.status.isShown, System.monotonicSeconds - lastNote >= 60 {
      console.note(statusText(report))
      lastNote = System.monotonicSeconds
    }
  }

  private func statusText(_ report: StepReport) -> String {
    func loss(_ name: LossName) -> String {
      short(Double(report.losses[0][name] ?? 0))
    }
    var text =
      "step \(report.step)  loss \(short(Double(report.loss)))"
      + "  clean \(loss(.cleanReconstruction))  dirty \(loss(.dirtyReconstruction))"
      + "  length \(short(Double(report.meanLengths[0])))"
      + "  \(ProgressText.bytes(Int(recent.bytesPerSecond)))/s"
    if let left = remainingSeconds { text += "  left \(ProgressText.duration(seconds: left))" }
    return text
  }

  private var remainingSeconds: Double? {
    let state = trainer.state
    if let time = command.time { return max(0, time.seconds - state.elapsedSeconds) }
    guard let steps = command.steps, state.step > 0 else { return nil }
    return Double(steps - state.step) * state.elapsedSeconds / Double(state.step)
  }

  // MARK: Saving

  /// The first checkpoint of a run is written before anything is known to calibrate on.
  @discardableResult
  private func save(calibrated: Bool = true) throws -> Checkpoint {
    let texts = calibrated ? calibrationTexts : []
    let checkpoint = try trainer.checkpoint(calibratedOn: texts)
    try checkpoint.write(to: output)
    lastSave = System.monotonicSeconds
    _ = tick()
    return checkpoint
  }

  private var calibrationTexts: [[UInt8]] {
    validation.isEmpty ? trainer.recentTexts : validation.prefix(64).map(\.bytes)
  }

  private func validateAndSave() throws {
    guard let sample = validation.first else {
      try save()
      return
    }
    let result = trainer.validate(Array(validation.prefix(32)))
    let checkpoint = try save()
    try record.add(validation: result, state: trainer.state)
    let losses = result.losses.enumerated().map { level, losses in
      "level \(level): clean \(short(Double(losses[.cleanReconstruction] ?? 0)))"
        + " dirty \(short(Double(losses[.dirtyReconstruction] ?? 0)))"
    }
    console.note("step \(trainer.state.step)  validation  " + losses.joined(separator: "  "))
    if record.showsSamples {
      try record.add(
        TrainingSample(
          checkpoint.zonkey, text: Array(sample.bytes.prefix(300)), step: trainer.state.step))
      try record.show("Step \(trainer.state.step).", isRunning: true)
    }
    let text = Array(sample.bytes.prefix(100))
    let encoder = try DocumentEncoder(checkpoint.zonkey, options: SplitOptions())
    let pieces = encoder.encode([text])[0].segments[0].map {
      String(decoding: text[$0.start..<$0.end], as: UTF8.self)
    }
    console.note("split: \(TerminalText.sanitized(pieces.joined(separator: "|")))")
    _ = tick()
  }
}

/// A number with three decimals at most.
func short(_ value: Double) -> String {
  guard value.isFinite else { return "nan" }
  let thousandths = Int((abs(value) * 1000).rounded())
  let fraction = String(thousandths % 1000)
  return (value < 0 ? "-" : "") + "\(thousandths / 1000)."
    + String(repeating: "0", count: 3 - fraction.count) + fraction
}

/// Bytes per second over about the last thirty steps.
private struct RecentSpeed {
  private var bytes = 0.0
  private var seconds = 0.0

  mutating func add(bytes new: Int, seconds more: Double) {
    bytes = 0.97 * bytes + Double(new)
    seconds = 0.97 * seconds + more
  }

  var bytesPerSecond: Double { seconds > 0 ? bytes / seconds : 0 }
}
