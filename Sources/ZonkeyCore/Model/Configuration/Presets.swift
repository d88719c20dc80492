extension LossWeights {
  /// The product's weights: the published factors, summed instead of averaged.
  public static let standard = LossWeights(
    collapse: 1, cleanExistence: 1, maskedModelling: 1, cleanReconstruction: 1,
    cleanStitcherPosition: 1, cleanStitcherSequence: 1, dirtyExistence: 1, dirtyReconstruction: 1,
    meanBoundary: 1, patch: 1, shortSegment: 1, nullPosition: 1, nullSequence: 1)
}

extension Configuration {
  /// The names that `preset` knows, smallest first.
  public static let presetNames = ["tiny", "small", "base", "paper"]

  /// The smallest configuration that is meant for use: it learns words in minutes on two cores.
  public static let tiny = sized(
    width: 64, vectors: [4, 4], segment: 16, crops: [1024, 160], limits: [640, 64],
    heads: [4, 4], layers: (2, 1, 2), batch: 3)

  /// A named configuration, or nil.
  ///
  /// `tiny` learns words in minutes on two cores; `paper` has the sizes of arXiv 2601.21768. Level 0
  /// is asked for the rate of words with their space, one start in six bytes; what the levels above
  /// should be asked for is not known, they have one start in 6.75 units.
  public static func preset(_ name: String) -> Configuration? {
    switch name {
    case "tiny": return tiny
    case "small":
      return sized(
        width: 96, vectors: [4, 4], segment: 20, crops: [1024, 160], limits: [640, 64],
        heads: [4, 6], layers: (2, 1, 3), batch: 4)
    case "base":
      return sized(
        width: 128, vectors: [4, 4], segment: 24, crops: [1536, 256], limits: [1024, 128],
        heads: [4, 8], layers: (3, 1, 3), batch: 4)
    case "paper":
      return sized(
        width: 256, vectors: [4, 4], segment: 27, crops: [2048, 256], limits: [256, 64],
        heads: [8, 8], layers: (4, 2, 4), batch: 4)
    default: return nil
    }
  }

  private static func sized(
    width: Int, vectors: [Int], segment: Int, crops: [Int], limits: [Int], heads: [Int],
    layers: (compressor: Int, decompressor: Int, denoiser: Int), batch: Int
  ) -> Configuration {
    var levels: [LevelConfiguration] = []
    // Measured at width 64; wider models are given the caution of half of it.
    let learningRate: Float = width > 64 ? 1e-3 : 2e-3
    var width = width
    for index in vectors.indices {
      levels.append(
        LevelConfiguration(
          width: width, compressionVectors: vectors[index], segmentLength: segment,
          documentLength: crops[index], segmentLimit: limits[index], heads: heads[index],
          compressorLayers: layers.compressor, decompressorLayers: layers.decompressor,
          denoiserLayers: layers.denoiser, targetRate: index == 0 ? 0.17 : 4.0 / 27,
          minimumLength: 2))
      width *= vectors[index]
    }
    return Configuration(
      levels: levels, vocabulary: 258, topDocumentLength: 64, feedForwardRatio: 4, noiseStep: 0.02,
      lastNoiseStep: 0.02,
      weights: .standard, livingBound: 1e-3, wholeShare: 0.125, paddedDocuments: false,
      batch: batch,
      learningRate: learningRate, warmupSteps: 200, decayShare: 0.3, weightDecay: 0.01,
      gradientClip: 1,
      averageDecay: 0.999)
  }
}
