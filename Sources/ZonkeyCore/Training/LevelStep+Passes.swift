import ZonkeyModel
import ZonkeyEngine

/// What a decode pass leaves on the step's tape.
struct DecodePass {
  /// Decoded sequence [P, D] and its existence [P, 1].
  let vectors: Tensor
  let existence: Tensor
  /// At level 0 the loss of every row [P, 1], computed with the decode while it is in the cache.
  let rowLosses: Tensor?
}

extension LevelStep {
  /// Compresses packed sequences in chunks: latents [N, C·D].
  package func compress(_ x: Tensor, _ existence: Tensor) -> Tensor {
    let out = tape.empty(segmentation.segments, level.configuration.latentWidth)
    tape.map(
      chunks.count, parameters: [level.compressorRange], gathered: level.compressor.gathered
    ) { child, chunk in
      let rows = segmentation.rows(chunks[chunk])
      child.deliver(
        level.compress(
          child.borrow(x.rows(rows)), existence: child.borrow(existence.rows(rows)),
          offsets: segmentation.localOffsets(chunks[chunk]), on: child),
        to: out.rows(chunks[chunk]))
    }
    return out
  }

  /// Adds noise of level t to the latents and decodes them, in chunks.
  func decode(
    _ latents: Tensor, _ t: [Float], noise draw: Draw, guess: Tensor? = nil
  ) -> DecodePass {
    let width = latents.columns
    let noise = draws.normal(draw, level: index, count: latents.count)
    let rows = segmentation.rowOf.count
    let vectors = tape.empty(rows, level.configuration.width)
    let existence = tape.empty(rows, 1)
    let rowLosses = batch.symbols == nil ? nil : tape.empty(rows, 1)
    let ranges = [level.decoderRange] + (rowLosses == nil ? [] : [model.embedding.range])
    tape.map(chunks.count, parameters: ranges, gathered: level.decoder.gathered) { child, chunk in
      let segments = chunks[chunk]
      let z = noise[segments.lowerBound * width..<segments.upperBound * width]
      let (own, levels) = (child.borrow(latents.rows(segments)), Array(t[segments]))
      let noisy =
        model.configuration.departures.arcNoise
        ? child.noisyOnArc(own, levels: levels, noise: z)
        : child.noisy(own, levels: levels, noise: z)
      let decoded = level.decode(
        noisy, noiseLevels: levels, guess: guess?.rows(segments),
        lengths: Array(lengths[segments]), offsets: segmentation.localOffsets(segments),
        on: child)
      let range = segmentation.rows(segments)
      child.deliver(decoded.vectors, to: vectors.rows(range))
      child.deliver(decoded.existence, to: existence.rows(range))
      if let rowLosses, let symbols = batch.symbols {
        let targets = ContiguousArray(range.map { symbols[Int(segmentation.rowOf[$0])] })
        child.deliver(
          child.symbolLoss(
            decoded.vectors, embedding: child.use(model.embedding), symbols: targets),
          to: rowLosses.rows(range))
      }
    }
    return DecodePass(vectors: vectors, existence: existence, rowLosses: rowLosses)
  }

  /// The same with the true sequence as target; in half of the steps of a self-conditioned decoder
  /// it is shown what it guesses without.
  func decodeDirectly(_ latents: Tensor, _ t: [Float]) -> DecodePass {
    guard level.decoder.guess != nil,
      draws.uniform(.selfCondition, level: index, count: 1)[0] < 0.5
    else { return decode(latents, t, noise: .dirtyNoise) }
    let guess = tape.withoutRecording {
      let first = decode(latents.constant, t, noise: .dirtyNoise)
      return compress(first.vectors, first.existence)
    }
    return decode(latents, t, noise: .dirtyNoise, guess: guess.constant)
  }

  /// Contrastive loss of every decoded row against the true sequence: [P, 1].
  func contrastive(_ pass: DecodePass, draw: Draw, isNoisy: Bool = false) -> Tensor {
    if model.configuration.departures.allCandidates {
      return candidateLoss(
        pass.vectors, targets: candidates.numbers(segmentation.rowOf),
        isNoisy: isNoisy)
    }
    let rows = pass.vectors.rows
    let positives = ContiguousArray((0..<rows).map { Int32($0) })
    let negatives = draws.places(
      draw, level: index, weights: pass.existence.array, rows: rows, each: negativeCount,
      avoiding: positives)
    return contrastive(
      pass.vectors, targets: tape.sphere(sequence, radius: 1), positives: positives,
      negatives: negatives)
  }

  private func contrastive(
    _ v: Tensor, targets: Tensor, positives: ContiguousArray<Int32>,
    negatives: ContiguousArray<Int32>
  ) -> Tensor {
    let out = tape.empty(v.rows, 1)
    let chunks = fixedChunks(v.rows)
    let k = v.rows > 0 ? negatives.count / v.rows : 0
    tape.map(chunks.count, shared: [targets]) { child, chunk in
      let rows = chunks[chunk]
      child.deliver(
        child.contrastiveLoss(
          child.borrow(v.rows(rows)), unitTargets: child.borrow(targets),
          positives: ContiguousArray(positives[rows]),
          negatives: ContiguousArray(negatives[rows.lowerBound * k..<rows.upperBound * k])),
        to: out.rows(rows))
    }
    return out
  }

