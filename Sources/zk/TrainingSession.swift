import ZonkeyPlatform
import ZonkeyCore

/// The loop around a trainer: time, signals, saving, metrics, the status line.
final class TrainingSession {
  private let trainer: Trainer
  private let command: Train
  private let console: Console
  private let output: String
  private let validation: [Crop]
  /// Where its figures go, as long as that takes them.
  private var record: TrainingRecord?
  private let clock: TrainingClock
  private let ranks: Ranks
  private var lastTick: Double
  private var lastSave: Double
  private var lastNote: Double
  private var savedStep: Int
  private var recent = RecentSpeed()
  /// What made the run give its records up, to be said again at its end.
  private var logFailure: (any Error)?
  /// Nobody else writes the same checkpoint.
  private let lock: OutputLock?

  /// `clock` runs already.
  init(
    trainer: Trainer, command: Train, console: Console, validation: [Crop], clock: TrainingClock,
    ranks: Ranks
  ) throws {
    self.ranks = ranks
    self.trainer = trainer
    self.command = command
    self.console = console
    self.validation = validation
    output = command.output ?? ""
    lock = try OutputLock(path: output)
    // Another training may have ended since it was looked at first.
    if command.resume == nil { try Train.refuseToReplace(output) }
    self.clock = clock
    (lastTick, lastSave, lastNote) = (clock.seconds, clock.seconds, clock.seconds)
    savedStep = trainer.state.step
    record = try TrainingRecord(
      log: command.log, tensorBoard: command.tensorboard, report: command.report, title: output,
      facts: Self.facts(trainer, command))
  }

  /// Trains until time, steps, corpus or a signal end the run.
  ///
  /// Whatever ends it, the last good step is saved first if it can be; only of a run that diverged
  /// the last checkpoint stays as it is.
  func run() throws {
    Signals.leavesTimeToSave = true
    defer { Signals.leavesTimeToSave = false }
    do {
      try train()
      try validateAndSave()
    } catch {
      try saveAfter(error)
    }
    let state = trainer.state
    log { try $0.show("Done at step \(state.step).", isRunning: false) }
    console.note(
      "done: \(state.step) steps, \(ProgressText.bytes(state.bytes)) of text in "
        + "\(ProgressText.duration(seconds: state.elapsedSeconds)); model in \(output)")
    console.detail(console.times.text(rest: "training"))
    if let seconds = ranks.exchangeSeconds {
      console.detail(
        "\(ranks.exchange.count) ranks, exchange and waiting for each other: "
          + "\(ProgressText.decimal(seconds)) s")
    }
    if let logFailure { throw logFailure }
  }

  private func train() throws {
    while let update = try nextUpdate() {
      let report = try ranks.together { try trainer.step(on: update) }
      let seconds = tick()
      note(report, seconds: seconds)
      // Once the corpus has shown itself good: a place that cannot be written should be known
      // before hours are spent.
      if report.step == 1 {
        try save(calibrated: false)
        lastSave = lastTick
      }
      if lastTick - lastSave >= command.saveEvery.seconds { saveOnTheWay() }
    }
    guard trainer.state.step > 0 else {
      throw ZonkeyError.badInput(
        source: command.corpus.joined(separator: " "), line: nil, offset: nil,
        reason: "the corpus has no text, or less than one batch")
    }
  }

  /// What is learned from next; nil when time, steps or corpus are over.
  private func nextUpdate() throws -> [[Crop]]? {
    try ranks.nextUpdate(of: trainer, isOver: isOver, console: console) {
      try console.times.measure("reading", trainer.nextUpdate)
    }
  }

  /// Saves what there is when something ended the run, and throws what that was.
  private func saveAfter(_ error: any Error) throws -> Never {
    let error = Signals.pending.map { Interruption(signal: $0) as any Error } ?? error
    switch error {
    case ZonkeyError.diverged: throw error
    case ZonkeyError.cannotCreate(output, _), ZonkeyError.io(output, _): throw error
    default: break
    }
    if trainer.state.step > savedStep {
      do {
        try save()
      } catch let second where !(error is Interruption) {
        console.warn("step \(trainer.state.step) could not be saved: \(second)")
        throw error
      }
    }
    if savedStep > 0 { console.note("saved \(output) at step \(savedStep); go on with --resume") }
    throw error
  }

