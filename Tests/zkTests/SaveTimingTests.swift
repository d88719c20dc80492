import Synchronization
import TestSupport
import Testing
import ZonkeyCore

@testable import zk

/// When a run saves, by a clock of the test's own.
@Suite struct SaveTimingTests {
  /// A save with its validation and samples may take longer than `--save-every`; as much training
  /// comes before the next one all the same.
  @Test func aSlowSaveIsFollowedByTraining() throws {
    try withTemporaryFolder { folder in
      let command = try Train.parse([
        "--corpus", NanoModel.corpus, "--steps", "10", "--save-every", "2s", "-o", folder + "/m.zk",
      ])
      var configuration = Configuration.tiny
      try configuration.apply(JSONValue(parsing: readBytes(NanoModel.settings)))
      let trainer = try Trainer(
        configuration, corpus: Corpus(paths: command.corpus, options: ReaderOptions()), threads: 1)
      let validation = try Corpus.sample(
        paths: command.corpus, options: ReaderOptions(), cropLength: 100, bytes: 100)
      var steps: [Substring] = []
      let console = Console(verb: "train", verbosity: .normal, status: StatusLine(mode: .never)) {
        let words = $0.split(separator: " ")
        if words.contains("validation") { steps.append(words[3]) }
      }
      // A second passes between two looks at it: one in a step, some in a save.
      let seconds = Mutex(0.0)
      let clock = TrainingClock {
        seconds.withLock {
          $0 += 1
          return $0
        }
      }
      let session = try TrainingSession(
        trainer: trainer, command: command, console: console, validation: validation, clock: clock,
        ranks: Ranks())
      try session.run()
      #expect(steps == ["3", "5", "7", "9", "10"])
    }
  }
}
