import ZonkeyEngine
import ZonkeyKernels
import ZonkeyModel
import ZonkeyPlatform

extension LevelStep {
  /// Probes the level with the latents that it has made [N, C·D]; nothing is recorded.
  package func probe(_ latents: Tensor) -> LevelProbe {
    tape.withoutRecording {
      let n = segmentation.segments
      let candidates = batch.symbols == nil ? allCandidates : nil
      let targets =
        batch.symbols.map { symbols in
          ContiguousArray(segmentation.rowOf.map { symbols[Int($0)] })
        } ?? candidates?.numbers(segmentation.rowOf) ?? []
      let directions =
        candidates?.directions ?? tape.sphere(tape.use(model.embedding), radius: 1)
      func tried(_ latents: Tensor, _ t: Float) -> (loss: Float, exact: Float) {
        let levels = [Float](repeating: t, count: n)
        let decoded = decode(latents.constant, levels, noise: .dirtyNoise)
        let cosines = tape.linear(tape.sphere(decoded.vectors, radius: 1), directions)
        let losses = noisyCrossEntropy(cosines, targets: targets, on: tape)
        return (tape.weightedMean(losses, share).scalar, exactShare(cosines, targets))
      }
      let half = tried(latents, 0.5)
      let others = tape.gather(latents, othersRows(n))
      let spread = Spread(latents, on: tape)
      let prior = candidates == nil ? nil : level.prior.map(priorProbe)
      return LevelProbe(
        exact: LevelProbe.noiseLevels.map { $0 == 0.5 ? half.exact : tried(latents, $0).exact },
        noisyLoss: half.loss, permutedLoss: tried(others, 0.5).loss,
        chance: log(Float(directions.rows)), participation: spread.participation,
        meanCosine: spread.meanCosine, rowNorm: rowNorm(latents),
        priorLoss: prior?.loss, permutedPriorLoss: prior?.permuted)
    }
  }

  /// For each of some rows the number of another, for controls.
  func othersRows(_ count: Int) -> ContiguousArray<Int32> {
    ContiguousArray((0..<count).map { Int32(($0 + count / 2) % count) })
  }

  /// The share of rows whose own candidate has the largest cosine, weighted by what they own.
  private func exactShare(_ cosines: Tensor, _ targets: ContiguousArray<Int32>) -> Float {
    var (right, all) = (Float(0), Float(1e-9))
    for row in 0..<cosines.rows {
      let base = cosines.values + row * cosines.columns
      let own = base[Int(targets[row])]
      all += share.values[row]
      if (0..<cosines.columns).allSatisfy({ base[$0] <= own }) { right += share.values[row] }
    }
    return right / all
  }

  private func rowNorm(_ latents: Tensor) -> Float {
    let few = 0..<min(segmentation.segments, 64)
    let outputs = level.unfold(
      latents.rows(few), noiseLevels: few.map { _ in 0 },
      lengths: Array(lengths[few]),
      offsets: segmentation.localOffsets(few), on: tape
    ).outputs
    let squares = tape.rowDots(outputs, outputs)
    let sum = (0..<squares.rows).reduce(Float(0)) { $0 + squares.values[$1].squareRoot() }
    return sum / Float(max(1, squares.rows)) / expectedNorm(outputs.columns)
  }

  private var allCandidates: Candidates {
    candidates.count > 1 ? candidates : Candidates(batch.documents, of: batch.vectors, on: tape)
  }
}

/// How latents spread in their space.
private struct Spread {
  let participation: Float
  let meanCosine: Float

  /// tr(C)²/tr(C²) by the inner products of centred latents; shapes: latents [N, C·D].
  init(_ latents: Tensor, on tape: Tape) {
    let unit = tape.sphere(latents.constant, radius: 1)
    let (n, width) = (unit.rows, unit.columns)
    var mean = [Float](repeating: 0, count: width)
    for row in 0..<n {
      for j in 0..<width { mean[j] += unit.values[row * width + j] / Float(n) }
    }
    let square = mean.reduce(0) { $0 + $1 * $1 }
    meanCosine = n > 1 ? (square * Float(n) - 1) / Float(n - 1) : 1
    let centred = tape.addRow(unit, tape.constant(mean, columns: width), factor: -1)
    let products = tape.linear(centred, centred)
    var (trace, squares) = (0.0, 0.0)
    for i in 0..<n { trace += Double(products.values[i * n + i]) }
    for i in 0..<n * n { squares += Double(products.values[i]) * Double(products.values[i]) }
    participation = squares > 0 ? Float(trace * trace / squares) : 0
  }
}
