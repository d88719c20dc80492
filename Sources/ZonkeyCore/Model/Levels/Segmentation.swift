import ZonkeyEngine

/// Documents of one level in a batch, packed row after row.
package struct UnitBatch: Sendable {
  /// The units [ΣL, D]; rows behind a document's genuine ones are padding.
  package let vectors: Tensor
  package let documents: [DocumentExtent]
  /// Document by document: no segment starts at or behind this position, except at 0. Crops that
  /// were cut leave their last S positions without starts, since windows would be incomplete.
  package let startLimit: [Int]
  /// The symbol of each row, at level 0.
  package let symbols: ContiguousArray<Int32>?
  /// Rows where no segment may begin (inside a UTF-8 character), at level 0.
  package let forbidden: [Bool]
  /// Rows where a line begins whose newline is hidden, in order.
  package let lineStarts: [Int]
  /// The symbols that each row stands for, at level 1.
  package let unitSymbols: UnitSymbols?

  package init(
    vectors: Tensor, documents: [DocumentExtent], startLimit: [Int],
    symbols: ContiguousArray<Int32>?, forbidden: [Bool], lineStarts: [Int] = [],
    unitSymbols: UnitSymbols? = nil
  ) {
    self.lineStarts = lineStarts
    self.unitSymbols = unitSymbols
    self.vectors = vectors
    self.documents = documents
    self.startLimit = startLimit
    self.symbols = symbols
    self.forbidden = forbidden
  }

  package var offsets: ContiguousArray<Int32> {
    var offsets = ContiguousArray(documents.map { Int32($0.offset) })
    offsets.append(Int32(vectors.rows))
    return offsets
  }
}

/// The symbols that units of level 1 stand for: each is a segment of level 0.
package struct UnitSymbols: Sendable {
  /// Symbols of segment n: offsets[n] ..< offsets[n + 1].
  package let offsets: ContiguousArray<Int32>
  package let symbols: ContiguousArray<Int32>
  /// How far each of them exists.
  package let existence: [Float]
  /// The segment of each row of the batch; −1 for padding.
  package let segmentOf: ContiguousArray<Int32>

  package init(
    offsets: ContiguousArray<Int32>, symbols: ContiguousArray<Int32>, existence: [Float],
    segmentOf: ContiguousArray<Int32>
  ) {
    self.offsets = offsets
    self.symbols = symbols
    self.existence = existence
    self.segmentOf = segmentOf
  }
}

/// The segments of a batch: windows over its documents, packed with their living rows only.
package struct Segmentation: Sendable {
  /// Packed rows of segment n: offsets[n] ..< offsets[n + 1].
  package let offsets: ContiguousArray<Int32>
  /// For every packed row its row in the batch.
  package let rowOf: ContiguousArray<Int32>
  /// For every segment its document and its first position there.
  package let documentOf: [Int]
  package let startOf: [Int]
  /// 1 where the packed row is a genuine position.
  package let real: [Float]
  /// Segments of each document that was taken, in order.
  package let counts: [Int]

  package var segments: Int { offsets.count - 1 }

  /// Cuts documents at `starts` (positions per document, first one 0).
  ///
  /// A window has at most S rows; rows are kept as long as they exist with at least `bound` by the
  /// probabilities `p`, and one more, where existence learns to end. Segments that `isWhole` picks
  /// by their number keep all.
  package init(
    starts: [[Int]], documents: [DocumentExtent], p: UnsafePointer<Float>, segmentLength: Int,
    bound: Float, isWhole: (Int) -> Bool = { _ in false }
  ) {
    var offsets: ContiguousArray<Int32> = [0]
    var rowOf = ContiguousArray<Int32>()
    var (documentOf, startOf, real, counts) = ([Int](), [Int](), [Float](), [Int]())
    for (index, positions) in starts.enumerated() {
      let document = documents[index]
      for start in positions {
        let window = start..<min(start + segmentLength, document.rows)
        let least = isWhole(documentOf.count) ? 0 : bound
        Window.forEachLiving(window, bound: least, boundary: { p[document.offset + $0] }) {
          position, _ in
          rowOf.append(Int32(document.offset + position))
          real.append(position < document.real ? 1 : 0)
        }
        offsets.append(Int32(rowOf.count))
        documentOf.append(index)
        startOf.append(start)
      }
      counts.append(positions.count)
    }
    self.offsets = offsets
    self.rowOf = rowOf
    self.documentOf = documentOf
    self.startOf = startOf
    self.real = real
    self.counts = counts
  }

  /// The first packed row and the segments of a run of segments.
  package func rows(_ segments: Range<Int>) -> Range<Int> { offsets.rows(of: segments) }

  /// The offsets of a run of segments, from 0.
  package func localOffsets(_ segments: Range<Int>) -> ContiguousArray<Int32> {
    offsets.fromZero(segments)
  }

  /// Pairs of consecutive segments of one document: the index of each pair's left one.
  package var pairs: [Int] {
    (0..<max(0, segments - 1)).filter { documentOf[$0] == documentOf[$0 + 1] }
  }

  /// Fixed chunks of segments of about `rows` rows each; their borders depend on the data alone.
  package func chunks(rows target: Int) -> [Range<Int>] {
    chunked(segments, target: target, offsets: offsets)
  }
}

