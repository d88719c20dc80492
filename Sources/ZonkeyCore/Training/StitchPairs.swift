import ZonkeyModel

/// All pairs of consecutive segments, their rows packed side by side.
struct StitchPairs {
  let count: Int
  let leftRows: ContiguousArray<Int32>
  let rightRows: ContiguousArray<Int32>
  let leftOffsets: ContiguousArray<Int32>
  let rightOffsets: ContiguousArray<Int32>
  /// Where each right segment begins inside its left one.
  let trueStarts: [Float]
  let chunks: [Range<Int>]

  init(_ segmentation: Segmentation) {
    let left = segmentation.pairs
    func packed(_ segments: [Int]) -> (ContiguousArray<Int32>, ContiguousArray<Int32>) {
      var (rows, offsets) = (ContiguousArray<Int32>(), ContiguousArray<Int32>([0]))
      for segment in segments {
        rows.append(contentsOf: segmentation.rows(segment..<segment + 1).map { Int32($0) })
        offsets.append(Int32(rows.count))
      }
      return (rows, offsets)
    }
    count = left.count
    (leftRows, leftOffsets) = packed(left)
    (rightRows, rightOffsets) = packed(left.map { $0 + 1 })
    trueStarts = left.map { Float(segmentation.startOf[$0 + 1] - segmentation.startOf[$0]) }
    chunks = chunked(
      count, target: chunkRows(Int(leftOffsets.last ?? 0)), offsets: leftOffsets)
  }

  func left(_ pairs: Range<Int>) -> (rows: Range<Int>, offsets: ContiguousArray<Int32>) {
    (leftOffsets.rows(of: pairs), leftOffsets.fromZero(pairs))
  }

  func right(_ pairs: Range<Int>) -> (rows: Range<Int>, offsets: ContiguousArray<Int32>) {
    (rightOffsets.rows(of: pairs), rightOffsets.fromZero(pairs))
  }
}
