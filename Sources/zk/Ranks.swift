import ZonkeyCore
import ZonkeyPlatform

/// The beginning and the end of a run of one rank or of several, and what they decide together.
///
/// What goes wrong on one rank is said there and ends all. What all ranks find out together is said
/// by the first alone.
final class Ranks {
  let exchange: any GradientExchange
  private let linked: LinkedRank?
  /// Whether all ranks know that the run ends.
  private var isSettled = false

  /// Joins the other ranks, where there are any.
  init() throws {
    linked = try LinkedRank()
    exchange = linked ?? Alone()
    if linked == nil { try Self.refuseToBeOneOfSeveral() }
  }

  var isFirst: Bool { exchange.isFirst }

  /// Time in the exchange, waiting included; nil for one rank.
  var exchangeSeconds: Double? { exchange.count > 1 ? linked?.seconds : nil }

  /// Several processes would each train the same and write the same file.
  private static func refuseToBeOneOfSeveral() throws {
    for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] {
      if let text = System.environment(name), let count = Int(text), count > 1 {
        throw ZonkeyError.badConfiguration(
          key: "of ranks",
          reason: "this is one of \(count) processes that MPI has started, but zk is built without "
            + "MPI; start zk-mpi (make mpi) or a single zk")
      }
    }
  }

  /// The console of a verb, on which ranks behind the first say only what went wrong on them.
  func console(verb: String, _ common: CommonOptions) -> Console {
    isFirst
      ? common.console(verb: verb)
      : Console(
        verb: "\(verb), rank \(exchange.rank)", verbosity: .quiet, status: StatusLine(mode: .never))
  }

  /// Runs the part of the start that may fail on one rank alone, and throws on all when it does.
  func begin<Value>(_ console: Console, _ body: () throws -> Value) throws -> Value {
    let own = Result { try body() }
    var place: Int64 = 0
    if case .failure = own { place = Int64(exchange.count - exchange.rank) }
    let largest = try exchange.largest([place]).first ?? 0
    if largest > 0 { isSettled = true }
    switch own {
    case .success(let value) where largest == 0: return value
    // Of several ranks that failed, perhaps all for the same reason, the first one says why.
    case .failure(let error) where largest == place: throw said(error, console)
    default: throw ExitStatus.failure
    }
  }

  /// What to throw for an error of this rank, which is said here unless the program says it anyway.
  private func said(_ error: any Error, _ console: Console) -> any Error {
    if isFirst || error is Interruption { return error }
    console.warn("\(error)")
    return ExitStatus(ending: error)
  }

  /// Runs what all ranks find out together: what it throws, all of them know.
  func together<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      isSettled = true
      throw error
    }
  }

  /// The next update, which all ranks have drawn; nil when the run is over for all of them.
  func nextUpdate(
    of trainer: Trainer, isOver: Bool, console: Console, read: () throws -> [[Crop]]?
  ) throws -> [[Crop]]? {
    var (vote, update, failure) = (RunVote.over, [[Crop]]?.none, (any Error)?.none)
    do {
      try Signals.check()
      if !isOver {
        update = try read()
        vote = update == nil ? .usedUp : .goOn
      }
    } catch {
      failure = error
      vote = error is Interruption ? .stopped : .failed
    }
    let agreed = try together { try trainer.agree(vote, on: update) }
    if agreed != .goOn { isSettled = true }
    if let failure { throw said(failure, console) }
    switch agreed {
    case .goOn: return update
    case .usedUp, .over: return nil
    case .stopped: throw Interruption(signal: Signals.pending ?? SIGTERM)
    case .failed:
      throw ZonkeyError.io(path: "the other ranks", reason: "one of them failed and says why")
    }
  }

  /// Leaves the others, after an error or without one, and throws what is still to be said of it.
  func leave(after error: (any Error)?, console: Console) throws {
    guard let linked else {
      if let error { throw error }
      return
    }
    var isSaid = false
    func say() {
      guard let error, !isSaid, !(error is Interruption || error is ExitStatus) else { return }
      isSaid = true
      console.warn("\(error)\((error as? ZonkeyError)?.advice ?? "")")
    }
    // What is to be said is known to all, and the first says it before anybody ends: mpirun ends
    // the others as soon as one has a status that is not 0.
    if !leavesInOrder(linked, saying: isFirst ? say : {}) {
      say()
      linked.giveUp(error.map { ExitStatus(ending: $0) } ?? .failure)
    }
    if let error { throw ExitStatus(ending: error) }
  }

  /// Tells the others, who are about to ask what comes next, and waits until all are done; false
  /// when some are lost.
  private func leavesInOrder(_ linked: LinkedRank, saying say: () -> Void) -> Bool {
    do {
      if linked.isBroken { return false }
      if !isSettled { _ = try linked.largest([RunVote.failed.rawValue, 0, 0]) }
      say()
      _ = try linked.largest([0])
      linked.finish()
      return true
    } catch {
      return false
    }
  }
}

extension ExitStatus {
  /// The status of a run that this error ends.
  init(ending error: any Error) {
    switch error {
    case let status as ExitStatus: self = status
    case let interruption as Interruption: self = .ended(by: interruption.signal)
    case let error as ZonkeyError: self = ExitStatus(error)
    default: self = .failure
    }
  }
}
