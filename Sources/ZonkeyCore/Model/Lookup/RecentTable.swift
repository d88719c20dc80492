import ZonkeyEngine

/// What was computed last, by what it is a function of; one for each thread.
///
/// Nothing depends on what the table happens to hold: what is in it is what would be computed.
package final class RecentTable {
  /// Floats that each generation has room for.
  private static let floats = 1 << 22

  /// Keys with their rows.
  private struct Generation {
    var keys = LookupKeys()
    let values: Tensor
    /// Hashed with open addressing: the number of a key, -1 is none, and the upper half of its hash,
    /// without which every key on the way would have to be fetched.
    private var slots: ContiguousArray<(number: Int32, hash: UInt32)>

    init(_ values: Tensor) {
      self.values = values
      var size = 1
      while size < 2 * values.rows { size *= 2 }
      slots = ContiguousArray(repeating: (-1, 0), count: size)
    }

    /// The number of a key of `others`, nil when it is not there; and the slot where it is or
    /// would be.
    func find(_ other: Int, hash: UInt64, of others: LookupKeys) -> (number: Int?, slot: Int) {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot].number >= 0 {
        let number = Int(slots[slot].number)
        if slots[slot].hash == UInt32(hash >> 32), keys.isSame(number, as: other, of: others) {
          return (number, slot)
        }
        slot = (slot + 1) & (slots.count - 1)
      }
      return (nil, slot)
    }

    mutating func add(_ other: Int, hash: UInt64, of others: LookupKeys, slot: Int) {
      slots[slot] = (Int32(keys.count), UInt32(hash >> 32))
      keys.append(other, of: others)
    }

    mutating func removeAll() {
      keys.removeAll()
      for slot in slots.indices { slots[slot].number = -1 }
    }
  }

  /// Keys that may be looked up at once.
  package let capacity: Int
  /// The memory of the rows.
  private let tape: Tape
  /// When one is full the other is emptied and takes on what is asked for again.
  private var young, old: Generation

  /// Rows of `width`, fewer of wide ones, but as many as are computed at once; the tape is the
  /// table's own.
  package convenience init(width: Int, on tape: Tape) {
    self.init(capacity: min(1 << 15, max(1 << 6, Self.floats / width)), width: width, on: tape)
  }

  package init(capacity: Int, width: Int, on tape: Tape) {
    (self.capacity, self.tape) = (capacity, tape)
    young = Generation(tape.empty(capacity, width))
    old = Generation(tape.empty(capacity, width))
  }

  /// Writes the rows of keys to `out` [N, width]; `compute` is asked for those of the keys, by their
  /// places, that are not known, and hands them on run by run.
  package func look(
    up keys: LookupKeys, into out: Tensor,
    compute: (_ unknown: [Int], _ found: (Tensor) -> Void) -> Void
  ) {
    precondition(keys.count <= capacity, "look: too many keys at once")
    if young.keys.count + keys.count > capacity {
      swap(&young, &old)
      young.removeAll()
    }
    var (unknown, places) = ([Int](), [Int]())
    let numbers = (0..<keys.count).map { index in
      let hash = keys.hash(index)
      let (known, slot) = young.find(index, hash: hash, of: keys)
      if let known { return known }
      let number = young.keys.count
      young.add(index, hash: hash, of: keys, slot: slot)
      if let before = old.find(index, hash: hash, of: keys).number {
        young.values.row(number).update(from: old.values.row(before), count: out.columns)
      } else {
        unknown.append(index)
        places.append(number)
      }
      return number
    }
    if !unknown.isEmpty {
      var done = 0
      compute(unknown) { found in
        for row in 0..<found.rows {
          young.values.row(places[done]).update(from: found.row(row), count: out.columns)
          done += 1
        }
      }
    }
    for (row, number) in numbers.enumerated() {
      out.row(row).update(from: young.values.row(number), count: out.columns)
    }
  }
}

extension Tensor {
  fileprivate func row(_ index: Int) -> UnsafeMutablePointer<Float> { values + index * columns }
}
