import Synchronization
import Testing
import ZonkeyCore
import ZonkeyPlatform

/// Ranks that are threads of this process, and the mail between them.
final class Mail: Sendable {
  struct Lost: Error {}

  private struct Route: Hashable {
    let from: Int
    let to: Int
  }

  private let waiting = Mutex<[Route: [[UInt8]]]>([:])

  func send(_ bytes: [UInt8], from: Int, to: Int) {
    waiting.withLock { $0[Route(from: from, to: to), default: []].append(bytes) }
  }

  /// The next bytes; throws when they do not come for a minute.
  func receive(from: Int, to: Int) throws -> [UInt8] {
    let route = Route(from: from, to: to)
    let end = System.monotonicSeconds + 60
    while System.monotonicSeconds < end {
      let next = waiting.withLock { waiting -> [UInt8]? in
        guard waiting[route]?.isEmpty == false else { return nil }
        return waiting[route]?.removeFirst()
      }
      if let next { return next }
      usleep(50)
    }
    throw Lost()
  }

  /// Whether everything that was sent has been received.
  var isEmpty: Bool { waiting.withLock { $0.values.allSatisfy(\.isEmpty) } }
}

struct ThreadRank: GradientExchange {
  let rank: Int
  let count: Int
  let mail: Mail

  func send(_ bytes: UnsafeRawBufferPointer, to other: Int) {
    mail.send(Array(bytes), from: rank, to: other)
  }

  func receive(_ bytes: UnsafeMutableRawBufferPointer, from other: Int) throws {
    let sent = try mail.receive(from: other, to: rank)
    #expect(sent.count == bytes.count)
    bytes.copyBytes(from: sent.prefix(bytes.count))
  }

  func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
    guard rank == 0 else { return try receive(bytes, from: 0) }
    for other in 1..<max(1, count) { send(UnsafeRawBufferPointer(bytes), to: other) }
  }

  func largest(_ numbers: [Int64]) throws -> [Int64] {
    var numbers = numbers
    if rank == 0 {
      for other in 1..<max(1, count) {
        var theirs = numbers
        try theirs.withUnsafeMutableBytes { try receive($0, from: other) }
        numbers = zip(numbers, theirs).map { max($0, $1) }
      }
    } else {
      numbers.withUnsafeBytes { send($0, to: 0) }
    }
    try numbers.withUnsafeMutableBytes { try broadcast($0) }
    return numbers
  }
}

/// Runs `body` once for each rank, all at the same time, and gives what they return; throws the
/// first error.
func onRanks<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (ThreadRank) throws -> Value
) async throws -> [Value] {
  let mail = Mail()
  let results = try await withThrowingTaskGroup(of: (Int, Value).self) { group in
    for rank in 0..<count {
      group.addTask {
        try await withCheckedThrowingContinuation { continuation in
          DispatchThread.run {
            continuation.resume(
              with: Result { (rank, try body(ThreadRank(rank: rank, count: count, mail: mail))) })
          }
        }
      }
    }
    var results: [Int: Value] = [:]
    for try await (rank, value) in group { results[rank] = value }
    return results
  }
  #expect(mail.isEmpty)
  return (0..<count).compactMap { results[$0] }
}

/// A thread of its own: ranks wait for each other, and would use up those that tests share.
private enum DispatchThread {
  private final class Box {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  static func run(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, box)
    pthread_detach(thread)
  }
}
