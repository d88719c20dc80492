import ZonkeyBase
import ZonkeyEngine
import ZonkeyPlatform

/// The latents of a lexicon's segments, to round others to; any number of threads may read it.
///
/// Rounding is what diffusion language models end with (Li et al., arXiv 2205.14217), here to the
/// segments that the model has learned itself.
package final class LexiconTable: Sendable {
  private let segments: [[UInt8]]
  /// κ·z/ρ², row by row [N, C·D], and log p of each segment [1, N].
  private let store: ParameterStore
  private let packed: PackedWeights
  private let directions, priors: Parameter

  /// How sharply decoded latents lie around true ones: κ of a distribution on the sphere. With 10
  /// texts are made of "the" and "of", with 100 of words as rare as any; at 30 their words are about
  /// as frequent as those of real text.
  private static let concentration: Float = 30

  /// The most numbers of its latents: of wide ones not all are kept.
  private static let floats = 1 << 24

  init(_ lexicon: Lexicon, of zonkey: Zonkey, threads: Int) throws(ZonkeyError) {
    let width = zonkey.latentWidth(0)
    let count = min(lexicon.segments.count, max(1, Self.floats / width))
    segments = Array(lexicon.segments[..<count])
    var list = ParameterList()
    directions = list.add("directions", count, width, .constant(0))
    priors = list.add("priors", 1, count, .constant(0))
    store = ParameterStore(count: list.count)
    packed = PackedWeights(store, arithmetic: .float32)
    let workers = Workers(count: threads)
    let encoders = try (0..<workers.count).map { _ throws(ZonkeyError) in
      try DocumentEncoder(zonkey, options: SplitOptions(), looksUp: false)
    }
    let norm = expectedNorm(width)
    let scale = Self.concentration / (norm * norm)
    workers.forEachRun(of: 0..<count, length: 512) { worker, _, run in
      let first = store.values + directions.offset + run.lowerBound * width
      let latents = encoders[worker].latents(ofSegments: Array(segments[run]))
      for (place, value) in latents.enumerated() { first[place] = scale * value }
    }
    let sum = lexicon.counts.reduce(0.0) { $0 + Double($1) }
    for (place, count) in lexicon.counts[..<count].enumerated() {
      store.values[priors.offset + place] = Float(log(Double(count) / sum))
    }
  }

  /// A tape for `nearest` on the calling thread.
  package func tape() -> Tape { Tape(weights: store, packed: packed) }

  /// Latents that are compared at once: so few that their scores stay in the cache.
  private static let together = 64

  /// The segments that may have been decoded to these latents [N, C·D], row after row: those with the
  /// most κ·cos + log p.
  package func nearest(_ latents: [Float], on tape: Tape) -> [[UInt8]] {
    let width = directions.columns
    return stride(from: 0, to: latents.count, by: Self.together * width).flatMap { first in
      tape.reset()
      let rows = tape.constant(
        Array(latents[first..<min(first + Self.together * width, latents.count)]), columns: width)
      let scores = tape.linear(
        tape.normalized(rows), tape.use(directions), bias: tape.use(priors))
      return (0..<rows.rows).map { row in
        let values = scores.values + row * scores.columns
        var best = 0
        for place in 1..<scores.columns where values[place] > values[best] { best = place }
        return segments[best]
      }
    }
  }
}