/// Offsets of segments that are packed one after the other: rows of n are self[n] ..< self[n + 1].
extension ContiguousArray<Int32> {
  /// The packed rows of a run of segments.
  package func rows(of run: Range<Int>) -> Range<Int> {
    Int(self[run.lowerBound])..<Int(self[run.upperBound])
  }

  /// The offsets of a run of segments, from 0.
  package func fromZero(_ run: Range<Int>) -> ContiguousArray<Int32> {
    let first = self[run.lowerBound]
    return ContiguousArray(self[run.lowerBound...run.upperBound].map { $0 - first })
  }
}

/// Cuts segments with these offsets into runs of nearly equal numbers of rows, about `target`: one
/// run or an even number, which two or four workers share evenly.
package func chunked(_ count: Int, target: Int, offsets: ContiguousArray<Int32>) -> [Range<Int>] {
  let rows = Int(offsets[count])
  let chunkCount = 2 * rows < 3 * target ? 1 : 2 * max(1, (rows + target) / (2 * target))
  var (chunks, first) = ([Range<Int>](), 0)
  for end in 1..<max(1, count)
  where Int(offsets[end]) * chunkCount >= rows * (chunks.count + 1) {
    chunks.append(first..<end)
    first = end
  }
  if first < count { chunks.append(first..<count) }
  return chunks
}

/// Where segments begin in one document, found range by range from its first position on.
package struct Starts {
  private let segmentLength: Int
  /// The last start that was found.
  private var last: Int?

  package init(segmentLength: Int) { self.segmentLength = segmentLength }

  /// The starts that the next range of positions decides, however the document is cut into ranges:
  /// positions whose chosen flag is set, and forced ones (model §3, steps 1 and 2).
  ///
  /// `begins(i)` says whether position i was drawn; a gap longer than S gets starts every S
  /// positions, moved back to where a start is allowed. `allowed` is asked for positions of the
  /// range and those up to S behind the last start.
  package mutating func next(
    _ range: Range<Int>, allowed: (Int) -> Bool, begins: (Int) -> Bool
  ) -> [Int] {
    guard !range.isEmpty else { return [] }
    var starts: [Int] = []
    var last =
      last
      ?? {
        starts.append(range.lowerBound)
        return range.lowerBound
      }()
    func force(until next: Int) {
      while next - last > segmentLength {
        var forced = last + segmentLength
        while forced > last + 1 && !allowed(forced) { forced -= 1 }
        last = allowed(forced) ? forced : last + segmentLength
        starts.append(last)
      }
    }
    for i in range where i > last && begins(i) && allowed(i) {
      force(until: i)
      last = i
      starts.append(i)
    }
    force(until: range.upperBound)
    self.last = last
    return starts
  }

  /// All starts of a document of `count` positions.
  package static func positions(
    count: Int, segmentLength: Int, allowed: (Int) -> Bool, begins: (Int) -> Bool
  ) -> [Int] {
    var starts = Starts(segmentLength: segmentLength)
    return starts.next(0..<count, allowed: allowed, begins: begins)
  }
}
