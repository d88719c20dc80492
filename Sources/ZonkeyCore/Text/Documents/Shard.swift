/// Which documents of an input are one worker's: of every `count` successive numbers one.
///
/// The shards 1 to `count` of an input part it: each document belongs to exactly one of them, by its
/// number alone, so that files and pipes, and any number of runs, are parted alike.
public struct Shard: Sendable, Equatable {
  /// From 1 to `count`.
  public let index: Int
  public let count: Int

  /// The most shards of an input.
  public static let maximumCount = 1 << 20

  /// `nil` unless 1 ≤ `index` ≤ `count` ≤ `maximumCount`.
  public init?(index: Int, count: Int) {
    guard (1...Self.maximumCount).contains(count), (1...count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Whether the document with this number, from 1, belongs to the shard.
  public func has(_ number: Int) -> Bool { number % count == index % count }

  /// The shard's first number from `first` on.
  public func firstNumber(from first: Int) -> Int {
    first + ((index - first) % count + count) % count
  }
}
