import ZonkeyModel
import ZonkeyEngine
import ZonkeyBase

/// One complete training step over a batch of documents: all levels, forward and backward.
package struct TrainingStep {
  package let model: ZonkeyModel
  package let tape: Tape

  /// What a step leaves behind.
  package struct Result: Sendable {
    /// The losses of each level by name, before weights, in the published scaling.
    package var losses: [[LossName: Float]] = []
    /// Σ over levels and names of weight × loss.
    package var total: Float = 0
    /// The mean probability of a start at each level.
    package var meanBoundary: [Float] = []
    /// Segments taken at each level.
    package var segments: [Int] = []
    /// Packed rows of these segments.
    package var rows: [Int] = []
    /// The latents [N, C·D] of each level, when asked for.
    package var latents: [[Float]] = []
  }

  package init(model: ZonkeyModel, tape: Tape) {
    self.model = model
    self.tape = tape
  }

  /// Runs the step on level 0's documents and adds the parameters' gradients to `gradients`.
  ///
  /// `weight` gives each loss's weight in the sum; `keepLatents` copies the latents out.
  package func run(
    symbols: [DocumentSymbols], draws: any DrawSource, gradients: ParameterStore?,
    keepLatents: Bool = false, weight: (_ level: Int, _ name: LossName) -> Float
  ) -> Result {
    tape.reset()
    var result = Result()
    var seeds: [(tensor: Tensor, gradient: [Float])] = []
    var batch = firstBatch(symbols)
    for level in model.levels {
      let step = LevelStep(model: model, level: level, batch: batch, tape: tape, draws: draws)
      let (losses, latents) = step.run()
      var named: [LossName: Float] = [:]
      for (name, value) in losses.terms {
        named[name] = value.scalar
        let w = weight(level.index, name)
        result.total += w * value.scalar
        if w != 0 { seeds.append((value, [w])) }
      }
      result.losses.append(named)
      result.meanBoundary.append(losses.meanBoundary)
      result.segments.append(step.segmentation.segments)
      result.rows.append(step.segmentation.rowOf.count)
      let next = level.index + 1
      if next < model.levels.count || keepLatents {
        batch = nextBatch(step, latents: latents, limit: documentLimit(above: level.index))
        if keepLatents { result.latents.append(batch.vectors.array) }
      }
    }
    if let gradients { tape.backward(from: seeds, into: gradients, releasing: true) }
    return result
  }

  /// The sum that is minimised, with the configuration's weights.
  package func weight(_ level: Int, _ name: LossName) -> Float {
    let weights = model.configuration.weights
    switch name {
    case .collapse: return weights.collapse
    case .cleanExistence: return weights.cleanExistence
    case .maskedModelling: return weights.maskedModelling
    case .cleanReconstruction: return weights.cleanReconstruction
    case .cleanStitcherPosition: return weights.cleanStitcherPosition
    case .cleanStitcherSequence: return weights.cleanStitcherSequence
    case .dirtyExistence: return weights.dirtyExistence
    case .dirtyReconstruction: return weights.dirtyReconstruction
    case .meanBoundary: return weights.meanBoundary
    case .patch: return weights.patch
    case .shortSegment: return weights.shortSegment
    case .nullPosition: return weights.nullPosition
    case .nullSequence: return weights.nullSequence
    }
  }

  private func firstBatch(_ documents: [DocumentSymbols]) -> UnitBatch {
    var (symbols, extents, limits) = (ContiguousArray<Int32>(), [DocumentExtent](), [Int]())
    var forbidden: [Bool] = []
    let s = model.levels[0].configuration.segmentLength
    for document in documents {
      extents.append(
        DocumentExtent(
          offset: symbols.count, rows: document.symbols.count, real: document.real))
      limits.append(startLimit(rows: document.symbols.count, complete: document.complete, s))
      symbols.append(contentsOf: document.symbols)
      forbidden.append(contentsOf: document.symbols.map(isContinuation))
    }
    let vectors = tape.gather(tape.use(model.embedding), symbols)
    return UnitBatch(
      vectors: vectors, documents: extents, startLimit: limits, symbols: symbols,
      forbidden: forbidden)
  }

  private func documentLimit(above level: Int) -> Int {
    level + 1 < model.levels.count
      ? model.levels[level + 1].configuration.documentLength
      : model.configuration.topDocumentLength
  }

  /// The latents of a level as documents of the next one.
  private func nextBatch(_ step: LevelStep, latents: Tensor, limit: Int) -> UnitBatch {
    var (rows, extents, limits) = (ContiguousArray<Int32>(), [DocumentExtent](), [Int]())
    var first = 0
    let index = min(step.index + 1, model.levels.count - 1)
    let s = model.levels[index].configuration.segmentLength
    for (document, count) in step.segmentation.counts.enumerated() {
      let real = min(count, limit)
      let complete = step.batch.isComplete(document) && real == count
      // One row behind a complete document, where existence learns to end.
      let padded = model.configuration.paddedDocuments ? limit : real + (complete ? 1 : 0)
      extents.append(DocumentExtent(offset: rows.count, rows: padded, real: real))
      limits.append(startLimit(rows: padded, complete: complete, s))
      for i in 0..<padded { rows.append(i < real ? Int32(first + i) : -1) }
      first += count
    }
    return UnitBatch(
      vectors: tape.gather(latents, rows), documents: extents, startLimit: limits, symbols: nil,
      forbidden: [Bool](repeating: false, count: rows.count))
  }

  private func startLimit(rows: Int, complete: Bool, _ segmentLength: Int) -> Int {
    complete && !model.configuration.paddedDocuments ? rows : max(1, rows - segmentLength)
  }

  /// Whether a symbol is a byte inside a UTF-8 character, where no segment may begin.
  private func isContinuation(_ symbol: Int32) -> Bool {
    UInt8(exactly: symbol)?.isUTF8Continuation ?? false
  }
}

/// A document as symbols: bytes, then the end of document and padding where they belong.
package struct DocumentSymbols: Sendable, Equatable {
  package let symbols: [Int32]
  /// Genuine positions, the end of document included.
  package let real: Int
  /// Whether the text ends here; false for a crop that was cut.
  package let complete: Bool

  package init(symbols: [Int32], real: Int, complete: Bool) {
    self.symbols = symbols
    self.real = real
    self.complete = complete
  }
}

extension UnitBatch {
  /// Whether a document's end is genuine: then padding follows it.
  package func isComplete(_ document: Int) -> Bool {
    documents[document].real < documents[document].rows
  }
}
