import Dispatch
import Synchronization

/// A stretch of a file after decompression, or why there is none.
package enum DecodedPiece: Sendable {
  /// Bytes; `end` is the offset in the file behind them, `restart` the one from which the file
  /// can be decoded without what precedes.
  case bytes([UInt8], end: Int, restart: Int)
  case end(offset: Int)
  case failed(ZonkeyError, offset: Int)
  /// The file is not as the pieces took it to be: it is to be decoded in order from an offset.
  case doubt(restart: Int)
}

/// Where pieces of a file come from, one after another.
///
/// `ReadAhead` calls it under a lock, from any of its threads.
package protocol PieceSource: AnyObject, Sendable {
  /// What decodes the next piece, on any thread; `nil` after the last.
  func next() -> (@Sendable () -> DecodedPiece)?
}

/// Decodes ahead of its reader on threads of its own, in order and within bounds.
///
/// When it goes away its threads end, each after the piece that it has in hand; nobody waits for
/// them, since one may wait for a slow pipe. Not for use from several threads at a time.
final class ReadAhead {
  private let pool: DecodePool
  private var takenCount = 0

  init(_ source: any PieceSource, threads: Int) {
    // Two for each thread, so that none waits while the reader takes one.
    pool = DecodePool(source, slotCount: 2 * threads + 2)
    for worker in 0..<threads {
      // A queue of its own is a thread of its own, whatever else Dispatch runs.
      DispatchQueue(label: "zk.decode.\(worker)").async { [pool] in pool.work() }
    }
  }

  deinit {
    pool.stop()
  }

  /// The next piece, waited for. After one that holds no bytes it must not be called again.
  func next() -> DecodedPiece {
    takenCount += 1
    return pool.take(takenCount - 1)
  }
}

/// What the threads of a `ReadAhead` share: a ring of pieces, filled in any order, taken in order.
private final class DecodePool: Sendable {
  private final class Slot: Sendable {
    let isReady = DispatchSemaphore(value: 0)
    let piece = Mutex<DecodedPiece?>(nil)
  }

  private struct Claims {
    let source: any PieceSource
    var count = 0
  }

  private let claims: Mutex<Claims>
  private let slots: [Slot]
  /// Counts slots that no piece is meant for. It begins at 0, as a semaphore must not end below
  /// where it began.
  private let freeSlots = DispatchSemaphore(value: 0)
  private let isStopped = Atomic(false)

  init(_ source: any PieceSource, slotCount: Int) {
    claims = Mutex(Claims(source: source))
    slots = (0..<slotCount).map { _ in Slot() }
    for _ in slots { freeSlots.signal() }
  }

  /// Decodes until the source ends or the reader goes away.
  func work() {
    while true {
      freeSlots.wait()
      guard !isStopped.load(ordering: .acquiring), let (index, decode) = claim() else {
        // The other threads are to wake and end too.
        freeSlots.signal()
        return
      }
      let slot = slots[index % slots.count]
      let piece = decode()
      slot.piece.withLock { $0 = piece }
      slot.isReady.signal()
    }
  }

  private func claim() -> (index: Int, decode: @Sendable () -> DecodedPiece)? {
    claims.withLock { claims in
      guard let decode = claims.source.next() else { return nil }
      claims.count += 1
      return (claims.count - 1, decode)
    }
  }

  func take(_ index: Int) -> DecodedPiece {
    let slot = slots[index % slots.count]
    slot.isReady.wait()
    let piece = slot.piece.withLock { piece in
      defer { piece = nil }
      return piece
    }
    freeSlots.signal()
    guard let piece else { preconditionFailure("a slot is ready without a piece") }
    return piece
  }

  func stop() {
    isStopped.store(true, ordering: .releasing)
    freeSlots.signal()
  }
}

/// The pieces of a stream that can only be decoded in order.
///
/// Unchecked, because one thread uses it: the only one of its `ReadAhead`.
final class SerialPieces: PieceSource, @unchecked Sendable {
  private static let pieceBytes = 1 << 17

  private let stream: SerialStream
  private var skippedBytes: Int
  private let restart: Int
  private var isDone = false

  /// Goes on with a stream, without the first bytes that it gives.
  init(_ stream: SerialStream, skipping skippedBytes: Int = 0) {
    self.stream = stream
    self.skippedBytes = skippedBytes
    restart = stream.offset
  }

  package func next() -> (@Sendable () -> DecodedPiece)? {
    if isDone { return nil }
    let piece = decoded()
    if case .bytes = piece {} else { isDone = true }
    return { piece }
  }

  private func decoded() -> DecodedPiece {
    do throws(ZonkeyError) {
      while true {
        let bytes = try stream.bytes(atMost: Self.pieceBytes)
        if bytes.isEmpty { return .end(offset: stream.offset) }
        let skipped = min(skippedBytes, bytes.count)
        skippedBytes -= skipped
        if skipped == bytes.count { continue }
        return .bytes(
          skipped == 0 ? bytes : Array(bytes[skipped...]), end: stream.offset, restart: restart)
      }
    } catch {
      return .failed(error, offset: stream.offset)
    }
  }
}