  /// Contrastive loss against mixed targets, and the t* of every segment (model §6, §8).
  func mixedContrastive(
    _ dirty: DecodePass, previous: DecodePass
  ) -> (rowLosses: Tensor, best: Tensor) {
    let rows = dirty.vectors.rows
    let negatives = draws.places(
      .dirtyNegative, level: index, weights: dirty.existence.array, rows: rows,
      each: negativeCount, avoiding: ContiguousArray((0..<rows).map { Int32($0) }))
    return mixedContrastive(dirty.vectors, previous: previous.vectors, negatives: negatives)
  }

  private func mixedContrastive(
    _ v: Tensor, previous p: Tensor, negatives: ContiguousArray<Int32>
  ) -> (rowLosses: Tensor, best: Tensor) {
    let k = negativeCount
    let delta = tape.combine(1, sequence, -1, p)
    let (pp, pd, dd) = (
      tape.rowDots(p, p), tape.rowDots(p, delta), tape.rowDots(delta, delta)
    )
    let out = tape.empty(v.rows, 1)
    let best = tape.empty(segmentation.segments, 1)
    tape.map(chunks.count, shared: [p, delta, pp, pd, dd]) { child, chunk in
      let rows = segmentation.rows(chunks[chunk])
      let own = child.borrow(v.rows(rows))
      let products = MixedProducts(
        vp: child.rowDots(own, child.borrow(p.rows(rows))),
        vd: child.rowDots(own, child.borrow(delta.rows(rows))),
        pp: child.borrow(pp.rows(rows)), pd: child.borrow(pd.rows(rows)),
        dd: child.borrow(dd.rows(rows)), vv: child.rowDots(own, own))
      let positive = child.mixedCosines(
        products, share: child.borrow(share.rows(rows)),
        offsets: segmentation.localOffsets(chunks[chunk]))
      child.deliver(positive.best, to: best.rows(chunks[chunk]))
      let places = ContiguousArray(negatives[rows.lowerBound * k..<rows.upperBound * k])
      let negative = child.mixedNegativeCosines(
        vp: child.pick(child.linear(own, child.borrow(p)), places, each: k),
        vd: child.pick(child.linear(own, child.borrow(delta)), places, each: k),
        vv: products.vv, pp: child.borrow(pp), pd: child.borrow(pd), dd: child.borrow(dd),
        index: places)
      child.deliver(
        child.cosineCrossEntropy(
          child.besides(positive.cosines, negative),
          targets: ContiguousArray(repeating: 0, count: rows.count)),
        to: out.rows(rows))
    }
    return (out, best)
  }

  /// Stitches all pairs of consecutive segments and compares with the truth (model §7, §8).
  func stitch(
    _ v: Tensor, _ existence: Tensor, targets: Tensor, draw: Draw
  ) -> (position: Tensor, sequence: Tensor) {
    let pairs = StitchPairs(segmentation)
    guard pairs.count > 0 else { return (tape.zeros(1, 1), tape.zeros(1, 1)) }
    let (left, right) = (tape.gather(v, pairs.leftRows), tape.gather(v, pairs.rightRows))
    let leftExistence = tape.gather(existence, pairs.leftRows)
    let rightExistence = tape.gather(existence, pairs.rightRows)
    let leftShare = tape.gather(share, pairs.leftRows)
    let inferred = tape.empty(pairs.count, 1)
    let refined = tape.empty(left.rows, left.columns)
    let chunks = pairs.chunks
    tape.map(chunks.count, parameters: [level.stitcherRange]) { child, chunk in
      let (l, r) = (pairs.left(chunks[chunk]), pairs.right(chunks[chunk]))
      let (a, b) = (child.borrow(left.rows(l.rows)), child.borrow(right.rows(r.rows)))
      let (ea, eb) = (
        child.borrow(leftExistence.rows(l.rows)), child.borrow(rightExistence.rows(r.rows))
      )
      child.deliver(
        level.inferredStart(
          left: a, right: b, leftExistence: ea, leftOffsets: l.offsets, rightOffsets: r.offsets,
          on: child),
        to: inferred.rows(chunks[chunk]))
      child.deliver(
        level.refine(
          left: a, right: b, leftExistence: ea, rightExistence: eb, leftOffsets: l.offsets,
          rightOffsets: r.offsets, on: child),
        to: refined.rows(l.rows))
    }
    let position = tape.positionLoss(
      inferred: inferred, trueStarts: pairs.trueStarts, share: leftShare,
      offsets: pairs.leftOffsets)
    let rowLosses =
      batch.symbols.map { symbolLosses(refined, pairs: pairs, symbols: $0) }
      ?? refinedContrastive(
        refined, targets: targets, existence: leftExistence, pairs: pairs, draw: draw)
    let mean = tape.weightedMean(rowLosses, leftShare)
    let divisor = 1 / Float(pairs.count)
    return (position, tape.scalar([mean]) { ($0[0] * divisor, [divisor]) })
  }

