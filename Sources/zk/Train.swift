import ArgumentParser
import ZonkeyCore

/// `zk train`: a corpus goes in, a checkpoint comes out.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model on a corpus.",
    discussion: """
      The corpus is read as a stream, shuffled in a bounded buffer and cut into random crops; \
      files are read again and again, standard input once. The checkpoint is replaced in one \
      step, so that killing zk at any moment leaves the last complete one. SIGINT, \
      SIGTERM and SIGHUP save and end, and whatever else ends a run, its last good step is saved \
      if it can be; --resume goes on as if nothing had happened. Time that zk spends stopped or \
      asleep does not count for --time.

      With --teacher level 0's splitter learns to find the starts that another model's finds, and \
      all other weights stay as they are: so a model gets a smaller splitter, which is faster, in \
      minutes (--set levels.0.splitterWidth=16). With --set hiddenSpaces=0.5 it sees half of the \
      text without all the spaces that the teacher reads, and learns to find words without them.

      Examples:
        zk train --corpus dump.xml.bz2 --preset tiny --time 10m -o model.zk
        bzcat dump.xml.bz2 | zk train --corpus - --time 10m -o piped.zk
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("What to learn from; - is standard input.", valueName: "file"),
    completion: .file())
  var corpus: [String]

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The checkpoint to write.", valueName: "file"),
    completion: .file(extensions: ["zk"]))
  var output: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Text to validate on at every save.", valueName: "file"),
    completion: .file())
  var valid: [String] = []

  @Option(
    help: ArgumentHelp("The size of the model.", valueName: "tiny|small|base|paper"),
    completion: .list(Configuration.presetNames))
  var preset: String?

  @Option(
    help: ArgumentHelp("A JSON file of settings over the preset's.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var config: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "One setting, such as levels.0.targetRate=0.2; can be repeated.", valueName: "key=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("Train this long: 90s, 10m, 2h.", valueName: "time"))
  var time: TimeSpan?

  @Option(help: ArgumentHelp("Train this many steps.", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Read the corpus this many times.", valueName: "n"))
  var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "Go on from a checkpoint; --resume alone means the file of --output.", valueName: "file"),
    completion: .file(extensions: ["zk"]))
  var resume: String?

  @Option(
    help: ArgumentHelp(
      "Start a new run with this model's weights, exported or not. Its settings hold but for those "
        + "that are given; levels may be added on top.", valueName: "file"),
    completion: .file(extensions: ["zk"]))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "Let level 0's splitter alone learn, from this model's; all else is that of --from, or of the "
        + "teacher itself.",
      valueName: "file"),
    completion: .file(extensions: ["zk"]))
  var teacher: String?

  @Option(help: ArgumentHelp("Save this often.", valueName: "time"))
  var saveEvery = TimeSpan(minutes: 10)

  @Option(
    help: ArgumentHelp("Append one JSON object for every step.", valueName: "file"),
    completion: .file(extensions: ["jsonl"]))
  var log: String?

  @Option(
    help: ArgumentHelp(
      "Write event files for TensorBoard: every figure, start probabilities, samples.",
      valueName: "folder"),
    completion: .directory)
  var tensorboard: String?

  @Option(
    help: ArgumentHelp(
      "Write a page for the browser with curves and samples, anew at every save.",
      valueName: "file"),
    completion: .file(extensions: ["html"]))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Keep activations while no more than this much memory is in use for them, instead of "
        + "computing them twice: faster, with the same result. 0 needs the least memory.",
      valueName: "n"))
  var activationMemory = ByteCount(count: Trainer.standardKeptBytes)

  @Flag(help: "Print what training would cost, measured on two steps, and stop.")
  var dryRun = false

  @OptionGroup var seedOptions: SeedOptions
  @OptionGroup var inputOptions: InputOptions
  @OptionGroup var skipOptions: SkipOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if corpus.isEmpty { throw ValidationError("Name a corpus with --corpus; - is standard input.") }
    if output == nil && !dryRun { throw ValidationError("Name the checkpoint with --output.") }
    if let steps, !(1...TrainingState.maximumSteps).contains(steps) {
      throw ValidationError("--steps must be 1 to \(TrainingState.maximumSteps).")
    }
    if let epochs, epochs < 1 { throw ValidationError("--epochs must be at least 1.") }
    if resume != nil && (preset != nil || config != nil || !set.isEmpty) {
      throw ValidationError("A resumed run has its checkpoint's settings; leave out others.")
    }
    if resume != nil && from != nil {
      throw ValidationError("--resume goes on with a run, --from begins one; name one of them.")
    }
    if let preset, Configuration.preset(preset) == nil {
      let names = Configuration.presetNames.joined(separator: ", ")
      throw ValidationError("There is no preset \(preset); there are \(names).")
    }
  }

  func run() throws {
    let ranks = try Ranks()
    let console = ranks.console(verb: "train", common)
    var failure: (any Error)?
    do {
      try run(ranks, console)
    } catch {
      failure = error
    }
    try ranks.leave(after: failure, console: console)
  }

  private func run(_ ranks: Ranks, _ console: Console) throws {
    let (corpus, trainer, session) = try ranks.begin(console) { try start(ranks, console) }
    try ranks.together { try trainer.meet() }
    if dryRun {
      try DryRun(trainer: trainer, ranks: ranks).print()
    } else if let session {
      try session.run()
      try console.reportSkipped(corpus.skipped, allowed: skipOptions.allowSkips)
    } else {
      try TrainingHelp(trainer: trainer, ranks: ranks, console: console).run()
    }
  }

  /// Opens all that a rank needs; the session is the first rank's.
  private func start(
    _ ranks: Ranks, _ console: Console
  ) throws -> (Corpus, Trainer, TrainingSession?) {
    let corpus = try Corpus(paths: corpus, options: inputOptions.readerOptions())
    let trainer = try console.times.measure("starting") { try makeTrainer(corpus, console, ranks) }
    trainer.keptBytes = activationMemory.count
    if let steps { trainer.plan(totalSteps: steps) }
    guard ranks.isFirst && !dryRun else { return (corpus, trainer, nil) }
    return (corpus, trainer, try session(trainer, console: console, ranks: ranks))
  }

  /// The loop around the trainer, of the rank that leads it.
  private func session(
    _ trainer: Trainer, console: Console, ranks: Ranks
  ) throws -> TrainingSession {
    let widths = trainer.configuration.levels.map { "\($0.width)" }.joined(separator: ", ")
    console.detail(
      "\(ProgressText.count(trainer.parameterCount)) parameters, levels of width \(widths), seed "
        + "\(trainer.state.seed)")
    console.describe(threads: try common.threadCount(), arithmetic: .float32)
    let clock = TrainingClock()
    clock.start()
    return try TrainingSession(
      trainer: trainer, command: self, console: console, validation: validationCrops(trainer),
      clock: clock, ranks: ranks)
  }

  private func makeTrainer(
    _ corpus: Corpus, _ console: Console, _ ranks: Ranks
  ) throws -> Trainer {
    let threads = try common.threadCount()
    let teaching = try teacher.map { try Checkpoint(path: $0, .model) }
    let teacher = teaching.map { Teacher($0.zonkey) }
    guard let resume else {
      if let output, !dryRun, ranks.isFirst { try Self.refuseToReplace(output) }
      let start = try from.map { try Checkpoint(path: $0) } ?? teaching
      let configuration = try chosenConfiguration(from: start)
      try teacher?.check(configuration, from: start)
      if let start, let from = from ?? self.teacher {
        let (taken, all) = try start.fit(configuration)
        console.note("\(taken) of \(all) arrays are those of \(from), the others are new")
      }
      return try Trainer(
        configuration, seed: seedOptions.seed, from: start,
        crops: corpus.crops(configuration, seed: seedOptions.seed, passLimit: epochs),
        threads: threads, exchange: ranks.exchange, teacher: teacher)
    }
    let path = resume == "-" ? output ?? "" : resume
    let checkpoint = try Checkpoint(path: path)
    console.note("going on from \(path), step \(checkpoint.state.step)")
    let crops = corpus.crops(
      checkpoint.zonkey.configuration, seed: checkpoint.state.seed, passLimit: epochs)
    let trainer = try checkpoint.trainer(
      crops: crops, threads: threads, path: path, exchange: ranks.exchange, teacher: teacher)
    trainer.goOn(limitSeconds: time?.seconds)
    return trainer
  }

  /// A trained model is never replaced by a new run unless its owner says so.
  static func refuseToReplace(_ path: String) throws {
    if FileStatus.isRegularFile(path) {
      throw ZonkeyError.cannotCreate(
        path: path, reason: "the file exists; go on with --resume, remove it or name another")
    }
  }

  private func chosenConfiguration(from start: Checkpoint?) throws -> Configuration {
    let base = preset.map { Configuration.preset($0) } ?? start?.configuration
    guard var configuration = base ?? Configuration.preset("tiny") else {
      throw ValidationError("There is no such preset.")
    }
    if let config {
      let text = try WholeFile.read(config)
      do {
        try configuration.apply(JSONValue(parsing: text))
      } catch let error as JSONError {
        throw ZonkeyError.badInput(
          source: config, line: nil, offset: error.offset, reason: error.reason)
      }
    }
    for assignment in set { try configuration.set(assignment) }
    try configuration.validate()
    try configuration.validateForDocuments()
    try start?.checkStart(configuration)
    if let steps { try configuration.checkStages(steps: steps) }
    return configuration
  }

  private func validationCrops(_ trainer: Trainer) throws -> [Crop] {
    guard !valid.isEmpty else { return [] }
    return try Corpus.sample(
      paths: valid, options: inputOptions.readerOptions(),
      cropLength: trainer.configuration.levels[0].documentLength, bytes: 1 << 16)
  }
}

extension TimeSpan {
  init(minutes: Double) { seconds = minutes * 60 }
}
