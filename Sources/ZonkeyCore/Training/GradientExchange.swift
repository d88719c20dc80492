/// How the processes that train one model together, its ranks from 0 on, exchange what they have.
///
/// All ranks make the same calls in the same order, but for `send` and `receive`, which go in pairs.
/// What is sent lies in memory as it is; ranks must agree on the order of bytes. Every call throws
/// when a rank is lost, and may wait as long as the slowest rank takes.
package protocol GradientExchange {
  var rank: Int { get }
  var count: Int { get }
  func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) throws
  /// Fills the bytes with those that `rank` sends.
  func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) throws
  /// Gives every rank the bytes of rank 0.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws
  /// The largest number of all ranks at every place.
  func largest(_ numbers: [Int64]) throws -> [Int64]
}

/// One process that trains alone.
package struct Alone: GradientExchange {
  package let rank = 0
  package let count = 1

  package init() {}

  package func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) {
    preconditionFailure("there is no other rank")
  }

  package func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) {
    preconditionFailure("there is no other rank")
  }

  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {}

  package func largest(_ numbers: [Int64]) -> [Int64] { numbers }
}

extension GradientExchange {
  /// Whether this rank updates the weights, writes and says what there is to say.
  package var isFirst: Bool { rank == 0 }

  /// Sends bytes behind their number; `receiveList` takes them.
  func send(list: [UInt32], to rank: Int) throws {
    try withUnsafeBytes(of: Int64(list.count)) { try send($0, to: rank) }
    try list.withUnsafeBytes { try send($0, to: rank) }
  }

  /// What `send(list:)` sent; `nil` when it is too long to be that.
  func receiveList(from rank: Int) throws -> [UInt32]? {
    var count: Int64 = 0
    try withUnsafeMutableBytes(of: &count) { try receive($0, from: rank) }
    guard (0...1 << 26).contains(count) else { return nil }
    var list = [UInt32](repeating: 0, count: Int(count))
    try list.withUnsafeMutableBytes { try receive($0, from: rank) }
    return list
  }
}
