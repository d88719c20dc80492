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
    let segmentTable = units.isBytes && looksUp ? zonkey.segmentTable : nil
    var (windows, row) = (LookupKeys(), 0)
    for (place, segment) in zip(1..., segments) {
      units.append(segment, to: &windows)
      guard windows.count == 1 << 12 || place == segments.count else { continue }
      let target = out.rows(row..<row + windows.count)
      if let segmentTable {
        segmentTable.look(up: windows, into: target) {
          computeLatents(of: windows, $0, of: units, $1)
        }
      } else {
        var row = 0
        computeLatents(of: windows, Array(0..<windows.count), of: units) {
          target.rows(row..<row + $0.rows).values.update(from: $0.values, count: $0.count)
          row += $0.rows
        }
      }
      row += windows.count
      windows.removeAll()
    }
  }

  /// The latents of segments of level 0 [N, C·D], row after row, where a space follows.
  package func latents(ofSegments texts: [[UInt8]]) -> [Float] {
    results.reset()
    let units = LevelUnits(
      texts: texts.map { ($0 + [UInt8(ascii: " ")])[...] }, zonkey: zonkey, isEnd: false,
      on: results)
    let out = results.empty(texts.count, units.level.configuration.latentWidth)
    compress(
      texts.indices.map { (document: $0, units: texts[$0].indices) }[...], of: units, into: out)
    return out.array
  }

  /// Calls `body` with the latents of one run of the chosen windows after another [n, C·D], which
  /// stay until it returns.
  private func computeLatents(
    of windows: LookupKeys, _ chosen: [Int], of units: LevelUnits, _ body: (Tensor) -> Void
  ) {
    var (index, existence) = (ContiguousArray<Int32>(), [Float]())
    var offsets: ContiguousArray<Int32> = [0]
    for (place, window) in zip(1..., chosen) {
      index += windows.numbers(window)
      let living = windows.tag(window)
      existence += repeatElement(1 - Probability.epsilon, count: living)
      existence += repeatElement(
        Window.behindStart, count: windows.numbers(window).count - living)
      offsets.append(Int32(index.count))
      guard index.count >= pieceRows || place == chosen.count else { continue }
      tape.reset()
      let x =
        units.isBytes
        ? tape.gather(symbols.vectors, index) : tape.normalized(tape.gather(units.table, index))
      body(
        units.level.compress(
          x, taps: units.isBytes ? tape.gather(symbols.taps, index) : nil,
          existence: tape.constant(existence), offsets: offsets, on: tape))
      index.removeAll(keepingCapacity: true)
      existence.removeAll(keepingCapacity: true)
      offsets.removeLast(offsets.count - 1)
    }
  }
}
