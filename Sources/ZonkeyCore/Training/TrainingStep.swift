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
    /// Reconstruction losses before the factor r (model §8).
    package var undivided: [[LossName: Float]] = []
    /// What was asked of each level beside its losses.
    package var probes: [LevelProbe] = []
    /// The mean latent of each level that centres them.
    package var meanLatents: [Int: [Float]] = [:]
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
    keepLatents: Bool = false, stage: TrainingStage? = nil, probes: Bool = false,
    weight: (_ level: Int, _ name: LossName) -> Float
  ) -> Result {
    tape.reset()
    var result = Result()
    var seeds: [(tensor: Tensor, gradient: [Float])] = []
    var batch = firstBatch(symbols)
    let scopes = stage?.scopes ?? model.levels.map { _ in LevelScope() }
    for (level, scope) in zip(model.levels, scopes) {
      let (step, losses, latents) = run(level, batch: batch, draws: draws, scope: scope)
      var named: [LossName: Float] = [:]
      for (name, value) in losses.terms {
        named[name] = value.scalar
        let w = weight(level.index, name)
        result.total += w * value.scalar
        if w != 0 { seeds.append((value, [w])) }
      }
      result.losses.append(named)
      result.undivided.append(losses.undivided)
      if probes { result.probes.append(step.probe(latents)) }
      if level.compressor.mean != nil { result.meanLatents[level.index] = mean(of: latents) }
      result.meanBoundary.append(losses.meanBoundary)
      result.segments.append(step.segmentation.segments)
      result.rows.append(step.segmentation.rowOf.count)
      let next = level.index + 1
      if next < scopes.count || keepLatents {
        let share = next < model.levels.count ? gradientShare(into: level.index) : 1
        batch = nextBatch(
          step, latents: tape.withGradient(latents, share: share),
          limit: documentLimit(above: level.index))
        if keepLatents { result.latents.append(batch.vectors.array) }
      }
    }
    if let gradients { tape.backward(from: seeds, into: gradients, releasing: true) }
    return result
  }

  /// The sum that is minimised, with the configuration's weights.
  package func weight(_ level: Int, _ name: LossName) -> Float {
    let configuration = model.configuration
    return (configuration.levels[level].weights ?? configuration.weights)[name]
  }

  /// A level's part; one that does not learn leaves nothing for the backward pass.
  private func run(
    _ level: Level, batch: UnitBatch, draws: any DrawSource, scope: LevelScope
  ) -> (LevelStep, LevelLosses, Tensor) {
    func run() -> (LevelStep, LevelLosses, Tensor) {
      let step = LevelStep(
        model: model, level: level, batch: batch, tape: tape, draws: draws, scope: scope)
      let (losses, latents) = step.run()
      return (step, losses, latents)
    }
    return scope.learns ? run() : tape.withoutRecording(run)
  }

  private func gradientShare(into level: Int) -> Float {
    let levels = model.configuration.levels
    return levels[level].departures.learningRateShare == 0
      ? 0 : levels[level + 1].departures.downwardGradient
  }

  private func mean(of latents: Tensor) -> [Float] {
    var sums = [Double](repeating: 0, count: latents.columns)
    for row in 0..<latents.rows {
      for j in sums.indices { sums[j] += Double(latents.values[row * latents.columns + j]) }
    }
    return sums.map { Float($0 / Double(max(1, latents.rows))) }
  }

  package func firstBatch(_ documents: [DocumentSymbols]) -> UnitBatch {
    var (symbols, extents, limits) = (ContiguousArray<Int32>(), [DocumentExtent](), [Int]())
    var (forbidden, lineStarts) = ([Bool](), [Int]())
    let s = model.levels[0].configuration.segmentLength
    for document in documents {
      extents.append(
        DocumentExtent(
          offset: symbols.count, rows: document.symbols.count, real: document.real))
      limits.append(startLimit(rows: document.symbols.count, complete: document.complete, s))
      lineStarts += document.lineStarts.map { symbols.count + $0 }
      symbols.append(contentsOf: document.symbols)
      forbidden.append(contentsOf: document.symbols.map(isContinuation))
    }
    let vectors = tape.gather(tape.use(model.embedding), symbols)
    return UnitBatch(
      vectors: vectors, documents: extents, startLimit: limits, symbols: symbols,
      forbidden: forbidden, lineStarts: lineStarts)
  }

  private func documentLimit(above level: Int) -> Int {
    level + 1 < model.levels.count
      ? model.levels[level + 1].configuration.documentLength
      : model.configuration.topDocumentLength
  }

  /// The latents of a level as documents of the next one.
  private func nextBatch(_ step: LevelStep, latents: Tensor, limit: Int) -> UnitBatch {
    var (rows, extents, limits) = (ContiguousArray<Int32>(), [DocumentExtent](), [Int]())
    var (first, lineStarts) = (0, [Int]())
    let below = Set(step.batch.lineStarts)
    let index = min(step.index + 1, model.levels.count - 1)
    let s = model.levels[index].configuration.segmentLength
    for (document, count) in step.segmentation.counts.enumerated() {
      let real = min(count, limit)
      let complete = step.batch.isComplete(document) && real == count
      // One row behind a complete document, where existence learns to end.
      let padded = model.configuration.paddedDocuments ? limit : real + (complete ? 1 : 0)
      extents.append(DocumentExtent(offset: rows.count, rows: padded, real: real))
      limits.append(startLimit(rows: padded, complete: complete, s))
      let offset = step.batch.documents[document].offset
      for i in 0..<real where below.contains(offset + step.segmentation.startOf[first + i]) {
        lineStarts.append(rows.count + i)
      }
      for i in 0..<padded { rows.append(i < real ? Int32(first + i) : -1) }
      first += count
    }
    return UnitBatch(
      vectors: tape.gather(latents, rows), documents: extents, startLimit: limits, symbols: nil,
      forbidden: [Bool](repeating: false, count: rows.count), lineStarts: lineStarts,
      unitSymbols: step.unitSymbols(segmentOf: rows))
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
  /// Positions where a line begins whose newline is hidden.
  package let lineStarts: [Int]

  package init(symbols: [Int32], real: Int, complete: Bool, lineStarts: [Int] = []) {
    self.lineStarts = lineStarts
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
