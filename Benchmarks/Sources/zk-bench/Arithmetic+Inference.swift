import ZonkeyCore

/// Forward operations of level 0's parts in use, counted as those of a training step are.
extension Arithmetic {
  private var level: LevelConfiguration { configuration.levels[0] }
  private var d: Double { Double(level.width) }
  private var vectors: Double { Double(level.compressionVectors) }
  private var ratio: Double { Double(configuration.feedForwardRatio) }

  /// Probabilities of so many rows; queries, keys, values and gates are looked up.
  func split(rows: Int) -> Double {
    let rows = Double(rows)
    return 2 * rows * (d * d * (1 + 2 * ratio) + d * 8 * 24 + d + 32)
  }

  /// Compression of segments that have so many rows together.
  func compress(rows: Int, segments: Int) -> Double {
    let (rows, segments) = (Double(rows), Double(segments))
    let stack = Double(level.compressorLayers) * (rows + segments * vectors) * (5 + 2 * ratio)
    return 2 * d * d * (3 * rows + stack)
  }

  /// Decoding of segments to so many rows together.
  func decode(rows: Int, segments: Int) -> Double {
    let (rows, segments) = (Double(rows), Double(segments))
    let all = rows + segments * (1 + vectors)
    let causal = Double(level.decompressorLayers) * (4 + 2 * ratio)
    let denoiser = Double(level.denoiserLayers) * (5 + 2 * ratio)
    return 2 * d * d * all * (causal + denoiser) + 4 * rows * d
  }
}
