import TestSupport
import Testing
import ZonkeyCore

/// Runs in which a splitter learns from that of another model.
@Suite struct TeacherTests {
  private let words = ["one ", "two ", "three ", "four\n", "fünf "]

  /// A model that has learned a little.
  private func known() throws -> Checkpoint {
    let trainer = try Trainer(smallTraining(), seed: 3, crops: crops(of: words), threads: 1)
    for _ in 0..<20 { _ = try trainer.step() }
    return try trainer.checkpoint(calibratedOn: [Array("one two three".utf8)])
  }

  /// The settings of a pupil, and what it begins with.
  private func pupil(of start: Checkpoint) throws -> Configuration {
    var configuration = start.configuration
    for setting in ["levels.0.splitterWidth=8", "levels.0.learningRateShare=0"] {
      try configuration.set(setting)
    }
    return configuration
  }

  private func trainer(
    _ configuration: Configuration, _ start: Checkpoint, threads: Int = 1
  ) throws -> Trainer {
    let teacher = Teacher(start.zonkey)
    try teacher.check(configuration, from: start)
    return try Trainer(
      configuration, seed: 4, from: start, crops: crops(of: words), threads: threads,
      teacher: teacher)
  }

  private let sample = [
    Crop(bytes: Array("two one five fünf three two".utf8), complete: true),
    Crop(bytes: Array("fünf one one one three".utf8), complete: false),
  ]

  private func distance(_ trainer: Trainer) throws -> Float {
    let result = trainer.validate(sample)
    #expect(result.losses.count == 1 && result.losses[0].count == 1)
    return try #require(result.losses[0][.teacher])
  }

  /// Nothing else moves by a bit, not even by weight decay or averaging.
  @Test func aSplitterComesNearItsTeacherAndNothingElseMoves() throws {
    let start = try known()
    // Sums would take its sign.
    start.average.values[start.model.embedding.offset] = -0.0
    let trainer = try trainer(pupil(of: start), start)
    let splitter = trainer.model.levels[0].splitterRange
    let before = (0..<trainer.weights.count).map { trainer.weights.values[$0] }
    let first = try distance(trainer)
    for _ in 0..<60 {
      let report = try #require(try trainer.step())
      #expect(report.losses == [[.teacher: report.loss]] && report.gradientNorms.count == 1)
    }
    #expect(try distance(trainer) < 0.2 * first)
    for store in [trainer.weights, trainer.average] {
      for i in before.indices where !splitter.contains(i) {
        #expect(store.values[i].bitPattern == before[i].bitPattern)
      }
    }
    // What the model is worth is told too.
    let validation = try #require(trainer.state.validation)
    #expect(validation.step == 60 && validation.probes.count == start.configuration.levels.count)
    #expect(trainer.state.teacher == start.id)
  }

  /// One that is its own teacher has nothing to learn.
  @Test func equalSplittersAreEqual() throws {
    let start = try known()
    let trainer = try trainer(start.configuration, start)
    // What is looked up in use is computed in training.
    #expect(try distance(trainer) < 1e-9)
  }

  /// Where spaces are hidden, what the teacher says of one counts at the symbol behind it.
  @Test func hiddenSpacesLeaveTheirStarts() throws {
    let configuration = try known().configuration
    let end = [configuration.endSymbol, configuration.paddingSymbol]
    let teacher: [Float] = [0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 0.6, 0.4, 0.5]
    func lesson(_ text: String, complete: Bool = true, hides: ClosedRange<Int> = 0...9) -> Lesson {
      Lesson(
        Crop(bytes: Array(text.utf8), complete: complete), configuration, hides: hides.contains)
    }
    let hidden = lesson(" ab  c ")
    #expect(hidden.whole.symbols == " ab  c ".utf8.map { Int32($0) } + end)
    #expect(hidden.seen.symbols == "abc".utf8.map { Int32($0) } + end)
    #expect(hidden.seen.real == 4 && hidden.seen.complete && hidden.places == [1, 2, 5, 7, 8])
    #expect(hidden.probabilities(teacher) == [0.9, 0.8, 0.7, 0.6, 0.5])
    let open = lesson(" ab  c ", complete: false)
    #expect(open.seen.symbols.count == 3 && open.seen.real == 3 && !open.seen.complete)
    let some = lesson(" ab  c ", hides: 0...3)
    #expect(some.places == [1, 2, 4, 5, 6, 7, 8])
    #expect(some.probabilities(teacher) == [0.9, 0.8, 0.3, 0.7, 0.6, 0.4, 0.5])
    let shown = lesson(" ab  c ", hides: 9...9)
    #expect(shown.seen == shown.whole && shown.probabilities(teacher) == teacher)
    // Nothing but spaces would be no text.
    let blank = lesson("  ", complete: false)
    #expect(blank.seen == blank.whole && blank.seen.symbols.count == 2)
  }

  /// A pupil that has to find starts without the spaces by which its teacher finds them.
  @Test func startsAreLearnedWithoutTheirSpaces() throws {
    let start = try known()
    var configuration = try pupil(of: start)
    configuration.departures.hiddenSpaces = 1
    let trainer = try trainer(configuration, start)
    let first = try distance(trainer)
    let bytes = try (0..<60).map { _ in try #require(try trainer.step()).bytes }
    #expect(try distance(trainer) < 0.5 * first)
    // Text that was read counts, not what was seen of it.
    #expect(bytes.reduce(0, +) == trainer.state.bytes)
  }

  @Test func threadsMakeNoDifference() throws {
    let start = try known()
    let losses = try [1, 3].map { threads in
      let trainer = try trainer(pupil(of: start), start, threads: threads)
      return try (0..<5).map { _ in try #require(try trainer.step()).loss }
    }
    #expect(losses[0] == losses[1] && Set(losses[0]).count == 5)
  }

  @Test func aRunGoesOnFromItsFileWithItsTeacherOnly() throws {
    try withTemporaryFolder { folder in
      let start = try known()
      let (whole, part) = try (trainer(pupil(of: start), start), trainer(pupil(of: start), start))
      for _ in 0..<6 { _ = try whole.step() }
      for _ in 0..<3 { _ = try part.step() }
      let path = folder + "/part.zk"
      try part.checkpoint(calibratedOn: []).write(to: path)
      let read = try Checkpoint(path: path)
      #expect(read.state == part.state && read.configuration == part.configuration)
      func goOn(_ teacher: Teacher?) throws -> Trainer {
        try read.trainer(crops: crops(of: words), threads: 1, path: path, teacher: teacher)
      }
      let resumed = try goOn(Teacher(start.zonkey))
      for _ in 0..<3 { _ = try resumed.step() }
      for i in 0..<whole.weights.count {
        #expect(resumed.weights.values[i] == whole.weights.values[i])
      }
      #expect(throws: ZonkeyError.self) { try goOn(nil) }
      #expect(throws: ZonkeyError.self) { try goOn(Teacher(read.zonkey)) }
    }
  }

  @Test func whatCannotBeLearnedIsRefused() throws {
    let start = try known()
    let teacher = Teacher(start.zonkey)
    for (setting, key) in [
      ("vocabulary=300", "vocabulary"), ("levels.1.splitterWidth=8", "levels.1.splitter.input"),
      ("levels.0.compressorLayers=2", "levels.0.compressor"),
    ] {
      var configuration = try pupil(of: start)
      try configuration.set(setting)
      let error = #expect(throws: ZonkeyError.self) {
        try teacher.check(configuration, from: start)
      }
      #expect("\(String(describing: error))".contains(key))
    }
    #expect(throws: ZonkeyError.self) { try teacher.check(pupil(of: start), from: nil) }
  }
}
