import Dispatch
import ZonkeyBase
import ZonkeyPlatform

/// What is done with each of many items, on several threads and in order.
struct TextWork<Item: Sendable, Output: Sendable>: Sendable {
  typealias Body =
    @Sendable (
      _ worker: Int, _ items: ArraySlice<Item>, _ firstNumber: Int
    ) -> [Result<Output, ZonkeyError>]

  let workers: Int
  /// The most items that are computed together.
  let batch: Int
  /// An item's share of a round, in bytes of text.
  let bytes: @Sendable (Item) -> Int
  let body: Body

  func outputs(of items: [Item], firstNumber: Int) -> [Result<Output, ZonkeyError>] {
    Rounds.outputs(
      of: items, firstNumber: firstNumber, bytes: bytes, workers: workers, batch: batch, body)
  }

  /// All results; throws the first error.
  func run(_ items: some Sequence<Item>) throws(ZonkeyError) -> [Output] {
    var (outputs, round, sum, number) = ([Output](), [Item](), 0, 1)
    func finishRound() throws(ZonkeyError) {
      for result in self.outputs(of: round, firstNumber: number) {
        outputs.append(try result.get())
      }
      number += round.count
      (round, sum) = ([], 0)
    }
    for item in items {
      round.append(item)
      sum += bytes(item) + 16
      if sum >= Rounds.fullBytes { try finishRound() }
    }
    try finishRound()
    return outputs
  }
}

/// Objects that one worker each uses, whoever that is: never two at a time.
struct PerWorker<Object>: @unchecked Sendable {
  private let objects: [Object]

  init(_ count: Int, _ make: () throws(ZonkeyError) -> Object) throws(ZonkeyError) {
    var objects: [Object] = []
    for _ in 0..<max(1, count) { objects.append(try make()) }
    self.objects = objects
  }

  subscript(worker: Int) -> Object { objects[worker] }
}

/// The results of an asynchronous sequence, one for each of its elements and in their order.
///
/// Elements are taken in rounds, small ones first, and each round is computed on threads of its
/// own; memory is that of one round.
public struct AsyncResults<Base: AsyncSequence, Output: Sendable>: AsyncSequence
where Base.Element: Sendable {
  public typealias Element = Output
  let base: Base
  let work: TextWork<Base.Element, Output>

  public struct AsyncIterator: AsyncIteratorProtocol {
    var base: Base.AsyncIterator
    let work: TextWork<Base.Element, Output>
    private var ready: ArraySlice<Result<Output, ZonkeyError>> = []
    private var number = 1
    private var limit = Rounds.firstBytes

    init(base: Base.AsyncIterator, work: TextWork<Base.Element, Output>) {
      self.base = base
      self.work = work
    }

    public mutating func next() async throws -> Output? {
      if ready.isEmpty { ready = try await nextRound() }
      return try ready.popFirst()?.get()
    }

    private mutating func nextRound() async throws -> ArraySlice<Result<Output, ZonkeyError>> {
      var (round, sum) = ([Base.Element](), 0)
      while sum < limit, round.count < work.batch * work.workers, let item = try await base.next() {
        round.append(item)
        sum += work.bytes(item) + 16
      }
      let (items, first, work) = (round, number, work)
      number += round.count
      limit = Swift.min(2 * limit, Rounds.fullBytes)
      // Off the threads that run asynchronous code: a round keeps its threads busy.
      return await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(returning: work.outputs(of: items, firstNumber: first)[...])
        }
      }
    }
  }

  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(base: base.makeAsyncIterator(), work: work)
  }
}