  /// A save in the middle of the run: when it fails, perhaps because a disk is full, the run goes
  /// on and tries again at the next one. However long it took, a whole `--save-every` of training
  /// comes before that.
  private func saveOnTheWay() {
    do {
      try validateAndSave()
    } catch {
      console.warn("\(error); training goes on, the next save is tried in time")
    }
    _ = tick()
    lastSave = lastTick
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
      trainer.plan(
        limitSeconds: time.seconds, stepSeconds: recent.stepSeconds, lastStep: command.steps)
    }
    if let steps = command.steps, trainer.state.step >= steps { return true }
    return trainer.isOver
  }

  private func tick() -> Double {
    let now = clock.seconds
    let seconds = now - lastTick
    trainer.addElapsed(seconds: seconds)
    lastTick = now
    return seconds
  }

  private func note(_ report: StepReport, seconds: Double) {
    recent.add(bytes: report.bytes, seconds: seconds)
    log { try $0.add(report, state: trainer.state, seconds: seconds) }
    console.status.update(statusText(report))
    // Who has no status line should still see that the run goes on.
    if !console.status.isShown, lastTick - lastNote >= 60 {
      console.note(statusText(report))
      lastNote = lastTick
    }
  }

  /// Writes to log, event file and page; when one cannot be written any more they are given up, and the run goes on.
  private func log(_ write: (TrainingRecord) throws -> Void) {
    guard let record else { return }
    do {
      try write(record)
    } catch {
      // A signal that ends the writing is for the loop; the log takes the next row.
      if error is Interruption { return }
      let reason = error is BrokenPipe ? "nobody reads it any more" : "\(error)"
      console.warn("the records of the run end here: \(reason); training goes on")
      if !(error is BrokenPipe) { logFailure = error }
      self.record = nil
    }
  }

  private func statusText(_ report: StepReport) -> String {
    func loss(_ name: LossName) -> String {
      ProgressText.decimal(Double(report.losses[0][name] ?? 0))
    }
    var text = "step \(report.step)  "
    if let distance = report.losses[0][.teacher] {
      text += Self.distanceText(distance)
    } else {
      text +=
        "loss \(ProgressText.decimal(Double(report.loss)))"
        + "  clean \(loss(.cleanReconstruction))  dirty \(loss(.dirtyReconstruction))"
    }
    text +=
      "  length \(ProgressText.decimal(Double(report.meanLengths[0])))"
      + "  \(ProgressText.bytes(Int(bounded: recent.bytesPerSecond)))/s"
    if let left = remainingSeconds { text += "  left \(ProgressText.duration(seconds: left))" }
    return text
  }

  /// How far a splitter is from its teacher; a thousandth of a nat is much.
  private static func distanceText(_ nats: Float) -> String {
    "from teacher \(ProgressText.decimal(1000 * Double(nats))) millinats"
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
    let checkpoint = try console.times.measure("saving") {
      let checkpoint = try trainer.checkpoint(calibratedOn: texts)
      try checkpoint.write(to: output)
      return checkpoint
    }
    savedStep = trainer.state.step
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
    let result = console.times.measure("validating") {
      trainer.validate(Array(validation.prefix(32)))
    }
    let checkpoint = try save()
    log { try $0.add(validation: result, state: trainer.state) }
    let losses = result.losses.enumerated().map { level, losses in
      if let distance = losses[.teacher] { return Self.distanceText(distance) }
      return
        "level \(level): clean \(ProgressText.decimal(Double(losses[.cleanReconstruction] ?? 0)))"
        + " dirty \(ProgressText.decimal(Double(losses[.dirtyReconstruction] ?? 0)))"
    }
    console.note("step \(trainer.state.step)  validation  " + losses.joined(separator: "  "))
    try console.times.measure("samples") { try show(sample, of: checkpoint.zonkey) }
    _ = tick()
  }

  /// Shows what the model as it is makes of a text.
  private func show(_ sample: Crop, of zonkey: Zonkey) throws {
    if record?.showsSamples == true {
      let shown = try TrainingSample(
        zonkey, text: Array(sample.bytes.prefix(300)), step: trainer.state.step)
      log { record in
        try record.add(shown)
        try record.show("Step \(shown.step).", isRunning: true)
      }
    }
    let text = Array(sample.bytes.prefix(100))
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions())
    let pieces = encoder.encode([text])[0].segments[0].map {
      String(decoding: text[$0.start..<$0.end], as: UTF8.self)
    }
    console.note("split: \(pieces.joined(separator: "|"))")
  }
}

/// The speed over about the last thirty steps.
private struct RecentSpeed {
  private var bytes = 0.0
  private var seconds = 0.0
  private var steps = 0.0

  mutating func add(bytes new: Int, seconds more: Double) {
    bytes = 0.97 * bytes + Double(new)
    seconds = 0.97 * seconds + more
    steps = 0.97 * steps + 1
  }

  /// The time of a step; nil before the first one.
  var stepSeconds: Double? { steps > 0 ? seconds / steps : nil }

  var bytesPerSecond: Double { seconds > 0 ? bytes / seconds : 0 }
}
