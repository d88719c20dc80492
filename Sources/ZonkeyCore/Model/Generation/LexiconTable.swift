import ZonkeyBase
import ZonkeyEngine
import ZonkeyPlatform

/// The latents of a lexicon's segments, to round others to; any number of threads may read it.
///
/// Rounding is what diffusion language models end with (Li et al., arXiv 2205.14217), here to the
/// segments that the model has learned itself.
package final class LexiconTable: Sendable {
  let segments: [[UInt8]]
  /// κ·z/ρ², row by row [N, C·D], and log p of each segment [1, N].
  private let store: ParameterStore
  private let packed: PackedWeights
  private let directions, priors: Parameter
  /// What log p gets at each place beside what it is inside; empty where that was not counted.
  private let offsets: [[Float]]

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
    let shares = Lexicon.Place.allCases.map { place in
      Self.logShares(lexicon.placed[..<count].map { $0[place.rawValue] })
    }
    offsets = shares.map { place in zip(place, shares[0]).map { $0 - $1 } }
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
    for (number, share) in shares[0].enumerated() {
      store.values[priors.offset + number] = share
    }
  }

  /// The directions of some segments, κ·z/ρ², row after row.
  func scaled(_ numbers: Range<Int>) -> [Float] {
    Array(
      UnsafeBufferPointer(
        start: store.values + directions.offset + numbers.lowerBound * directions.columns,
        count: numbers.count * directions.columns))
  }

  /// The latent of a segment [C·D].
  func latent(_ number: Int) -> [Float] {
    let norm = expectedNorm(directions.columns)
    return scaled(number..<number + 1).map { norm * norm / Self.concentration * $0 }
  }

  /// The logarithm of each one's share, where there are any; what was never there counts as a
  /// hundredth.
  private static func logShares(_ counts: [Int]) -> [Float] {
    let sum = counts.reduce(0.0) { $0 + Double($1) }
    return sum == 0 ? [] : counts.map { Float(log(max(Double($0), 0.01) / sum)) }
  }

  /// A tape for `nearest` on the calling thread.
  package func tape() -> Tape { Tape(weights: store, packed: packed) }

  /// Latents that are compared at once: so few that their scores stay in the cache.
  private static let together = 64

  /// The segments that may have been decoded to latents [N, C·D], row after row: those with the most
  /// κ·cos + log p, p by where each stands.
  package func nearest(
    _ latents: [Float], at places: [Lexicon.Place], on tape: Tape
  ) -> [[UInt8]] {
    numbers(latents, at: places, on: tape).map { segments[$0] }
  }

  /// Latents rounded to those of these segments.
  func rounded(_ latents: [Float], at places: [Lexicon.Place], on tape: Tape) -> [Float] {
    numbers(latents, at: places, on: tape).flatMap { latent($0) }
  }

  private func numbers(
    _ latents: [Float], at places: [Lexicon.Place], on tape: Tape
  ) -> [Int] {
    let width = directions.columns
    precondition(latents.count == places.count * width, "LexiconTable: a place for each row")
    return stride(from: 0, to: places.count, by: Self.together).flatMap { first in
      tape.reset()
      let own = places[first..<min(first + Self.together, places.count)]
      let rows = tape.constant(
        Array(latents[own.startIndex * width..<own.endIndex * width]), columns: width)
      let scores = tape.linear(
        tape.normalized(rows), tape.use(directions), bias: tape.use(priors))
      return own.enumerated().map { row, place in
        let values = scores.values + row * scores.columns
        for (number, offset) in offsets[place.rawValue].enumerated() where place != .inside {
          values[number] += offset
        }
        var best = 0
        for number in 1..<scores.columns where values[number] > values[best] { best = number }
        return best
      }
    }
  }
}
