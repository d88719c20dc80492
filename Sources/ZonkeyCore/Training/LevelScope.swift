import ZonkeyEngine
import ZonkeyKernels
import ZonkeyModel
import ZonkeyPlatform

/// What a level does in a step.
package struct LevelScope: Sendable {
  /// Whether it learns: otherwise it only splits and compresses.
  package var learns = true
  /// Whether it is shown noise yet.
  package var isNoisy = true
  /// Whether its splitter learns too.
  package var splits = true
  /// Whether what makes its latents does; without that its splitter does not either.
  package var encodes = true
  /// Whether the level below learns to decode what this one decodes.
  package var teachesBelow = false
  /// Losses that nobody wants are not computed.
  package var unwanted: Set<LossName> = []

  package init() {}

  /// That of a level when a run has seen so many bytes.
  init(level: LevelConfiguration, of configuration: Configuration, bytes: Int) {
    let departures = level.departures
    // A last byte of 1 leaves none: what stays from the beginning does not learn in the first step.
    func goesOn(to end: Int) -> Bool { end == 0 || bytes < end - 1 }
    learns = departures.learningRateShare > 0
    isNoisy = departures.noiseFromByte <= bytes
    encodes = goesOn(to: departures.encoderToByte)
    splits = encodes && goesOn(to: departures.splitterToByte)
    let weights = level.weights ?? configuration.weights
    unwanted = Set(LossName.allCases.filter { weights[$0] == 0 })
  }

  func wants(_ name: LossName) -> Bool { !unwanted.contains(name) }

  var wantsClean: Bool {
    [
      .cleanExistence, .cleanReconstruction, .cleanStitcherPosition, .cleanStitcherSequence,
      .unitSymbols,
    ].contains { wants($0) }
  }

  var wantsNoisy: Bool {
    isNoisy && (wants(.dirtyReconstruction) || wants(.dirtyExistence))
  }
}

/// Which levels take part in a step, and how.
package struct TrainingStage: Sendable {
  package var scopes: [LevelScope]

  /// That of a run with a teacher: level 0 alone, of which the splitter learns.
  static let withTeacher = TrainingStage(scopes: [LevelScope()])

  private init(scopes: [LevelScope]) { self.scopes = scopes }

  /// The stage of a run that has seen so many bytes.
  ///
  /// A level takes part once its first byte has come; those above the highest that learns do not.
  package init(_ configuration: Configuration, bytes: Int) {
    let begun = configuration.levels.prefix { $0.departures.fromByte <= bytes }
    scopes = begun.map { LevelScope(level: $0, of: configuration, bytes: bytes) }
    for (index, below) in scopes.dropLast().enumerated() {
      scopes[index + 1].teachesBelow = below.learns && !below.encodes
    }
    while let last = scopes.last, !last.learns { scopes.removeLast() }
  }

  /// The levels whose probabilities of starts stay what they are in the whole of a run without a teacher.
  static func keepSplits(_ configuration: Configuration) -> [Bool] {
    var latentsStay = true
    return configuration.levels.map { level in
      // What does not learn at the first byte never does.
      let scope = LevelScope(level: level, of: configuration, bytes: 0)
      defer { latentsStay = latentsStay && !(scope.learns && scope.encodes) }
      return latentsStay && !(scope.learns && scope.splits)
    }
  }

  /// All levels that have begun, with all their losses.
  package static func validation(_ configuration: Configuration, bytes: Int) -> TrainingStage {
    var stage = TrainingStage(configuration, bytes: .max)
    let begun = configuration.levels.prefix { $0.departures.fromByte <= bytes }.count
    stage.scopes = (0..<begun).map { index in
      var scope = index < stage.scopes.count ? stage.scopes[index] : LevelScope()
      scope.learns = true
      scope.unwanted.subtract([.cleanReconstruction, .dirtyReconstruction])
      return scope
    }
    return stage
  }
}

extension LossWeights {
  /// The weight of a loss.
  package subscript(_ name: LossName) -> Float {
    switch name {
    case .collapse: collapse
    case .cleanExistence: cleanExistence
    case .maskedModelling: maskedModelling
    case .cleanReconstruction: cleanReconstruction
    case .cleanStitcherPosition: cleanStitcherPosition
    case .cleanStitcherSequence: cleanStitcherSequence
    case .dirtyExistence: dirtyExistence
    case .dirtyReconstruction: dirtyReconstruction
    case .meanBoundary: meanBoundary
    case .patch: patch
    case .shortSegment: shortSegment
    case .nullPosition: nullPosition
    case .nullSequence: nullSequence
    case .rate: rate
    case .lineStart: lineStart
    case .unitSymbols: unitSymbols
    case .unitPrior: unitPrior
    // No run has a choice: with a teacher it is the only loss, without there is none.
    case .teacher: 1
    }
  }
}
