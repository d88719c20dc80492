/// Keys of a table, one behind the other: each is some numbers and a tag.
package struct LookupKeys {
  private var numbers = ContiguousArray<Int32>()
  /// Where each key's numbers begin, and where the last one's end.
  private var offsets: ContiguousArray<Int32> = [0]
  private var tags = ContiguousArray<Int32>()

  package init() {}

  package var count: Int { tags.count }

  package mutating func removeAll() {
    numbers.removeAll(keepingCapacity: true)
    offsets.removeLast(tags.count)
    tags.removeAll(keepingCapacity: true)
  }

  package mutating func append(_ numbers: some Sequence<Int32>, tag: Int) {
    self.numbers.append(contentsOf: numbers)
    offsets.append(Int32(self.numbers.count))
    tags.append(Int32(tag))
  }

  /// Appends a key of others.
  mutating func append(_ key: Int, of others: LookupKeys) {
    append(others.numbers(key), tag: others.tag(key))
  }

  package func tag(_ key: Int) -> Int { Int(tags[key]) }

  package func numbers(_ key: Int) -> ArraySlice<Int32> { numbers[range(key)] }

  @inline(__always)
  private func range(_ key: Int) -> Range<Int> {
    Int(offsets[key])..<Int(offsets[key + 1])
  }

  /// Another one in every process, so that no text can be written whose keys share their hashes.
  private static let seed = UInt64.random(in: 0...UInt64.max)

  /// A number that is the same for the same key, and seldom for others.
  func hash(_ key: Int) -> UInt64 {
    var hash = Self.seed ^ UInt64(truncatingIfNeeded: tags[key])
    for place in range(key) {
      hash = (hash ^ UInt64(truncatingIfNeeded: numbers[place])) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    return hash
  }

  @inline(__always)
  func isSame(_ key: Int, as other: Int, of others: LookupKeys) -> Bool {
    let (range, otherRange) = (range(key), others.range(other))
    guard range.count == otherRange.count, tags[key] == others.tags[other] else { return false }
    for (place, otherPlace) in zip(range, otherRange)
    where numbers[place] != others.numbers[otherPlace] {
      return false
    }
    return true
  }
}
