import Testing
import ZonkeyCore

/// Where segments begin, for all small documents, and the windows that follow from it.
@Suite struct TrainingSegmentationTests {
  private func starts(
    _ count: Int, _ length: Int, forbidden: Int = 0, begins: Int
  ) -> [Int] {
    Starts.positions(
      count: count, segmentLength: length,
      allowed: { forbidden >> $0 & 1 == 0 }, begins: { begins >> $0 & 1 == 1 })
  }

  /// Every document of up to 8 positions, every pattern of begins, and segment lengths.
  @Test func allSmallDocuments() {
    var failures = 0
    for count in 1...8 {
      for (begins, length) in product(0..<1 << count, 1...5) {
        let found = starts(count, length, begins: begins)
        let holds =
          found.first == 0
          && zip(found, found.dropFirst()).allSatisfy { 0 < $1 - $0 && $1 - $0 <= length }
          && count - (found.last ?? 0) <= length
          && (1..<count).allSatisfy { begins >> $0 & 1 == 0 || found.contains($0) }
        failures += holds ? 0 : 1
      }
    }
    #expect(failures == 0)
  }

  /// Without draws, starts lie every S positions.
  @Test func forcedStarts() {
    #expect(starts(10, 3, begins: 0) == [0, 3, 6, 9])
    #expect(starts(9, 3, begins: 0) == [0, 3, 6])
    #expect(starts(10, 3, begins: 1 << 5) == [0, 3, 5, 8])
  }

  /// Every pattern of begins and of forbidden positions: none is a start as long as no run of
  /// forbidden positions is as long as a segment.
  @Test func forbiddenPositions() {
    var failures = 0
    for count in 1...8 {
      for (begins, forbidden) in product(0..<1 << count, 0..<1 << count) {
        for length in 2...4 {
          let found = starts(count, length, forbidden: forbidden, begins: begins)
          var (run, longest) = (0, 0)
          for i in 1..<max(1, count) {
            run = forbidden >> i & 1 == 1 ? run + 1 : 0
            longest = max(longest, run)
          }
          let gaps = zip(found, found.dropFirst() + [count])
          var holds = found.first == 0 && gaps.allSatisfy { 0 < $1 - $0 && $1 - $0 <= length }
          if longest < length {
            holds = holds && found.allSatisfy { $0 == 0 || forbidden >> $0 & 1 == 0 }
          }
          failures += holds ? 0 : 1
        }
      }
    }
    #expect(failures == 0)
  }

  @Test func nothingAndOneUnit() {
    #expect(starts(0, 4, begins: 0) == [])
    #expect(starts(1, 4, begins: 1) == [0])
    #expect(starts(1, 4, begins: 0) == [0])
  }

  private func segmentation(
    _ starts: [[Int]], _ documents: [DocumentExtent], _ p: [Float], length: Int, bound: Float,
    isWhole: (Int) -> Bool = { _ in false }
  ) -> Segmentation {
    p.withUnsafeBufferPointer { buffer in
      withUnsafePointer(to: Float(0)) { nothing in
        Segmentation(
          starts: starts, documents: documents, p: buffer.baseAddress ?? nothing,
          segmentLength: length, bound: bound, isWhole: isWhole)
      }
    }
  }

  /// All documents of up to 8 rows under every pattern of begins: windows start where they should,
  /// are contiguous, stay inside the document, and together show every genuine row.
  @Test func windowsOfAllSmallDocuments() {
    var failures = 0
    let length = 3
    for count in 1...8 {
      for begins in 0..<1 << count {
        let found = starts(count, length, begins: begins)
        // Two documents: this one with a row of padding, then one of a single row.
        let documents = [
          DocumentExtent(offset: 0, rows: count + 1, real: count),
          DocumentExtent(offset: count + 1, rows: 1, real: 1),
        ]
        let s = segmentation(
          [found, [0]], documents, [Float](repeating: 0.5, count: count + 2), length: length,
          bound: 0)
        var holds = s.counts == [found.count, 1] && s.segments == found.count + 1
        holds = holds && s.documentOf == found.map { _ in 0 } + [1] && s.startOf == found + [0]
        holds = holds && s.pairs == Array(0..<found.count - 1)
        for n in 0..<s.segments where holds {
          let rows = s.rows(n..<n + 1).map { Int(s.rowOf[$0]) }
          let document = documents[s.documentOf[n]]
          let first = document.offset + s.startOf[n]
          let end = min(first + length, document.offset + document.rows)
          holds = rows == Array(first..<end)
        }
        for (i, row) in s.rowOf.enumerated() {
          holds = holds && s.real[i] == (row == count ? 0 : 1)
        }
        holds = holds && Set(s.rowOf.filter { $0 < count }).count == count
        failures += holds ? 0 : 1
      }
    }
    #expect(failures == 0)
  }

  /// Rows are kept while they exist with the bound, and one more.
  @Test func livingRows() {
    let documents = [DocumentExtent(offset: 0, rows: 8, real: 8)]
    let p: [Float] = [1, 0, 0.9, 0, 0.99, 0.5, 0, 0]
    func rows(_ bound: Float, whole: Int = -1) -> [[Int32]] {
      let s = segmentation(
        [[0, 2, 4]], documents, p, length: 6, bound: bound, isWhole: { $0 == whole })
      return (0..<3).map { Array(s.rowOf[s.rows($0..<$0 + 1)]) }
    }
    // Existence from 0: 1, 1, 0.1, 0.1, 0.001, 0.0005; from 2: 1, 1, 0.01, 0.005, …
    #expect(rows(0) == [[0, 1, 2, 3, 4, 5], [2, 3, 4, 5, 6, 7], [4, 5, 6, 7]])
    #expect(rows(0.2) == [[0, 1, 2], [2, 3, 4], [4, 5, 6, 7]])
    #expect(rows(0.2, whole: 0) == [[0, 1, 2, 3, 4, 5], [2, 3, 4], [4, 5, 6, 7]])
    #expect(rows(0.2, whole: 1) == [[0, 1, 2], [2, 3, 4, 5, 6, 7], [4, 5, 6, 7]])
    #expect(rows(0.006) == [[0, 1, 2, 3, 4], [2, 3, 4, 5], [4, 5, 6, 7]])
  }

  @Test func chunksTileTheSegments() {
    let documents = [DocumentExtent(offset: 0, rows: 200, real: 200)]
    let s = segmentation(
      [Array(stride(from: 0, to: 200, by: 3))], documents, [Float](repeating: 0.1, count: 200),
      length: 7, bound: 0)
    let rows = s.rows(0..<s.segments).count
    for (target, count) in [(1, 67), (84, 6), (120, 4), (200, 2), (1000, 1)] {
      let chunks = s.chunks(rows: target)
      #expect(chunks.count == count)
      #expect(chunks.flatMap { Array($0) } == Array(0..<s.segments))
      // Equal but for a segment of 7 rows.
      #expect(chunks.allSatisfy { abs(s.rows($0).count - rows / count) <= 7 })
      for chunk in chunks {
        let local = s.localOffsets(chunk)
        #expect(local.first == 0 && Int(local.last ?? -1) == s.rows(chunk).count)
      }
    }
  }

  private func product<A: Collection, B: Collection>(
    _ a: A, _ b: B
  ) -> [(A.Element, B.Element)] {
    a.flatMap { x in b.map { (x, $0) } }
  }
}
