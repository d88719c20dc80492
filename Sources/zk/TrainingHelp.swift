import ZonkeyCore

/// The loop of a rank that is not the first: it computes its share of every update.
struct TrainingHelp {
  let trainer: Trainer
  let ranks: Ranks
  let console: Console

  /// Computes until the run is over for all ranks.
  func run() throws {
    // A signal is for the first rank too, which saves: the others stay until it has decided.
    Signals.leavesTimeToSave = true
    defer { Signals.leavesTimeToSave = false }
    while let update = try ranks.nextUpdate(
      of: trainer, isOver: false, console: console, read: trainer.nextUpdate)
    {
      try ranks.together { try trainer.help(on: update) }
    }
  }
}
