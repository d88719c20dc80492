import ZonkeyEngine
import ZonkeyPlatform

/// The way of latents from noise to sequences (model §9), of several together.
///
/// A step guesses the clean latent: decode, then compress again. What is left of the latent when the
/// guess is taken out is its noise, which is carried along: at full noise even a perfect guess does
/// not depend on it, so that without it every seed would end in the same text. A share of the noise
/// is fresh at each step.
package struct NoiseWalk {
  let level: Level
  let tape: Tape
  /// Whether noise lies on the great circle (`Departures.arcNoise`).
  let isArc: Bool
  /// Denoising steps, at least 1.
  var steps = 10
  /// The share of fresh noise.
  var freshShare: Float = 0.3
  /// Whether noise is carried along; in the published sampler it is not.
  var carriesNoise = true

  init(model: ZonkeyModel, level: Level, tape: Tape) {
    (self.level, self.tape) = (level, tape)
    isArc = model.configuration.departures.arcNoise
  }

  /// Sequences that were decoded or are to be compressed: units [M, D] and their existence [M, 1],
  /// packed by offsets [N + 1].
  struct Sequences {
    let units: Tensor
    let existence: Tensor
    let offsets: ContiguousArray<Int32>
  }

  /// The decoded sequences at the end of the walk; the tape holds them.
  ///
  /// `starts` is noise [N, C·D] on the sphere, `noise` gives more for a step. `lengths` are the units
  /// of each sequence, where they are known. `settled` says what of decoded sequences is compressed
  /// again; `share` of the way has been gone then. No sequence depends on the others.
  func decoded(
    from starts: [Float], lengths: [Int]? = nil, noise: (_ step: Int) -> [Float],
    settled: (_ decoded: Sequences, _ share: Float) -> Sequences
  ) -> Sequences {
    let width = level.configuration.latentWidth
    var (x, guess) = (starts, [Float]?.none)
    func decode(_ t: Float) -> Sequences {
      tape.reset()
      let latents = tape.constant(x, columns: width)
      let lengths = lengths ?? level.latentLengths(latents, on: tape)
      let offsets = lengths.map { withEnds($0) } ?? level.fullOffsets(latents.rows)
      let decoded = level.decode(
        latents, noiseLevels: [Float](repeating: t, count: latents.rows),
        guess: guess.map { tape.constant($0, columns: width) }, lengths: lengths,
        offsets: offsets, on: tape)
      guard let lengths else {
        return Sequences(units: decoded.vectors, existence: decoded.existence, offsets: offsets)
      }
      let rows = ContiguousArray(
        lengths.enumerated().flatMap { sequence, length in
          rowRange(offsets, sequence).prefix(length).map { Int32($0) }
        })
      return Sequences(
        units: tape.gather(decoded.vectors, rows), existence: tape.gather(decoded.existence, rows),
        offsets: packedOffsets(lengths))
    }
    let count = max(1, steps)
    for step in 0..<count {
      let decoded = decode(noiseLevel(step))
      if !carriesNoise && step == count - 1 { return decoded }
      let sequences = settled(decoded, Float(step + 1) / Float(count))
      let clean = level.compress(
        sequences.units, existence: sequences.existence, offsets: sequences.offsets, on: tape
      ).array
      x =
        carriesNoise
        ? moved(x, at: noiseLevel(step), towards: clean, at: noiseLevel(step + 1), noise(step))
        : clean
      guess = clean
    }
    return decode(0)
  }

  /// The rows of sequences of so many units, each with one behind its end where there is place, as
  /// in training.
  private func withEnds(_ lengths: [Int]) -> ContiguousArray<Int32> {
    packedOffsets(lengths.map { min($0 + 1, max($0, level.configuration.segmentLength)) })
  }

  /// 1 … 0: the levels fall where training draws them, so that steps are spent where it learned.
  private func noiseLevel(_ step: Int) -> Float {
    let left = 1 - Float(step) / Float(max(1, steps))
    let skew = level.configuration.departures.noiseSkew
    return carriesNoise && skew != 1 ? pow(left, 1 / skew) : left
  }

  /// The parts of latent and noise in a noisy latent of level t.
  private func parts(_ t: Float) -> (clean: Float, noise: Float) {
    isArc
      ? (cos(t * .pi / 2), sin(t * .pi / 2)) : ((1 - t).squareRoot(), t.squareRoot())
  }

  /// The latents at the next noise level, on the way to the guesses; all [N, C·D].
  private func moved(
    _ x: [Float], at t: Float, towards clean: [Float], at next: Float, _ fresh: [Float]
  ) -> [Float] {
    let width = level.configuration.latentWidth
    return stride(from: 0, to: x.count, by: width).flatMap { first -> [Float] in
      let row = first..<first + width
      return moved(x[row], at: parts(t), towards: clean[row], at: parts(next), fresh[row])
    }
  }

  private func moved(
    _ x: ArraySlice<Float>, at now: (clean: Float, noise: Float), towards clean: ArraySlice<Float>,
    at then: (clean: Float, noise: Float), _ fresh: ArraySlice<Float>
  ) -> [Float] {
    let radius = expectedNorm(x.count)
    let left = onSphere(zip(x, clean).map { $0 - now.clean * $1 }, radius)
    let (kept, new) = ((1 - freshShare).squareRoot(), freshShare.squareRoot())
    let drawn = onSphere(Array(fresh), radius)
    let noise = onSphere(zip(left, drawn).map { kept * $0 + new * $1 }, radius)
    return onSphere(zip(clean, noise).map { then.clean * $0 + then.noise * $1 }, radius)
  }

  private func onSphere(_ x: [Float], _ radius: Float) -> [Float] {
    let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 1e-9 ? x.map { $0 / length * radius } : x
  }
}
