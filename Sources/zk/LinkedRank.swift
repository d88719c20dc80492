import CExchange
import Synchronization
import ZonkeyCore
import ZonkeyPlatform

/// This process among those that train together, reached by the library that is linked.
final class LinkedRank: GradientExchange {
  let rank: Int
  let count: Int
  private let library: zk_exchange
  /// Whether a call has failed: then no rank can rely on any other.
  private(set) var isBroken = false
  /// Time in calls, waiting for slower ranks included.
  private(set) var seconds = 0.0

  /// Joins the others; throws `io` when they cannot be reached, and nil without a library.
  init?() throws {
    guard let library = zk_linked_exchange()?.pointee else { return nil }
    self.library = library
    var (rank, count): (Int32, Int32) = (0, 1)
    // Only the first rank has something to save, and no time to lose once it is told to end.
    let failure = library.start(&rank, &count) { LinkedRank.stops() }
    (self.rank, self.count) = (Int(rank), Int(count))
    if failure != 0 { throw error(failure) }
    Self.givesUp.store(rank == 0, ordering: .relaxed)
  }

  private static let givesUp = Atomic<Bool>(false)

  private static func stops() -> Int32 {
    givesUp.load(ordering: .relaxed) && Signals.pending != nil ? 1 : 0
  }

  func send(_ bytes: UnsafeRawBufferPointer, to other: Int) throws {
    try call { library.send(bytes.baseAddress, bytes.count, Int32(other)) }
  }

  func receive(_ bytes: UnsafeMutableRawBufferPointer, from other: Int) throws {
    try call { library.receive(bytes.baseAddress, bytes.count, Int32(other)) }
  }

  func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
    try call { library.broadcast(bytes.baseAddress, bytes.count) }
  }

  func largest(_ numbers: [Int64]) throws -> [Int64] {
    var numbers = numbers
    try numbers.withUnsafeMutableBufferPointer { buffer in
      try call { library.largest(buffer.baseAddress, Int32(buffer.count)) }
    }
    return numbers
  }

  /// Leaves in order, which all ranks must do.
  func finish() { library.finish() }

  /// Ends all ranks at once.
  func giveUp(_ status: ExitStatus) { library.give_up(status.rawValue) }

  private func call(_ body: () -> Int32) throws {
    let start = System.monotonicSeconds
    defer { seconds += System.monotonicSeconds - start }
    let failure = body()
    guard failure != 0 else { return }
    isBroken = true
    if failure == ZK_EXCHANGE_STOPPED { try Signals.check() }
    throw error(failure)
  }

  private func error(_ failure: Int32) -> ZonkeyError {
    var text = [CChar](repeating: 0, count: 512)
    library.explain(failure, &text, text.count)
    let reason = String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return .io(path: "the other ranks", reason: reason.isEmpty ? "they cannot be reached" : reason)
  }
}
