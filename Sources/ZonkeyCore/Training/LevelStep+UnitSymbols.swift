import ZonkeyEngine
import ZonkeyKernels
import ZonkeyModel

extension LevelStep {
  /// A decoded unit as near to the true one as this is right: level 0 reads the same of both. Half of
  /// the units of a model that has learned are, and have a two-thousandth of the loss.
  private static let rightCosine: Float = 0.98

  /// What the batch above needs to be judged by symbols; nil above level 0. `segmentOf` is the
  /// segment of each of its rows, −1 for padding.
  func unitSymbols(segmentOf rows: ContiguousArray<Int32>) -> UnitSymbols? {
    batch.symbols.map { symbols in
      UnitSymbols(
        offsets: segmentation.offsets,
        symbols: ContiguousArray(segmentation.rowOf.map { symbols[Int($0)] }),
        existence: existence.array, segmentOf: rows)
    }
  }

  /// Σ of -log p of the symbols of a unit, by what level 0 makes of a decoded one; the mean over
  /// units, in nats.
  ///
  /// Cosines to other units count all directions alike. Level 0 reads some of them far more than
  /// others, and passes over small errors: this says which matter. Level 0 learns by it once its
  /// latents stay what they are (`LevelScope.teachesBelow`).
  /// Shapes: v [P, D], the decoded rows of all segments; a row that owns next to nothing of its unit
  /// is left out, and one that is right already counts as without loss.
  package func unitSymbolLoss(_ v: Tensor, _ units: UnitSymbols) -> Tensor {
    let below = model.levels[index - 1]
    let owning = segmentation.rowOf.indices.filter {
      share.values[$0] >= 0.1 && units.segmentOf[Int(segmentation.rowOf[$0])] >= 0
    }
    let norm = expectedNorm(v.columns)
    let right = Double(Self.rightCosine * norm * norm)
    let rows = owning.filter { row in
      let place = row * v.columns
      return zk_dot(v.values + place, sequence.values + place, v.columns) < right
    }
    let segments = rows.map { Int(units.segmentOf[Int(segmentation.rowOf[$0])]) }
    let places = segments.map { units.offsets.rows(of: $0..<$0 + 1) }
    var offsets: ContiguousArray<Int32> = [0]
    for place in places { offsets.append(offsets[offsets.count - 1] + Int32(place.count)) }
    let targets = ContiguousArray(places.flatMap { units.symbols[$0] })
    let weights = zip(rows, places).flatMap { row, place in
      units.existence[place].map { $0 * share.values[row] }
    }
    let decoded = tape.gather(v, ContiguousArray(rows.map { Int32($0) }))
    let out = tape.empty(targets.count, 1)
    let chunks = chunked(rows.count, target: chunkRows(targets.count), offsets: offsets)
    let (decoder, embedding) = (below.decoderRange, model.embedding.range)
    tape.map(
      chunks.count, parameters: scope.teachesBelow ? [decoder] : [],
      gathered: scope.teachesBelow ? below.decoder.gathered : [],
      constants: scope.teachesBelow ? [embedding] : [decoder, embedding]
    ) { child, chunk in
      let run = chunks[chunk]
      let own = offsets.rows(of: run)
      let symbols = below.decode(
        child.borrow(decoded.rows(run)), noiseLevels: [Float](repeating: 0, count: run.count),
        offsets: offsets.fromZero(run), on: child)
      child.deliver(
        child.symbolLoss(
          symbols.vectors, embedding: child.use(model.embedding),
          symbols: ContiguousArray(targets[own])),
        to: out.rows(own))
    }
    let owned = owning.reduce(Float(0)) { $0 + share.values[$1] }
    return tape.weightedSum(out, tape.constant(weights), divisor: max(1e-6, owned))
  }
}