  private func symbolLosses(
    _ refined: Tensor, pairs: StitchPairs, symbols: ContiguousArray<Int32>
  ) -> Tensor {
    let out = tape.empty(refined.rows, 1)
    let chunks = fixedChunks(refined.rows)
    tape.map(chunks.count, parameters: [model.embedding.range]) { child, chunk in
      let targets = ContiguousArray(
        pairs.leftRows[chunks[chunk]].map { symbols[Int(segmentation.rowOf[Int($0)])] })
      child.deliver(
        child.symbolLoss(
          child.borrow(refined.rows(chunks[chunk])), embedding: child.use(model.embedding),
          symbols: targets),
        to: out.rows(chunks[chunk]))
    }
    return out
  }

  private func refinedContrastive(
    _ refined: Tensor, targets: Tensor, existence: Tensor, pairs: StitchPairs, draw: Draw
  ) -> Tensor {
    if model.configuration.departures.allCandidates {
      let rows = ContiguousArray(pairs.leftRows.map { segmentation.rowOf[Int($0)] })
      return candidateLoss(refined, targets: candidates.numbers(rows))
    }
    let positives = ContiguousArray((0..<refined.rows).map { Int32($0) })
    let negatives = draws.places(
      draw, level: index, weights: existence.array, rows: refined.rows, each: negativeCount,
      avoiding: positives)
    return contrastive(
      refined, targets: tape.sphere(tape.gather(targets, pairs.leftRows), radius: 1),
      positives: positives, negatives: negatives)
  }

  /// Masked modelling (model §8): hidden units guessed from their segment, against 100 negatives.
  package func maskedModelling(_ mask: Parameter) -> Tensor {
    let rows = segmentation.rowOf.count
    let positions = draws.uniform(.maskPosition, level: index, count: rows)
    let kinds = draws.uniform(.maskKind, level: index, count: rows)
    let random = draws.normal(.maskVector, level: index, count: sequence.count)
    let hidden = (0..<rows).filter { positions[$0] < 0.2 && share.values[$0] > 0 }
    let out = tape.empty(hidden.count, level.configuration.width)
    let ranges = [level.compressorRange, level.maskRange]
    tape.map(chunks.count, parameters: ranges, gathered: level.compressor.gathered) {
      child, chunk in
      let range = segmentation.rows(chunks[chunk])
      let place =
        hidden.count { $0 < range.lowerBound }..<hidden.count { $0 < range.upperBound }
      let local = hidden[place].map { $0 - range.lowerBound }
      let masked = child.masked(
        child.borrow(sequence.rows(range)), at: local, mask: child.use(mask),
        kinds: Array(kinds[range]),
        random: random[range.lowerBound * sequence.columns..<range.upperBound * sequence.columns])
      let offsets = segmentation.localOffsets(chunks[chunk])
      let bodies = bodyRows(offsets, prefix: level.vectors)
      let wanted = SegmentRows(
        of: widened(offsets, by: level.vectors), rows: local.map { Int(bodies[$0]) })
      child.deliver(
        level.compressorStack(
          masked, existence: child.borrow(existence.rows(range)), offsets: offsets,
          wanted: wanted, on: child),
        to: out.rows(place))
    }
    let positives = ContiguousArray(hidden.map { segmentation.rowOf[$0] })
    let negatives = draws.places(
      .maskNegative, level: index, weights: batch.genuineRows,
      rows: rows, each: 100, avoiding: segmentation.rowOf)
    let drawn = ContiguousArray(hidden.flatMap { negatives[$0 * 100..<($0 + 1) * 100] })
    let index = ContiguousArray(hidden.map { Int32($0) })
    let rowLosses = contrastive(
      out, targets: tape.sphere(batch.vectors, radius: 1),
      positives: positives, negatives: drawn)
    return tape.weightedSum(
      rowLosses, tape.gather(share, index), divisor: Float(hidden.count) + Probability.epsilon)
  }

  private var negativeCount: Int { 63 }
}

/// Runs of 256 rows, whatever the number of workers.
func fixedChunks(_ rows: Int) -> [Range<Int>] {
  stride(from: 0, to: rows, by: 256).map { $0..<min($0 + 256, rows) }
}

extension UnitBatch {
  /// 1 for every genuine row, 0 for padding.
  var genuineRows: [Float] {
    var rows = [Float](repeating: 0, count: vectors.rows)
    for document in documents {
      for i in 0..<document.real { rows[document.offset + i] = 1 }
    }
    return rows
  }
}
