import ZonkeyBase
import ZonkeyModel
import ZonkeyPlatform
import ZonkeyTraining

extension Zonkey {
  /// Trains a new model on a corpus and gives its checkpoint: `checkpoint.zonkey` is the model for
  /// use, `checkpoint.write(to:)` keeps it.
  ///
  /// Training ends after `steps` steps, of which the last share has a falling learning rate, when
  /// the corpus has been read `passes` times, or when `onStep` says after a step not to go on.
  /// The result is a function of the arguments and the corpus; `threads` makes no difference.
  /// Throws `badInput` when the corpus has less text than one batch, `badConfiguration`, and
  /// `diverged`.
  public static func train(
    on corpus: Corpus, configuration: Configuration = .tiny, seed: UInt64 = 0,
    steps: Int? = nil, passes: Int? = nil, threads: Int? = nil,
    onStep goesOn: (StepReport) throws -> Bool = { _ in true }
  ) throws -> Checkpoint {
    let trainer = try Trainer(
      configuration, corpus: corpus, seed: seed, passes: passes, threads: threads)
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
  /// A new run over a corpus that has not been read from yet.
  public convenience init(
    _ configuration: Configuration, corpus: Corpus, seed: UInt64 = 0, passes: Int? = nil,
    threads: Int? = nil
  ) throws {
    try configuration.validateForDocuments()
    try self.init(
      configuration, seed: seed,
      crops: corpus.crops(configuration, seed: seed, passLimit: passes),
      threads: threads ?? System.processorCount)
    keptBytes = Trainer.standardKeptBytes
  }
}
