import ZonkeyEngine

extension DocumentEncoder {
  /// The latents of all documents' segments as the units of the next level.
  func nextUnits(
    _ units: LevelUnits, starts: [[Int]], p: [[Float]], into results: Tape
  ) -> LevelUnits {
    let level = units.level
    return LevelUnits(
      units, starts: starts, latents: latents(units, starts: starts, p: p, into: results),
      next: level.index + 1 < zonkey.levelCount ? zonkey.model.levels[level.index + 1] : nil)
  }

  /// The latents of all documents' segments [N, C·D].
  ///
  /// `starts` and `p` are each document's; `results` keeps the latents.
  func latents(_ units: LevelUnits, starts: [[Int]], p: [[Float]], into results: Tape) -> Tensor {
    let out = results.empty(
      starts.reduce(0) { $0 + $1.count }, units.level.configuration.latentWidth)
    compress(units, starts: starts, p: p, into: out)
    return out
  }

  /// The same into `out` [N, C·D], which another thread's tape may own.
  func compress(_ units: LevelUnits, starts: [[Int]], p: [[Float]], into out: Tensor) {
    var windows = Windows(zonkey, units: units)
    var row = 0
    func compute() {
      tape.reset()
      let found = latents(windows)
      let place = out.rows(row..<row + found.rows)
      place.values.update(from: found.values, count: found.count)
      row += found.rows
      windows.removeAll()
    }
    for document in units.documents {
      for start in starts[document] {
        windows.append(document, start: start, p: p[document])
        if windows.rows >= pieceRows { compute() }
      }
    }
    if windows.rows > 0 { compute() }
  }

  private func latents(_ windows: Windows) -> Tensor {
    let units = windows.units
    let existence = tape.existence(
      tape.constant(windows.boundaries), offsets: windows.offsets)
    if units.isBytes, let compressorRows {
      return units.level.compress(
        compressorRows.rows(windows.index, offsets: windows.offsets, on: tape),
        existence: existence, offsets: windows.offsets, on: tape)
    }
    let x =
      units.isBytes
      ? tape.gather(symbols.vectors, windows.index)
      : tape.normalized(tape.gather(units.table, windows.index))
    return units.level.compress(
      x, taps: units.isBytes ? tape.gather(symbols.taps, windows.index) : nil,
      existence: existence, offsets: windows.offsets, on: tape)
  }
}

/// The windows of some segments, packed with their living rows.
private struct Windows {
  let units: LevelUnits
  private let bound: Float
  /// How likely a start is behind a document's end, for existence.
  private let pastEnd: Float
  private(set) var index = ContiguousArray<Int32>()
  private(set) var boundaries: [Float] = []
  private(set) var offsets: ContiguousArray<Int32> = [0]

  init(_ zonkey: Zonkey, units: LevelUnits) {
    self.units = units
    bound = zonkey.configuration.livingBound
    pastEnd = Window.pastEnd(zonkey.configuration)
  }

  var rows: Int { index.count }

  mutating func removeAll() {
    index.removeAll(keepingCapacity: true)
    boundaries.removeAll(keepingCapacity: true)
    offsets.removeLast(offsets.count - 1)
  }

  /// Adds a segment: its rows as long as they exist, and one more (as in training).
  mutating func append(_ document: Int, start: Int, p: [Float]) {
    let length = units.level.configuration.segmentLength
    let window = start..<min(start + length, units.count(document) + units.tail)
    Window.forEachLiving(window, bound: bound, boundary: { boundary(document, $0, p: p) }) {
      index.append(units.index(document, $0))
      boundaries.append($1)
    }
    offsets.append(Int32(index.count))
  }

  /// The probability as existence uses it: none inside characters, certain behind the end.
  private func boundary(_ document: Int, _ position: Int, p: [Float]) -> Float {
    if position >= p.count {
      return position == p.count && units.level.index == 0 ? Probability.epsilon : pastEnd
    }
    return Probability.boundary(
      p[position], isFirst: position == 0 && units.isBeginning,
      isAllowed: units.allowsStart(document, position))
  }
}
