import ZonkeyEngine

/// The latents of the segments of level 0 that were met last, most of them words; one for each
/// thread.
///
/// Nothing depends on what the table happens to hold: what is in it is what would be computed.
package final class SegmentTable {
  /// The most segments that may be looked up at once.
  package static let together = 4096
  /// Numbers that each of the generations has room for.
  private static let floats = 1 << 22

  /// Windows with their latents.
  private struct Generation {
    var windows = SegmentWindows()
    let latents: Tensor
    /// Numbers of windows, hashed with open addressing; -1 is none.
    private var slots: ContiguousArray<Int32>

    init(capacity: Int, latents: Tensor) {
      self.latents = latents
      var size = 1
      while size < 2 * capacity { size *= 2 }
      slots = ContiguousArray(repeating: -1, count: size)
    }

    /// The number of a window of `others`, nil when it is not there; and the slot where it is or
    /// would be.
    func find(_ other: Int, hash: Int, of others: SegmentWindows) -> (number: Int?, slot: Int) {
      var slot = hash & (slots.count - 1)
      while slots[slot] >= 0 {
        let number = Int(slots[slot])
        if windows.isSame(number, as: other, of: others) { return (number, slot) }
        slot = (slot + 1) & (slots.count - 1)
      }
      return (nil, slot)
    }

    mutating func add(_ other: Int, of others: SegmentWindows, slot: Int) {
      slots[slot] = Int32(windows.count)
      windows.append(other, of: others)
    }

    mutating func removeAll() {
      windows.removeAll()
      for slot in slots.indices { slots[slot] = -1 }
    }
  }

  private let capacity: Int
  private let tape: Tape
  /// When one is full the other is emptied and takes on what is asked for again.
  private var young, old: Generation

  convenience init(_ zonkey: Zonkey) {
    let width = zonkey.model.levels[0].configuration.latentWidth
    self.init(
      capacity: min(1 << 15, max(2 * Self.together, Self.floats / width)), width: width,
      on: zonkey.tape())
  }

  /// `capacity` windows of each generation, at least `together`, and latents of `width` on the tape.
  package init(capacity: Int, width: Int, on tape: Tape) {
    precondition(capacity >= Self.together, "SegmentTable: too small")
    (self.capacity, self.tape) = (capacity, tape)
    young = Generation(capacity: capacity, latents: tape.empty(capacity, width))
    old = Generation(capacity: capacity, latents: tape.empty(capacity, width))
  }

  /// Writes the latents of segments to `out` [N, C·D]; `compute` is asked for those of the windows
  /// that are not known, and hands them on run by run.
  package func look(
    up windows: SegmentWindows, into out: Tensor,
    compute: (_ windows: SegmentWindows, _ found: (Tensor) -> Void) -> Void
  ) {
    precondition(windows.count <= Self.together, "look: too many segments at once")
    if young.windows.count + windows.count > capacity {
      swap(&young, &old)
      young.removeAll()
    }
    var (unknown, places) = (SegmentWindows(), [Int]())
    let numbers = (0..<windows.count).map { index in
      let hash = windows.hash(index)
      let (known, slot) = young.find(index, hash: hash, of: windows)
      if let known { return known }
      let number = young.windows.count
      young.add(index, of: windows, slot: slot)
      if let before = old.find(index, hash: hash, of: windows).number {
        young.latents.row(number).update(from: old.latents.row(before), count: out.columns)
      } else {
        unknown.append(index, of: windows)
        places.append(number)
      }
      return number
    }
    var done = 0
    compute(unknown) { found in
      for row in 0..<found.rows {
        young.latents.row(places[done]).update(from: found.row(row), count: out.columns)
        done += 1
      }
    }
    for (row, number) in numbers.enumerated() {
      out.row(row).update(from: young.latents.row(number), count: out.columns)
    }
  }
}

extension Tensor {
  fileprivate func row(_ index: Int) -> UnsafeMutablePointer<Float> { values + index * columns }
}
