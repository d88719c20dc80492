/// Generates documents from noise, top level first (model §9).
package struct Sampler {
  let model: ZonkeyModel
  let tape: Tape
  /// Denoising steps at the top level, at least 1.
  package var steps = 10
  /// A sequence ends where existence falls below this.
  package var existenceCutoff: Float = 0.2
  /// The most units of any level in a document; bounds work and memory.
  package var unitLimit = 1 << 16

  /// `tape` should not record.
  package init(model: ZonkeyModel, tape: Tape) {
    self.model = model
    self.tape = tape
  }

  /// Level 0's units of one document from a latent of level `top`: [M, D].
  ///
  /// `start` is noise [C·D] on the sphere.
  package func document(from start: [Float], top: Int) -> Tensor {
    let level = model.levels[top]
    let full = fullOffsets(1, level)
    var latent = tape.constant(start, columns: level.configuration.latentWidth)
    var decoded = level.decode(latent, noiseLevels: [noiseLevel(0)], offsets: full, on: tape)
    for step in 1..<max(1, steps) {
      latent = level.compress(
        decoded.vectors, existence: decoded.existence, offsets: full, on: tape)
      decoded = level.decode(latent, noiseLevels: [noiseLevel(step)], offsets: full, on: tape)
    }
    var units = cut(
      decoded.vectors, decoded.existence.array, within: level.configuration.segmentLength)
    for below in model.levels[..<top].reversed() {
      units = expand(units, by: below, starts: nil)
    }
    return units
  }

  /// 1, 1 - 1/n, … 1/n for n steps: the last decode still sees the last share of noise.
  private func noiseLevel(_ step: Int) -> Float { 1 - Float(step) / Float(max(1, steps)) }

  /// Latents of a level decoded (t = 0), stitched and cut: the units of that level [M, D].
  package func expand(_ latents: Tensor, by level: Level, starts: [Int]?) -> Tensor {
    guard latents.rows > 0 else { return tape.empty(0, level.configuration.width) }
    let offsets = fullOffsets(latents.rows, level)
    let decoded = level.decode(
      latents, noiseLevels: [Float](repeating: 0, count: latents.rows), offsets: offsets, on: tape)
    let (units, existence) = level.stitched(
      decoded.vectors, existence: decoded.existence, offsets: offsets, starts: starts, on: tape)
    return cut(units, existence, within: level.configuration.segmentLength)
  }

  /// The nearest symbol of every unit by cosine.
  package func symbols(_ units: Tensor) -> [Int32] {
    guard units.rows > 0 else { return [] }
    let cosines = tape.linear(units, tape.sphere(tape.use(model.embedding), radius: 1))
    return (0..<units.rows).map { row in
      let base = cosines.values + row * cosines.columns
      var best = 0
      for c in 1..<cosines.columns where base[c] > base[best] { best = c }
      return Int32(best)
    }
  }

  private func fullOffsets(_ segments: Int, _ level: Level) -> ContiguousArray<Int32> {
    ContiguousArray((0...segments).map { Int32($0 * level.configuration.segmentLength) })
  }

  /// The rows before existence falls below the cut-off among the `last` ones, at least one row.
  ///
  /// Only the last segment may end a sequence: earlier ones were cut by the next one's start.
  private func cut(_ units: Tensor, _ existence: [Float], within last: Int) -> Tensor {
    let first = max(0, existence.count - last)
    let end = existence[first...].firstIndex { $0 < existenceCutoff } ?? existence.count
    return units.rows(0..<min(max(end, min(1, units.rows)), unitLimit))
  }
}
