import Synchronization
import ZonkeyEngine

/// What was computed last, by what it is a function of; one for all threads.
///
/// Nothing depends on what the table happens to hold: what is in it is what would be computed.
package final class RecentTable: Sendable {
  /// Floats that each generation has room for, in all parts.
  private static let floats = 1 << 22
  /// So many that threads seldom ask for the same one at a time.
  private static let partCount = 16

  /// Keys with their rows.
  private struct Generation {
    var index: KeyIndex
    private let rows: ParameterStore
    private let width: Int

    init(capacity: Int, width: Int) {
      index = KeyIndex(capacity: capacity)
      // Its pages take memory when they are first written.
      rows = ParameterStore(count: capacity * width)
      self.width = width
    }

    func row(_ number: Int) -> UnsafeMutablePointer<Float> { rows.values + number * width }
  }

  /// The keys of some hashes. When one generation is full the other is emptied and takes on what is
  /// asked for again.
  private struct Part {
    let capacity, width: Int
    var young, old: Generation

    init(capacity: Int, width: Int) {
      (self.capacity, self.width) = (capacity, width)
      young = Generation(capacity: capacity, width: width)
      old = Generation(capacity: capacity, width: width)
    }

    /// Copies a key's row; whether it is there.
    mutating func copy(
      _ key: Int, hash: UInt64, of keys: LookupKeys, to row: UnsafeMutablePointer<Float>
    ) -> Bool {
      if let number = young.index.find(key, hash: hash, of: keys).number {
        row.update(from: young.row(number), count: width)
        return true
      }
      guard let number = old.index.find(key, hash: hash, of: keys).number else { return false }
      row.update(from: old.row(number), count: width)
      add(key, hash: hash, of: keys, row)
      return true
    }

    /// Adds a key with its row, which another thread may have added meanwhile.
    mutating func add(
      _ key: Int, hash: UInt64, of keys: LookupKeys, _ row: UnsafePointer<Float>
    ) {
      if young.index.keys.count == capacity {
        swap(&young, &old)
        young.index.removeAll()
      }
      let (known, slot) = young.index.find(key, hash: hash, of: keys)
      guard known == nil else { return }
      young.row(young.index.keys.count).update(from: row, count: width)
      young.index.add(key, hash: hash, of: keys, slot: slot)
    }
  }

  private final class LockedPart: Sendable {
    private let part: Mutex<Part>

    init(capacity: Int, width: Int) { part = Mutex(Part(capacity: capacity, width: width)) }

    func withLock<Result>(_ body: (inout Part) -> Result) -> Result {
      part.withLock { body(&$0) }
    }
  }

  private let parts: [LockedPart]

  /// Rows of `width`, fewer of wide ones.
  package convenience init(width: Int) {
    self.init(capacity: min(1 << 15, max(1 << 6, Self.floats / width)), width: width)
  }

  package init(capacity: Int, width: Int) {
    let each = max(1, capacity / Self.partCount)
    parts = (0..<Self.partCount).map { _ in LockedPart(capacity: each, width: width) }
  }

  /// Writes the rows of keys to `out` [N, width]; `compute` is asked for those of the keys, by their
  /// places, that are not known, and hands them on run by run.
  package func look(
    up keys: LookupKeys, into out: Tensor,
    compute: (_ unknown: [Int], _ found: (Tensor) -> Void) -> Void
  ) {
    var unknown = KeyIndex(capacity: keys.count)
    var (firsts, hashes) = ([Int](), [UInt64]())
    var repetitions: [(place: Int, first: Int)] = []
    for place in 0..<keys.count {
      let hash = keys.hash(place)
      let isThere = part(hash).withLock {
        $0.copy(place, hash: hash, of: keys, to: out.row(place))
      }
      if isThere { continue }
      let (number, slot) = unknown.find(place, hash: hash, of: keys)
      if let number {
        repetitions.append((place, firsts[number]))
      } else {
        unknown.add(place, hash: hash, of: keys, slot: slot)
        firsts.append(place)
        hashes.append(hash)
      }
    }
    guard !firsts.isEmpty else { return }
    var done = 0
    compute(firsts) { found in
      for row in 0..<found.rows {
        let (place, hash, values) = (firsts[done], hashes[done], found.row(row))
        out.row(place).update(from: values, count: out.columns)
        part(hash).withLock { $0.add(place, hash: hash, of: keys, values) }
        done += 1
      }
    }
    for (place, first) in repetitions {
      out.row(place).update(from: out.row(first), count: out.columns)
    }
  }

  /// The part of a hash, by other bits than those that tell slots and keys apart.
  private func part(_ hash: UInt64) -> LockedPart {
    parts[Int(hash >> 28 & UInt64(Self.partCount - 1))]
  }
}

extension Tensor {
  fileprivate func row(_ index: Int) -> UnsafeMutablePointer<Float> { values + index * columns }
}
