import ZonkeyEngine
import ZonkeyModel

extension TrainingStep {
  /// The step of a run with a teacher: how far level 0's probabilities of starts are from those of
  /// the teacher on the same text, and nothing else. Only its splitter has a gradient.
  ///
  /// Rows where a start is a rule's do not count: a document's first, those inside a character, and
  /// padding. Where a crop ends both see the same nothing behind it.
  func run(lessons: [Lesson], teacher: Teacher, gradients: ParameterStore?) -> Result {
    tape.reset()
    let batch = tape.withoutRecording { firstBatch(lessons.map(\.seen)) }
    let p = LevelStep.probabilities(
      level: model.levels[0], vectors: batch.vectors.constant, documents: batch.documents,
      tape: tape)
    let rows = batch.documents.flatMap { document in
      (1..<max(1, document.real)).map { document.offset + $0 }
    }.filter { !batch.forbidden[$0] }
    let loss = tape.teacherLoss(p, teacher: teacher.probabilities(lessons, on: tape), rows: rows)
    var result = Result()
    (result.total, result.losses, result.undivided) = (
      loss.scalar, [[.teacher: loss.scalar]], [[:]]
    )
    let sum = rows.reduce(Float(0)) { $0 + p.values[$1] }
    result.meanBoundary = [sum / Float(max(1, rows.count))]
    (result.segments, result.rows) = ([batch.documents.count + Int(bounded: Double(sum))], [p.rows])
    if let gradients {
      tape.backward(from: [(loss, [1])], into: gradients, releasing: true)
    }
    return result
  }
}
