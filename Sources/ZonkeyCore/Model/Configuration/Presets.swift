extension LossWeights {
  /// The published factors, summed instead of averaged.
  public static let standard = LossWeights(
    collapse: 1, cleanExistence: 1, maskedModelling: 1, cleanReconstruction: 1,
    cleanStitcherPosition: 1, cleanStitcherSequence: 1, dirtyExistence: 1, dirtyReconstruction: 1,
    meanBoundary: 1, patch: 1, shortSegment: 1, nullPosition: 1, nullSequence: 1)

  /// What level 0 learns by: one decode with a little noise, existence that counts, and nothing
  /// that presses latents apart, which centring does.
  static let words: LossWeights = {
    var weights = standard
    (weights.collapse, weights.cleanExistence) = (0, 10)
    (weights.dirtyReconstruction, weights.dirtyExistence) = (0, 0)
    (weights.nullPosition, weights.nullSequence, weights.rate) = (0, 0, 1)
    return weights
  }()

  /// What levels above learn by: the same, and text from noise.
  static let sentences: LossWeights = {
    var weights = words
    (weights.dirtyReconstruction, weights.dirtyExistence) = (1, 10)
    weights.maskedModelling = 0
    (weights.patch, weights.shortSegment, weights.rate) = (0.1, 0.1, 3)
    weights.lineStart = 1
    return weights
  }()
}

extension Configuration {
  /// The names that `preset` knows, smallest first.
  public static let presetNames = ["tiny", "small", "base", "paper"]

  /// The smallest configuration that is meant for use: it learns words in minutes on two cores.
  public static let tiny = sized(
    width: 64, vectors: [2, 8], crops: [768, 640], limits: [1024, 256], heads: [4, 4],
    layers: (2, 1, 2), batch: 2
  ).withRecipe

  /// A named configuration, or nil.
  ///
  /// `tiny` learns words in minutes on two cores; `paper` is arXiv 2601.21768 in sizes and losses.
  /// Level 0 is asked for the rate of words with their space, one start in six bytes.
  public static func preset(_ name: String) -> Configuration? {
    switch name {
    case "tiny": return tiny
    case "small":
      return sized(
        width: 96, vectors: [2, 8], crops: [1024, 640], limits: [1024, 256], heads: [4, 6],
        layers: (2, 1, 3), batch: 3
      ).withRecipe
    case "base":
      return sized(
        width: 128, vectors: [2, 8], crops: [1536, 640], limits: [1024, 256], heads: [4, 8],
        layers: (3, 1, 3), batch: 4
      ).withRecipe
    case "paper":
      return sized(
        width: 256, vectors: [4, 4], crops: [2048, 256], limits: [256, 64], heads: [8, 8],
        layers: (4, 2, 4), batch: 4)
    default: return nil
    }
  }

  /// The published form, in the given sizes.
  private static func sized(
    width: Int, vectors: [Int], crops: [Int], limits: [Int], heads: [Int],
    layers: (compressor: Int, decompressor: Int, denoiser: Int), batch: Int
  ) -> Configuration {
    var levels: [LevelConfiguration] = []
    var width = width
    for index in vectors.indices {
      levels.append(
        LevelConfiguration(
          width: width, compressionVectors: vectors[index], segmentLength: 27,
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
      learningRate: 1e-3, warmupSteps: 200, decayShare: 0.3, weightDecay: 0.01,
      gradientClip: 1,
      averageDecay: 0.999)
  }

  /// The same with what was found to work (`docs/research.md`).
  private var withRecipe: Configuration {
    var out = self
    out.departures = Departures(
      arcNoise: true, directNoise: true, allCandidates: true, beginningShare: 0.5,
      clipsByLevel: true)
    (out.learningRate, out.warmupSteps, out.decayShare) = (2e-3, 100, 0.5)
    (out.wholeShare, out.lastNoiseStep, out.weights) = (0.2, 0.1, .words)
    for index in out.levels.indices {
      out.levels[index].departures.parallelDecoder = true
      out.levels[index].departures.centred = true
      out.levels[index].departures.splitterGradient = 0
      out.levels[index].segmentLength = index == 0 ? 16 : 40
      guard index > 0 else {
        out.levels[index].departures.placeMaps = true
        out.levels[index].departures.splitterToByte = 700_000
        continue
      }
      out.levels[index].departures.unitShares = true
      out.levels[index].departures.chosenEnds = true
      out.levels[index].compressorLayers += 1
      out.levels[index].decompressorLayers += 1
      out.levels[index].denoiserLayers += 1
      out.levels[index].weights = .sentences
      (out.levels[index].targetRate, out.levels[index].minimumLength) = (0.055, 6)
      out.levels[index].departures.splitterReach = 1
      out.levels[index].departures.timeNetwork = true
      out.levels[index].departures.selfConditioning = true
      out.levels[index].departures.noiseSkew = 2
      out.levels[index].departures.noisyConcentration = 30
    }
    return out
  }
}
