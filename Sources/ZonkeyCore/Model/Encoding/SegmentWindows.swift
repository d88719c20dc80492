import ZonkeyEngine

/// Windows of segments, one behind the other: what their latents are functions of.
package struct SegmentWindows {
  /// The rows of the units' table; -1 is a row of zeros.
  private var rows = ContiguousArray<Int32>()
  private var ends = ContiguousArray<Int32>()
  /// How many rows of each exist; of what is behind, one row follows, unless the segment is as long
  /// as segments may be.
  private var living = ContiguousArray<Int32>()

  package init() {}

  package var count: Int { ends.count }

  package mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    living.removeAll(keepingCapacity: true)
  }

  package mutating func append(_ rows: some Sequence<Int32>, living: Int) {
    self.rows.append(contentsOf: rows)
    ends.append(Int32(self.rows.count))
    self.living.append(Int32(living))
  }

  /// Appends a window of others.
  mutating func append(_ number: Int, of others: SegmentWindows) {
    append(others.rows[others.range(number)], living: Int(others.living[number]))
  }

  private func start(_ number: Int) -> Int { number == 0 ? 0 : Int(ends[number - 1]) }
  private func range(_ number: Int) -> Range<Int> { start(number)..<Int(ends[number]) }

  /// The rows of some windows together.
  func rowCount(_ numbers: Range<Int>) -> Int {
    start(numbers.upperBound) - start(numbers.lowerBound)
  }

  /// The rows of some windows, how much each of them exists, and where each window begins and ends.
  package func packed(
    _ numbers: Range<Int>
  ) -> (index: ContiguousArray<Int32>, existence: [Float], offsets: ContiguousArray<Int32>) {
    let first = start(numbers.lowerBound)
    var (existence, offsets) = ([Float](), ContiguousArray<Int32>([0]))
    for number in numbers {
      let (range, living) = (range(number), Int(living[number]))
      existence += repeatElement(1 - Probability.epsilon, count: living)
      existence += repeatElement(Window.behindStart, count: range.count - living)
      offsets.append(Int32(range.upperBound - first))
    }
    return (ContiguousArray(rows[first..<start(numbers.upperBound)]), existence, offsets)
  }

  /// A number that is the same for the same window, and seldom for others.
  func hash(_ number: Int) -> Int {
    var hash = UInt64(truncatingIfNeeded: living[number])
    for place in range(number) {
      hash = (hash ^ UInt64(truncatingIfNeeded: rows[place])) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    return Int(truncatingIfNeeded: hash)
  }

  func isSame(_ number: Int, as other: Int, of others: SegmentWindows) -> Bool {
    let (range, otherRange) = (range(number), others.range(other))
    guard range.count == otherRange.count, living[number] == others.living[other] else {
      return false
    }
    for (place, otherPlace) in zip(range, otherRange) where rows[place] != others.rows[otherPlace] {
      return false
    }
    return true
  }
}
