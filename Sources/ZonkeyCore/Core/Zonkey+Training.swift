import ZonkeyBase
import ZonkeyModel
import ZonkeyPlatform
import ZonkeyTraining

extension Zonkey {
  /// Trains a model on a corpus and gives its checkpoint: `checkpoint.zonkey` is the model for use,
  /// `checkpoint.write(to:)` keeps it.
  ///
  /// With `start` weights begin as those of another model where names and shapes agree, and its
  /// configuration is the default; so a model is adapted to other text. A new run has random
  /// weights and the preset `tiny`. With a `teacher` only level 0's splitter learns, from the
  /// teacher's; everything else is that of `start`.
  ///
  /// Training ends after `steps` steps, of which the last share has a falling learning rate, when
  /// the corpus has been read `passes` times, or when `onStep` says after a step not to go on.
  /// The result is a function of the arguments and the corpus; `threads` makes no difference.
  /// Throws `badInput` when the corpus has less text than one batch, `badConfiguration`, also when
  /// the model to start from does not fit, and `diverged`.
  public static func train(
    on corpus: Corpus, from start: Checkpoint? = nil, teacher: Teacher? = nil,
    configuration: Configuration? = nil, seed: UInt64 = 0, steps: Int? = nil, passes: Int? = nil,
    threads: Int? = nil,
    onStep goesOn: (StepReport) throws -> Bool = { _ in true }
  ) throws -> Checkpoint {
    let trainer = try Trainer(
      configuration ?? start?.configuration ?? .tiny, corpus: corpus, seed: seed, from: start,
      teacher: teacher, passes: passes, threads: threads)
    if let steps { trainer.plan(totalSteps: steps) }
    while !trainer.isOver, let report = try trainer.step(), try goesOn(report) {}
    guard trainer.state.step > 0 else {
      throw ZonkeyError.badInput(
        source: "corpus", line: nil, offset: nil, reason: "it has less text than one batch")
    }
    return try trainer.checkpoint(calibratedOn: trainer.recentTexts)
  }
}

extension Trainer {
  /// A new run over a corpus that has not been read from yet, with weights of another model as its
  /// start where they fit.
  public convenience init(
    _ configuration: Configuration, corpus: Corpus, seed: UInt64 = 0,
    from start: Checkpoint? = nil, teacher: Teacher? = nil, passes: Int? = nil,
    threads: Int? = nil
  ) throws {
    try configuration.validateForDocuments()
    try start?.checkStart(configuration)
    try teacher?.check(configuration, from: start)
    try self.init(
      configuration, seed: seed, from: start,
      crops: corpus.crops(configuration, seed: seed, passLimit: passes),
      threads: threads ?? System.processorCount, teacher: teacher)
    keptBytes = Trainer.standardKeptBytes
  }
}
