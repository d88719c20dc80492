import ZonkeyBase
import ZonkeyEngine
import Synchronization

/// A trained model ready for use: configuration, weights, calibration.
///
/// Immutable and safe to share between threads; each thread works with a tape of its own.
public final class Zonkey: Sendable {
  package let model: ZonkeyModel
  package let weights: ParameterStore
  private let packed: PackedWeights
  package let arithmetic: Arithmetic
  private let madeSymbolTables = MadeOnce<SymbolTables>()
  private let madeLexiconTable = MadeOnce<LexiconTable?>()
  private let madePriorTable = MadeOnce<PriorTable>()
  private let madeSegmentTable = MadeOnce<RecentTable>()
  private let madeDecodedTable = MadeOnce<RecentTable>()
  /// One for each level.
  package let calibrations: [Calibration]
  /// The segments that are known, which texts from noise are made of; not every model has them.
  public let lexicon: Lexicon?
  /// The model's id: a fingerprint of configuration and weights, 16 hexadecimal digits.
  public let id: String
  public let state: TrainingState
  /// The highest level whose weights are there.
  private let topLevel: Int

  public var configuration: Configuration { model.configuration }
  public var levelCount: Int { model.levels.count }

  /// Learned numbers.
  public var parameterCount: Int { model.parameters.learnedCount }

  /// Level by level the mean length of a segment in its units, as the splitter expects it.
  public var meanLengths: [Float] { calibrations.map { 1 / max($0.expectedRate, 1e-6) } }

  /// C·D of a level: the width of its latents.
  public func latentWidth(_ level: Int) -> Int { model.levels[level].configuration.latentWidth }

  package init(
    model: ZonkeyModel, weights: ParameterStore, calibrations: [Calibration],
    lexicon: Lexicon? = nil, state: TrainingState, id: String, arithmetic: Arithmetic = .float32,
    topLevel: Int? = nil
  ) {
    self.model = model
    self.weights = weights
    self.arithmetic = arithmetic
    packed = PackedWeights(weights, arithmetic: arithmetic)
    self.calibrations = calibrations
    self.lexicon = lexicon
    self.state = state
    self.id = id
    self.topLevel = topLevel ?? model.levels.count - 1
  }

  /// Throws `noLevel` when the model has no such level.
  package func check(level: Int) throws(ZonkeyError) {
    guard (0..<levelCount).contains(level) else {
      throw .noLevel(found: level, levelCount: levelCount)
    }
    precondition(level <= topLevel, "check: the weights of this level were not read")
  }

  /// A tape for inference on the calling thread.
  package func tape() -> Tape {
    Tape(weights: weights, packed: packed)
  }

  /// The tables of level 0.
  package var symbolTables: SymbolTables {
    madeSymbolTables.value { SymbolTables(self) }
  }

  /// The table of the model's lexicon, made on so many threads, for texts that come down from level `top`;
  /// nil where there is none, and for level 0, which decodes bytes and knows all of them.
  package func lexiconTable(below top: Int, threads: Int = 1) throws(ZonkeyError) -> LexiconTable? {
    guard top > 0 else { return nil }
    return try madeLexiconTable.value { () throws(ZonkeyError) in
      guard let lexicon else { return nil }
      return try LexiconTable(lexicon, of: self, threads: threads)
    }
  }

  /// What level 1's prior knows of the lexicon's segments; nil where there is neither.
  package func priorTable() throws(ZonkeyError) -> PriorTable? {
    guard levelCount > 1, let prior = model.levels[1].prior, let lexicon,
      let table = try lexiconTable(below: 1)
    else { return nil }
    return madePriorTable.value { PriorTable(prior, lexicon, table, of: self) }
  }

  /// The latents of segments of level 0, most of them words.
  var segmentTable: RecentTable {
    madeSegmentTable.value { RecentTable(width: latentWidth(0)) }
  }

  /// What segments of level 0 were decoded to, where their latents were given: words come again.
  var decodedTable: RecentTable {
    madeDecodedTable.value { RecentTable(width: LatentExpander.tableWidth(model.levels[0])) }
  }
}

/// What is made when it is first asked for, once for all threads.
private struct MadeOnce<Value: Sendable>: ~Copyable, Sendable {
  private let made = Mutex<Value?>(nil)

  borrowing func value<Failure>(
    _ make: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try made.withLock { made throws(Failure) in
      if let made { return made }
      let value = try make()
      made = value
      return value
    }
  }
}
