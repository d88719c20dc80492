import ZonkeyEngine
import ZonkeyModel
import ZonkeyPlatform

/// The loss terms of one level by name; each a scalar on the step's tape.
package struct LevelLosses: Sendable {
  package var terms: [(name: LossName, value: Tensor)] = []
  /// The mean probability of a start, a diagnostic.
  package var meanBoundary: Float = 0
  /// Reconstruction losses before the factor r of model §8.
  package var undivided: [LossName: Float] = [:]

  package mutating func add(_ name: LossName, _ value: Tensor) { terms.append((name, value)) }
}

/// One level's share of a training step: all passes and losses (model §8).
///
/// Works on a whole batch; the passes run in fixed chunks of segments.
package struct LevelStep {
  package let model: ZonkeyModel
  package let level: Level
  package let batch: UnitBatch
  package let tape: Tape
  package let draws: any DrawSource
  package let scope: LevelScope
  package let segmentation: Segmentation
  /// Units of the segments [P, D], raw and on the sphere.
  package let raw: Tensor
  package let sequence: Tensor
  /// The splitter's existence and share [P, 1].
  package let existence: Tensor
  package let share: Tensor
  package let boundaries: Tensor
  /// The units of each segment that rather exist than not.
  let lengths: [Int]
  package let chunks: [Range<Int>]
  /// Units from which a decoded one must be told; made only where they are used.
  let candidates: Candidates

  private var configuration: LevelConfiguration { level.configuration }
  package var index: Int { level.index }

  /// Splits the batch.
  package init(
    model: ZonkeyModel, level: Level, batch: UnitBatch, tape: Tape, draws: any DrawSource,
    scope: LevelScope = LevelScope()
  ) {
    self.scope = scope
    self.model = model
    self.level = level
    self.batch = batch
    self.tape = tape
    self.draws = draws
    let p = LevelStep.probabilities(
      level: level, vectors: batch.vectors, documents: batch.documents, tape: tape)
    boundaries = tape.documentBoundaries(
      p, documents: batch.documents, forbidden: batch.forbidden,
      pastEnd: Window.pastEnd(model.configuration))
    let starts = LevelStep.starts(
      level: level, batch: batch, boundaries: boundaries, draws: draws)
    let departures = level.configuration.departures
    let ends =
      departures.chosenEnds
      ? LevelStep.chosen(starts, of: batch, on: tape)
      : tape.withGradient(boundaries, share: scope.splits ? departures.splitterGradient : 0)
    segmentation = LevelStep.segmentation(
      model: model, level: level, starts: starts, batch: batch, ends: ends, draws: draws)
    raw = tape.gather(batch.vectors, segmentation.rowOf)
    sequence = tape.normalized(raw)
    let packed = tape.gather(ends, segmentation.rowOf)
    existence = tape.existence(packed, offsets: segmentation.offsets)
    lengths = level.likelyLengths(existence, offsets: segmentation.offsets)
    share = tape.existenceShare(
      packed, offsets: segmentation.offsets, position: segmentation.rowOf,
      positions: batch.vectors.rows, real: segmentation.real)
    chunks = segmentation.chunks(rows: chunkRows(raw.rows))
    candidates = LevelStep.candidates(model: model, batch: batch, scope: scope, tape: tape)
  }

  private static func candidates(
    model: ZonkeyModel, batch: UnitBatch, scope: LevelScope, tape: Tape
  ) -> Candidates {
    let isUsed =
      scope.learns && batch.symbols == nil && model.configuration.departures.allCandidates
    return Candidates(isUsed ? batch.documents : [], of: batch.vectors, on: tape)
  }

  /// The probability of a start at every row of documents of units: vectors [L, D], result [L, 1].
  static func probabilities(
    level: Level, vectors: Tensor, documents: [DocumentExtent], tape: Tape
  ) -> Tensor {
    let p = tape.empty(vectors.rows, 1)
    tape.map(documents.count, parameters: [level.splitterRange]) { child, index in
      let document = documents[index]
      let rows = document.offset..<document.offset + document.rows
      let x = child.borrow(vectors.rows(rows))
      child.deliver(
        level.boundaryProbability(x, offsets: [0, Int32(document.rows)], on: child),
        to: p.rows(rows))
    }
    return p
  }

  /// Starts drawn by their probabilities, document by document.
  private static func starts(
    level: Level, batch: UnitBatch, boundaries: Tensor, draws: any DrawSource
  ) -> [[Int]] {
    let uniform = draws.uniform(.splitter, level: level.index, count: batch.vectors.rows)
    return batch.documents.map { document in
      Starts.positions(
        count: document.real, segmentLength: level.configuration.segmentLength,
        allowed: { !batch.forbidden[document.offset + $0] },
        begins: {
          let row = document.offset + $0
          return uniform[row] < boundaries.values[row]
        })
    }
  }

  /// Probabilities of starts [L, 1] that say what was drawn, so that segments exist as in use.
  private static func chosen(_ starts: [[Int]], of batch: UnitBatch, on tape: Tape) -> Tensor {
    let out = tape.empty(batch.vectors.rows, 1).constant
    out.values.update(repeating: Probability.epsilon, count: out.count)
    for (document, starts) in zip(batch.documents, starts) {
      // What stands behind a document's end is in no segment.
      for place in starts + Array(document.real..<max(document.real, document.rows)) {
        out.values[document.offset + place] = 1 - Window.behindStart
      }
    }
    return out
  }

  /// Segments from as many of the starts as the level may take.
  private static func segmentation(
    model: ZonkeyModel, level: Level, starts: [[Int]], batch: UnitBatch, ends: Tensor,
    draws: any DrawSource
  ) -> Segmentation {
    let limit = level.configuration.segmentLimit
    var (taken, total) = ([[Int]](), 0)
    for (index, (starts, startLimit)) in zip(starts, batch.startLimit).enumerated() {
      let found = starts.filter { $0 == 0 || $0 < startLimit }.prefix(max(1, limit / 2))
      if index > 0 && total + found.count > limit { break }
      total += found.count
      taken.append(Array(found))
    }
    let (bound, share) = (model.configuration.livingBound, model.configuration.wholeShare)
    // Without a bound every segment is whole, and nothing is drawn.
    let whole = bound > 0 ? draws.uniform(.wholeSegment, level: level.index, count: total) : []
    return Segmentation(
      starts: taken, documents: batch.documents, p: UnsafePointer(ends.values),
      segmentLength: level.configuration.segmentLength, bound: bound,
      isWhole: { whole.indices.contains($0) && whole[$0] < share })
  }

  // MARK: The step

  /// Runs the passes that the scope wants; returns the losses and the latents [N, C·D] for the level
  /// above.
  package func run() -> (losses: LevelLosses, latents: Tensor) {
    var losses = LevelLosses()
    let latents =
      scope.encodes
      ? compress(sequence, existence)
      : tape.withoutRecording { compress(sequence, existence) }.constant
    let mean = tape.meanBoundary(boundaries, documents: batch.documents)
    losses.meanBoundary = mean.scalar
    guard scope.learns else { return (losses, latents) }
    var compressed = [latents]
    if scope.wantsClean || scope.wantsNoisy && !isDirect {
      let t0 = draws.beta(.cleanLevel, level: index, count: segmentation.segments)
        .map { model.configuration.lastNoiseStep * $0 / 0.25 }
      let clean = decode(latents, t0, noise: .cleanNoise)
      cleanLosses(clean, noiseLevels: t0, mean: mean, into: &losses)
      if !isDirect && (scope.wantsNoisy || scope.wants(.collapse)) {
        compressed.append(compress(clean.vectors, clean.existence))
      }
    }
    if scope.wantsNoisy {
      noisyLosses(compressed[compressed.count - 1], mean: mean, into: &losses)
    }
    if let prior = level.prior, scope.wants(.unitPrior) {
      losses.add(.unitPrior, priorLoss(prior))
    }
    if scope.wants(.collapse) { losses.add(.collapse, collapse(compressed)) }
    if scope.splits { splitterLosses(mean: mean, into: &losses) }
    if scope.wants(.nullPosition) || scope.wants(.nullSequence) { nullLosses(into: &losses) }
    if let mask = level.mask, scope.encodes, scope.wants(.maskedModelling) {
      losses.add(.maskedModelling, maskedModelling(mask))
    }
    return (losses, latents)
  }

  private var isDirect: Bool { model.configuration.departures.directNoise }

  private func collapse(_ latents: [Tensor]) -> Tensor {
    tape.scalar(latents.map { tape.collapse($0, documentOf: segmentation.documentOf) }) { values in
      let sum = values.reduce(0, +)
      return (abs(sum), [Float](repeating: sum < 0 ? -1 : 1, count: values.count))
    }
  }

  private func cleanLosses(
    _ clean: DecodePass, noiseLevels: [Float], mean: Tensor, into losses: inout LevelLosses
  ) {
    losses.add(
      .cleanExistence,
      scaled(
        tape.existenceLoss(
          clean.existence, labels: existence.constant, offsets: segmentation.offsets), 0.05))
    let rowLosses = clean.rowLosses ?? contrastive(clean, draw: .cleanNegative)
    addReconstruction(.cleanReconstruction, rowLosses, mean: mean, into: &losses)
    if let symbols = batch.unitSymbols, scope.wants(.unitSymbols) {
      losses.add(.unitSymbols, unitSymbolLoss(clean.vectors, symbols))
    }
    guard scope.wants(.cleanStitcherPosition) || scope.wants(.cleanStitcherSequence) else { return }
    let stitched = stitch(
      clean.vectors, clean.existence, targets: sequence, draw: .stitchNegative)
    let t = noiseLevels.reduce(0, +) / Float(max(1, noiseLevels.count))
    losses.add(.cleanStitcherPosition, scaled(stitched.position, byRateOf: mean))
    losses.add(
      .cleanStitcherSequence,
      scaled(stitched.sequence, byRateOf: mean, factor: 0.01 * (1 - t)))
  }

  private func addReconstruction(
    _ name: LossName, _ rowLosses: Tensor, mean: Tensor, into losses: inout LevelLosses
  ) {
    let value = tape.weightedMean(rowLosses, share)
    losses.undivided[name] = value.scalar
    losses.add(name, scaled(value, byRateOf: mean))
  }

  private func noisyLosses(_ latents: Tensor, mean: Tensor, into losses: inout LevelLosses) {
    let n = segmentation.segments
    let t1 = draws.uniform(.middleLevel, level: index, count: n)
    let step = model.configuration.noiseStep
    let dirty: DecodePass
    let rowLosses: Tensor
    let labels: Tensor
    if isDirect {
      let skew = 1 / configuration.departures.noiseSkew
      dirty = decodeDirectly(latents, t1.map { skew == 1 ? $0 : pow($0, skew) })
      rowLosses =
        dirty.rowLosses
        ?? contrastive(dirty, draw: .dirtyNegative, isNoisy: true)
      labels = existence.constant
    } else {
      let t2 = zip(t1, draws.uniform(.dirtyShare, level: index, count: n))
        .map { $0 * ($1 * step + 1 - step) }
      if index == 0 {
        // The published code decodes at t1 here too, but at level 0 nothing reads the result.
        dirty = decode(latents, t2, noise: .dirtyNoise)
        rowLosses = dirty.rowLosses ?? dirty.existence
        labels = existence.constant
      } else {
        let previous = decode(latents, t1, noise: .middleNoise)
        dirty = decode(latents, t2, noise: .dirtyNoise)
        let mixed = mixedContrastive(dirty, previous: previous)
        rowLosses = mixed.rowLosses
        labels = tape.mixedLabels(
          mixed.best, labels: existence.constant, previous: previous.existence.constant,
          offsets: segmentation.offsets)
      }
    }
    addReconstruction(.dirtyReconstruction, rowLosses, mean: mean, into: &losses)
    losses.add(
      .dirtyExistence,
      scaled(
        tape.existenceLoss(dirty.existence, labels: labels, offsets: segmentation.offsets),
        byRateOf: mean, factor: 0.05))
  }

  private func splitterLosses(mean: Tensor, into losses: inout LevelLosses) {
    let (s, minimum) = (configuration.segmentLength, configuration.minimumLength)
    let w = configuration.targetRate
    let penalty: Float = 0.03
    losses.add(
      .meanBoundary,
      tape.scalar([mean]) { values in
        let m = max(values[0], w)
        let base = m + 1 - w
        return ((base * base - 1) * penalty, [values[0] > w ? 2 * base * penalty : 0])
      })
    if scope.wants(.rate) {
      losses.add(
        .rate,
        tape.scalar([mean]) { values in
          let off = values[0] / w - 1
          return (off * off, [2 * off / w])
        })
    }
    if scope.wants(.lineStart) {
      losses.add(.lineStart, tape.meanSurprise(boundaries, at: batch.lineStarts))
    }
    let documents = batch.documents
    losses.add(
      .patch,
      scaled(tape.patchLoss(boundaries, documents: documents, windows: [s, s + 1, s + 2]), 10))
    losses.add(
      .shortSegment,
      scaled(
        tape.shortSegmentLoss(
          boundaries, documents: documents, lengths: [minimum, minimum - 1, minimum - 2]), 10))
  }

  private func nullLosses(into losses: inout LevelLosses) {
    let stitched = stitch(raw, existence, targets: raw, draw: .nullNegative)
    losses.add(.nullPosition, stitched.position)
    losses.add(.nullSequence, stitched.sequence)
  }

  // MARK: Helpers

  private func scaled(_ x: Tensor, _ factor: Float) -> Tensor {
    tape.scalar([x]) { ($0[0] * factor, [factor]) }
  }

  /// x · factor · r with r = (m̄ + 0.1)/(w + 0.1), m̄ = max(mean, w): harder splitting, dearer loss.
  private func scaled(_ x: Tensor, byRateOf mean: Tensor, factor: Float = 1) -> Tensor {
    let w = configuration.targetRate
    return tape.scalar([x, mean]) { values in
      let r = (max(values[1], w) + 0.1) / (w + 0.1)
      return (
        values[0] * factor * r,
        [factor * r, values[1] > w ? values[0] * factor / (w + 0.1) : 0]
      )
    }
  }
}

/// Rows of a chunk for a batch of `rows` packed rows: so few that they stay in the cache, but
/// enough for efficient matrix products.
func chunkRows(_ rows: Int) -> Int { min(384, max(192, (rows + 3) / 4)) }
