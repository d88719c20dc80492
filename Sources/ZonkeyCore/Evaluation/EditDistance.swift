/// The edit distance of two byte strings: insertions, deletions and substitutions.
///
/// Myers' bit-parallel algorithm in blocks of 64 rows (Journal of the ACM 46, 1999; with Hyyrö's
/// form of the block step): O(|a|·|b| / 64) operations, O(|a|) memory.
package func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  guard !a.isEmpty else { return b.count }
  guard !b.isEmpty else { return a.count }
  var columns = DistanceColumn(pattern: a)
  for byte in b { columns.advance(byte) }
  return columns.score
}

/// A column of the distance matrix as differences between its rows.
private struct DistanceColumn {
  /// The last row's distance.
  private(set) var score: Int
  /// Where each byte value stands in the pattern: [256, blocks].
  private var equal: [UInt64]
  private var positive: [UInt64]
  private var negative: [UInt64]
  private let lastBit: UInt64

  init(pattern: [UInt8]) {
    let blocks = (pattern.count + 63) / 64
    equal = [UInt64](repeating: 0, count: 256 * blocks)
    for (row, byte) in pattern.enumerated() {
      equal[Int(byte) * blocks + row / 64] |= 1 << UInt64(row % 64)
    }
    positive = [UInt64](repeating: .max, count: blocks)
    negative = [UInt64](repeating: 0, count: blocks)
    lastBit = 1 << UInt64((pattern.count - 1) % 64)
    score = pattern.count
  }

  /// Goes on to the column of the next byte.
  mutating func advance(_ byte: UInt8) {
    let blocks = positive.count
    // The row above the first grows by one with every column.
    var (up, down): (UInt64, UInt64) = (1, 0)
    for block in 0..<blocks {
      let (pv, mv) = (positive[block], negative[block])
      let match = equal[Int(byte) * blocks + block]
      let xv = match | mv
      let eq = match | down
      let xh = (((eq & pv) &+ pv) ^ pv) | eq
      var ph = mv | ~(xh | pv)
      var mh = pv & xh
      if block == blocks - 1 {
        if ph & lastBit != 0 { score += 1 } else if mh & lastBit != 0 { score -= 1 }
      }
      let (nextUp, nextDown) = (ph >> 63, mh >> 63)
      ph = ph << 1 | up
      mh = mh << 1 | down
      positive[block] = mh | ~(xv | ph)
      negative[block] = ph & xv
      (up, down) = (nextUp, nextDown)
    }
  }
}

/// How much of some texts came back, summed over documents.
package struct RoundTripScore: Sendable, Equatable {
  package private(set) var documentCount = 0
  package private(set) var byteCount = 0
  private var wrongCount = 0
  private var exactCount = 0

  package init() {}

  /// Adds a text and what came back of it.
  package mutating func add(_ text: [UInt8], decoded: [UInt8]) {
    documentCount += 1
    byteCount += text.count
    let distance = editDistance(text, decoded)
    wrongCount += distance
    if distance == 0 { exactCount += 1 }
  }

  /// 1 - edit distance / length over all bytes; below 0 where more was added than there was.
  package var byteAccuracy: Double { 1 - Double(wrongCount) / Double(max(1, byteCount)) }
  /// Share of the documents that came back without an error.
  package var exactShare: Double { Double(exactCount) / Double(max(1, documentCount)) }
}
