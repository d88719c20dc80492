import Synchronization
import ZonkeyBase
import ZonkeyEngine
import ZonkeyModel

/// A model from whose splitter another one's learns: level 0's, which reads text.
public final class Teacher: Sendable {
  private let zonkey: Zonkey
  /// Tapes that no thread uses now.
  private let tapes = Mutex<[Tape]>([])

  public init(_ zonkey: Zonkey) { self.zonkey = zonkey }

  public var id: String { zonkey.id }

  /// Throws `badConfiguration` when a run of these settings that begins with the weights of `start`
  /// cannot learn from this teacher: other symbols, or weights beside level 0's splitter that would
  /// be new, since nothing else learns.
  public func check(_ configuration: Configuration, from start: Checkpoint?) throws(ZonkeyError) {
    let (wanted, own) = (configuration.vocabulary, zonkey.configuration.vocabulary)
    guard wanted == own else {
      throw .badConfiguration(
        key: "vocabulary", reason: "is \(wanted) here, but \(own) in the teacher")
    }
    let model = try ZonkeyModel(configuration)
    let splitter = model.levels[0].splitterRange
    for entry in start?.newArrays(of: model) ?? model.parameters.entries
    where !splitter.contains(entry.parameter.offset) {
      throw .badConfiguration(
        key: "of a run with a teacher",
        reason:
          "\(entry.name) would be new, but only level 0's splitter learns; begin with a model "
          + "that has it")
    }
  }

  /// Its probability of a start at every symbol that is seen in some lessons, as in use: [L, 1], on
  /// `tape`.
  func probabilities(_ lessons: [Lesson], on tape: Tape) -> Tensor {
    let offsets = packedOffsets(lessons.map(\.places.count))
    let out = tape.empty(Int(offsets[lessons.count]), 1)
    let splitter = zonkey.symbolTables.splitter
    tape.workers.run(lessons.count) { _, index in
      let lesson = lessons[index]
      let own = tapes.withLock { $0.popLast() } ?? zonkey.tape()
      let p = splitter.boundaryProbability(
        ContiguousArray(lesson.whole.symbols), offsets: [0, Int32(lesson.whole.symbols.count)],
        on: own)
      let first = Int(offsets[index])
      for (row, value) in lesson.probabilities(p.values).enumerated() {
        out.values[first + row] = value
      }
      own.reset()
      tapes.withLock { $0.append(own) }
    }
    return out.constant
  }
}
