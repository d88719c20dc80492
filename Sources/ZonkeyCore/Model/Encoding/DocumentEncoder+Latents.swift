import ZonkeyEngine

/// A segment of one of the documents that are computed together: a range of its units.
typealias DocumentSegment = (document: Int, units: Range<Int>)

extension DocumentEncoder {
  /// The latents of all documents' segments as the units of the next level.
  ///
  /// `starts` are each document's; `results` keeps the latents.
  func nextUnits(_ units: LevelUnits, starts: [[Int]], into results: Tape) -> LevelUnits {
    let segments = units.documents.flatMap { document in
      units.ranges(document, starts: starts[document]).map { (document: document, units: $0) }
    }
    let latents = results.empty(segments.count, units.level.configuration.latentWidth)
    compress(segments[...], of: units, into: latents)
    let next = units.level.index + 1
    return LevelUnits(
      units, starts: starts, latents: latents,
      next: next < zonkey.levelCount ? zonkey.model.levels[next] : nil)
  }

  /// The latents of segments: out [N, C·D], which another thread's tape may own.
  ///
  /// Where a start was chosen, a segment ends: its units exist whatever their probabilities, and of
  /// what follows one row, hardly. So its latent is a function of its units and the next one, and
  /// at level 0, whose units are symbols, it is looked up.
  func compress(_ segments: ArraySlice<DocumentSegment>, of units: LevelUnits, into out: Tensor) {
    let segmentTable = units.isBytes ? self.segmentTable : nil
    let together = min(1 << 12, segmentTable?.capacity ?? .max)
    var (windows, row) = (LookupKeys(), 0)
    for (place, segment) in zip(1..., segments) {
      units.append(segment, to: &windows)
      guard windows.count == together || place == segments.count else { continue }
      let target = out.rows(row..<row + windows.count)
      if let segmentTable {
        segmentTable.look(up: windows, into: target) { computeLatents(of: $0, of: units, $1) }
      } else {
        var row = 0
        computeLatents(of: windows, of: units) {
          target.rows(row..<row + $0.rows).values.update(from: $0.values, count: $0.count)
          row += $0.rows
        }
      }
      row += windows.count
      windows.removeAll()
    }
  }

  /// Calls `body` with the latents of one run of windows after another [n, C·D], which stay until
  /// it returns.
  private func computeLatents(
    of windows: LookupKeys, of units: LevelUnits, _ body: (Tensor) -> Void
  ) {
    var first = 0
    while first < windows.count {
      var end = first + 1
      while end < windows.count, windows.numberCount(first..<end) < pieceRows { end += 1 }
      let index = windows.numbers(first..<end)
      var (existence, offsets) = ([Float](), ContiguousArray<Int32>([0]))
      for window in first..<end {
        let (rows, living) = (windows.numberCount(window..<window + 1), windows.tag(window))
        existence += repeatElement(1 - Probability.epsilon, count: living)
        existence += repeatElement(Window.behindStart, count: rows - living)
        offsets.append(Int32(existence.count))
      }
      tape.reset()
      let x =
        units.isBytes
        ? tape.gather(symbols.vectors, index) : tape.normalized(tape.gather(units.table, index))
      body(
        units.level.compress(
          x, taps: units.isBytes ? tape.gather(symbols.taps, index) : nil,
          existence: tape.constant(existence), offsets: offsets, on: tape))
      first = end
    }
  }
}
