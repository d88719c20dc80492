/// The order in which a batch of segments is rolled out: step by step over the segments that still
/// live, the longest first, so that the living ones are a prefix of every step.
///
/// Rows are packed step after step: step s has one row for each segment that lives at s, from row
/// firstRow[s].
package struct Rollout: Sendable {
  /// Steps that run together: all of the prompt, then one by one.
  struct Phase {
    let first: Int
    let steps: Int
    let alive: Int
  }

  package let segments: Int
  package let steps: Int
  /// The segment at each place of a step, and each segment's place.
  package let segmentAt: [Int]
  let placeOf: [Int]
  let phases: [Phase]
  /// Each step's first row, and the number of all rows behind them.
  package let firstRow: ContiguousArray<Int32>
  private let prefix: Int
  private let offsets: ContiguousArray<Int32>

  /// `prefix` prompt vectors, then as many steps as each segment has rows.
  package init(offsets: ContiguousArray<Int32>, prefix: Int) {
    self.offsets = offsets
    self.prefix = prefix
    segments = offsets.count - 1
    let lengths = zip(offsets, offsets.dropFirst()).map { Int($1 - $0) }
    segmentAt = (0..<segments).sorted {
      lengths[$0] != lengths[$1] ? lengths[$0] > lengths[$1] : $0 < $1
    }
    var places = [Int](repeating: 0, count: segments)
    for (place, segment) in segmentAt.enumerated() { places[segment] = place }
    placeOf = places
    let longest = lengths.max() ?? 0
    steps = prefix + longest
    var phases = [Phase(first: 0, steps: prefix, alive: segments)]
    for step in 0..<longest {
      phases.append(
        Phase(first: prefix + step, steps: 1, alive: lengths.filter { $0 > step }.count))
    }
    self.phases = phases
    var rows: ContiguousArray<Int32> = [0]
    for phase in phases {
      for _ in 0..<phase.steps { rows.append(rows[rows.count - 1] + Int32(phase.alive)) }
    }
    firstRow = rows
  }

  /// All rows.
  package var rows: Int { Int(firstRow[steps]) }

  func rows(of phase: Phase) -> Range<Int> {
    Int(firstRow[phase.first])..<Int(firstRow[phase.first + phase.steps])
  }

  /// The steps of some rows of a phase.
  func steps(of rows: Range<Int>, in phase: Phase) -> ContiguousArray<Int32> {
    ContiguousArray(
      rows.map {
        Int32(phase.first + ($0 - Int(firstRow[phase.first])) / max(1, phase.alive))
      })
  }

  /// The rows that a phase behind the prompt is fed with: the outputs of the step before.
  func fed(to phase: Phase) -> Range<Int> {
    let first = Int(firstRow[phase.first - 1])
    return first..<first + phase.alive
  }

  /// The rollout's row of every packed row, with or without the prompts' outputs before each
  /// segment.
  package func packedRows(withPrefix: Bool) -> ContiguousArray<Int32> {
    var rows = ContiguousArray<Int32>()
    for segment in 0..<segments {
      let length = Int(offsets[segment + 1] - offsets[segment])
      for step in (withPrefix ? 0 : prefix)..<prefix + length {
        rows.append(firstRow[step] + Int32(placeOf[segment]))
      }
    }
    return rows
  }
}
