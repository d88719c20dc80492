import ZonkeyBase

/// Everything beside arrays that a checkpoint needs to continue a run.
public struct TrainingState: Sendable, Equatable {
  /// Steps taken.
  public var step = 0
  /// Text bytes seen, crops counted as often as they were drawn.
  public var bytes = 0
  public var seed: UInt64 = 0
  /// Wall-clock time spent training, over all sessions.
  public var elapsedSeconds = 0.0
  /// The steps of the learning rate's fall, once planned.
  public var decay: Range<Int>?
  /// Updates of each level, where not all have had as many as there were steps.
  public var levelSteps: [Int]?
  /// How the averaged weights did on validation text when they were last tried.
  public var validation: ValidationFigures?
  /// The id of the model from which the splitter learns, where one does.
  public var teacher: String?

  public init(seed: UInt64) { self.seed = seed }

  /// The most steps of a run: more than any machine takes, few enough to count crops with.
  public static let maximumSteps = 1 << 32
  /// The most text that a run sees, 2^60 bytes.
  static let maximumBytes = 1 << 60
  /// The longest run, over three thousand years.
  static let maximumSeconds = 1e11

  package var json: JSONValue {
    var out = JSONObject()
    out["step"] = .integer(Int64(step))
    out["bytes"] = .integer(Int64(bytes))
    out["seed"] = .string(String(seed))
    out["elapsed_seconds"] = .number(elapsedSeconds)
    if let decay {
      out["decay_first"] = .integer(Int64(decay.lowerBound))
      out["decay_end"] = .integer(Int64(decay.upperBound))
    }
    out["level_steps"] = levelSteps.map { .array($0.map { .integer(Int64($0)) }) }
    if let validation, (validation.clean + validation.dirty).allSatisfy(\.isFinite) {
      out["validation"] = validation.json
    }
    out["teacher"] = teacher.map { .string($0) }
    return .object(out)
  }

  /// Reads what `json` wrote; throws `badModel` when it is something else.
  package init(json: JSONValue, path: String) throws(ZonkeyError) {
    guard let step = json["step"]?.intValue, let bytes = json["bytes"]?.intValue,
      let seed = (json["seed"]?.stringValue).flatMap({ UInt64($0) }),
      let elapsed = json["elapsed_seconds"]?.doubleValue, (0...Self.maximumSteps).contains(step),
      (0...Self.maximumBytes).contains(bytes), (0...Self.maximumSeconds).contains(elapsed)
    else { throw Self.unreadable(path) }
    self.step = step
    self.bytes = bytes
    self.seed = seed
    elapsedSeconds = elapsed
    if let first = json["decay_first"], let end = json["decay_end"] {
      guard let first = first.intValue, let end = end.intValue, first >= 0, first <= end,
        end <= Self.maximumSteps
      else { throw Self.unreadable(path) }
      decay = first..<end
    }
    if let steps = json["level_steps"] {
      let counts = steps.arrayValue?.compactMap(\.intValue)
      guard let counts, counts.count == steps.arrayValue?.count, counts.count <= 64,
        counts.allSatisfy((0...Self.maximumSteps).contains)
      else { throw Self.unreadable(path) }
      levelSteps = counts
    }
    if let value = json["teacher"] {
      guard let id = value.stringValue else { throw Self.unreadable(path) }
      teacher = id
    }
    if let figures = json["validation"], !figures.isNull {
      guard let validation = ValidationFigures(json: figures) else { throw Self.unreadable(path) }
      self.validation = validation
    }
  }

  private static func unreadable(_ path: String) -> ZonkeyError {
    .badModel(
      path: path, reason: "the training state is not readable; train anew or use another file")
  }
}

/// Reconstruction losses on validation text, in nats for each unit, level by level.
///
/// They are conditional on the latents: no bits per byte of a language model.
public struct ValidationFigures: Sendable, Equatable {
  public let step: Int
  /// Decoded from clean latents.
  public let clean: [Float]
  /// Decoded from noisy ones.
  public let dirty: [Float]
  /// What else was asked of each level; older checkpoints have none.
  public let probes: [LevelProbe]

  package init(step: Int, losses: [[LossName: Float]], probes: [LevelProbe] = []) {
    self.step = step
    self.probes = probes
    clean = losses.map { $0[.cleanReconstruction] ?? 0 }
    dirty = losses.map { $0[.dirtyReconstruction] ?? 0 }
  }

  package var json: JSONValue {
    [
      "step": .integer(Int64(step)), "clean": .array(clean.map { JSONValue($0) }),
      "dirty": .array(dirty.map { JSONValue($0) }), "probes": .array(probes.map(\.json)),
    ]
  }

  package init?(json: JSONValue) {
    guard let step = json["step"]?.intValue, let clean = json["clean"]?.arrayValue,
      let dirty = json["dirty"]?.arrayValue
    else { return nil }
    self.step = step
    probes = json["probes"]?.arrayValue?.compactMap { LevelProbe(json: $0) } ?? []
    self.clean = clean.compactMap { $0.doubleValue.map { Float($0) } }
    self.dirty = dirty.compactMap { $0.doubleValue.map { Float($0) } }
    guard clean.count == self.clean.count, dirty.count == self.dirty.count,
      clean.count == dirty.count, clean.count <= 64,
      (0...TrainingState.maximumSteps).contains(step),
      (self.clean + self.dirty).allSatisfy(\.isFinite)
    else { return nil }
  }
}
