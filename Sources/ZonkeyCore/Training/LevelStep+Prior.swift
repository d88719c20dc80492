import ZonkeyEngine
import ZonkeyModel

extension LevelStep {
  /// How unlikely each unit and each end of a segment is by the units before it, among those of the
  /// batch: the mean of -log p. Units are taken as they are: the levels below learn nothing by it.
  ///
  /// Segments that fill their window are left out: they may be cut.
  func priorLoss(_ prior: UnitPrior) -> Tensor { priorQuestions(prior).loss(on: tape) }

  /// The same, and the loss of units of which each is told from what stands before another.
  func priorProbe(_ prior: UnitPrior) -> (loss: Float, permuted: Float) {
    var questions = priorQuestions(prior)
    let loss = questions.loss(on: tape).scalar
    questions.queries = tape.gather(questions.queries, othersRows(questions.queries.rows))
    return (loss, questions.loss(on: tape).scalar)
  }

  private func priorQuestions(_ prior: UnitPrior) -> PriorQuestions {
    let width = level.configuration.width
    let segments = lengths.indices.filter { lengths[$0] < level.configuration.segmentLength }
    let offsets = packedOffsets(segments.map { lengths[$0] + 1 })
    let rows = Int(offsets[segments.count])
    let units = tape.zeros(rows, width).constant
    let end = Int32(candidates.count)
    var targets = ContiguousArray<Int32>()
    for (place, segment) in segments.enumerated() {
      let own = segmentation.rows(segment..<segment + 1).prefix(lengths[segment])
      let first = Int(offsets[place]) + 1
      (units.values + first * width).update(
        from: sequence.values + own.lowerBound * width, count: own.count * width)
      targets += candidates.numbers(ContiguousArray(segmentation.rowOf[own]))
      targets.append(end)
    }
    let queries = tape.empty(rows, width)
    let chunks = chunked(segments.count, target: chunkRows(rows), offsets: offsets)
    tape.map(chunks.count, parameters: [level.priorRange]) { child, chunk in
      let run = chunks[chunk]
      let (own, local) = (offsets.rows(of: run), offsets.fromZero(run))
      child.deliver(
        level.unitQueries(
          prior, child.borrow(units.rows(own)), offsets: local,
          wanted: SegmentRows(of: local) { _, length in 0..<length }, on: child),
        to: queries.rows(own))
    }
    return PriorQuestions(
      queries: queries, keys: level.unitKeys(prior, candidates.withEnd(on: tape), on: tape),
      targets: targets)
  }
}

/// What is asked of each unit and end, what candidates answer, and which of these is right.
private struct PriorQuestions {
  var queries: Tensor
  let keys: Tensor
  let targets: ContiguousArray<Int32>

  func loss(on tape: Tape) -> Tensor {
    let losses = tape.crossEntropy(tape.linear(queries, keys), scale: 1, targets: targets)
    return tape.weightedMean(
      losses, tape.constant([Float](repeating: 1, count: queries.rows)))
  }
}
