import ZonkeyEngine
import ZonkeyKernels
import ZonkeyModel
import ZonkeyPlatform

/// The distinct units of a batch, from which a decoded unit must be told (all but its own).
///
/// Units whose cosine is above 0.999 are copies of one: the same word elsewhere, or the same
/// segment seen by two windows.
struct Candidates {
  /// Their directions [M, D], constant.
  let directions: Tensor
  /// The candidate of every unit of the batch; 0 where there is none.
  private let numberOf: ContiguousArray<Int32>

  private static let copyCosine: Float = 0.999

  /// From the genuine rows of some documents; the memory is `tape`'s.
  init(_ documents: [DocumentExtent], of vectors: Tensor, on tape: Tape) {
    let units = tape.sphere((documents.isEmpty ? vectors.rows(0..<0) : vectors).constant, radius: 1)
    let (width, rows) = (units.columns, units.rows)
    let out = tape.empty(max(1, rows), width).constant
    out.values.update(repeating: 0, count: width)
    var numbers = ContiguousArray<Int32>(repeating: 0, count: rows)
    var count = 0
    for document in documents {
      for row in document.offset..<document.offset + document.real {
        let unit = units.values + row * width
        let copy = (0..<count).first {
          Float(zk_dot(unit, out.values + $0 * width, width)) > Self.copyCosine
        }
        if copy == nil { (out.values + count * width).update(from: unit, count: width) }
        numbers[row] = Int32(copy ?? count)
        if copy == nil { count += 1 }
      }
    }
    directions = out.rows(0..<max(1, count))
    numberOf = numbers
  }

  var count: Int { directions.rows }

  /// Their directions, and a row of zeros behind them for the end of a segment [M + 1, D].
  func withEnd(on tape: Tape) -> Tensor {
    let out = tape.zeros(count + 1, directions.columns).constant
    out.values.update(from: directions.values, count: directions.count)
    return out
  }

  /// The candidates of rows of the batch.
  func numbers(_ rows: ContiguousArray<Int32>) -> ContiguousArray<Int32> {
    ContiguousArray(rows.map { numberOf[Int($0)] })
  }
}

extension LevelStep {
  /// Cross-entropy of each row of cosines to all candidates [P, M] in the noisy pass: [P, 1], with the
  /// logits κ·cosine, or 2·atanh of it where there is no κ.
  func noisyCrossEntropy(
    _ cosines: Tensor, targets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let concentration = level.configuration.departures.noisyConcentration
    return concentration > 0
      ? tape.crossEntropy(cosines, scale: concentration, targets: targets)
      : tape.cosineCrossEntropy(cosines, targets: targets)
  }

  /// Cross-entropy of each decoded row [P, D] over all candidates: [P, 1].
  func candidateLoss(
    _ v: Tensor, targets: ContiguousArray<Int32>, isNoisy: Bool = false
  ) -> Tensor {
    let out = tape.empty(v.rows, 1)
    let chunks = fixedChunks(v.rows)
    let directions = candidates.directions
    tape.map(chunks.count) { child, chunk in
      let rows = chunks[chunk]
      let cosines = child.linear(child.sphere(child.borrow(v.rows(rows)), radius: 1), directions)
      let own = ContiguousArray(targets[rows])
      child.deliver(
        isNoisy
          ? noisyCrossEntropy(cosines, targets: own, on: child)
          : child.cosineCrossEntropy(cosines, targets: own),
        to: out.rows(rows))
    }
    return out
  }
}
