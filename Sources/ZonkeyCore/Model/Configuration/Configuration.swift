import ZonkeyBase

/// The shape of one level: its units, segments and stacks.
public struct LevelConfiguration: Sendable, Equatable {
  /// D, the width of a unit at this level.
  public var width: Int
  /// C, the vectors that a segment is compressed to; the next level's width is C·D.
  public var compressionVectors: Int
  /// S, the longest segment in units.
  public var segmentLength: Int
  /// The longest document in a training crop, in units of this level.
  public var documentLength: Int
  /// The most segments in a training batch.
  public var segmentLimit: Int
  public var heads: Int
  public var compressorLayers: Int
  public var decompressorLayers: Int
  public var denoiserLayers: Int
  /// Wanted share of positions that begin a segment (w in model §8).
  public var targetRate: Float
  /// Segments shorter than this are discouraged by the short-segment loss.
  public var minimumLength: Int
  /// How this level departs from the paper.
  public var departures = LevelDepartures.none
  /// The weights of this level's losses, where they are not the configuration's.
  public var weights: LossWeights?

  /// The latent's width, C·D.
  public var latentWidth: Int { width * compressionVectors }

  /// w, the width at which the splitter works.
  public var splitterWidth: Int {
    departures.splitterWidth > 0 ? departures.splitterWidth : width
  }
}

/// The weight of each loss in the sum of one level; zero leaves the loss out.
public struct LossWeights: Sendable, Equatable {
  public var collapse: Float
  public var cleanExistence: Float
  public var maskedModelling: Float
  public var cleanReconstruction: Float
  public var cleanStitcherPosition: Float
  public var cleanStitcherSequence: Float
  public var dirtyExistence: Float
  public var dirtyReconstruction: Float
  public var meanBoundary: Float
  public var patch: Float
  public var shortSegment: Float
  public var nullPosition: Float
  public var nullSequence: Float
  /// How far the mean rate of starts is from the wanted one, on both sides; not in the paper.
  public var rate: Float = 0
  /// How unlikely a start is where a line begins, after WtP (arXiv 2305.18893); not in the paper.
  public var lineStart: Float = 0
  /// How unlikely the symbols of a unit are that level 0 makes of what level 1 decodes; not in the
  /// paper.
  public var unitSymbols: Float = 0
  /// How unlikely a unit is by those before it in its segment (`UnitPrior`); not in the paper.
  public var unitPrior: Float = 0
}

/// Everything that defines a model and how it is trained; a value, stored in its checkpoint.
public struct Configuration: Sendable, Equatable {
  public var levels: [LevelConfiguration]
  /// The symbols: 256 bytes, padding, end of document.
  public var vocabulary: Int
  /// The most latents of the top level that a training crop keeps.
  public var topDocumentLength: Int
  public var feedForwardRatio: Int
  /// δ: the size of one denoising step, and of the last one.
  public var noiseStep: Float
  public var lastNoiseStep: Float
  public var weights: LossWeights
  /// Positions that exist with less than this probability are dropped; 0 keeps all, as published.
  public var livingBound: Float
  /// Share of the segments that keep all their positions in training: where the dropped ones are
  /// missing, the decoder could tell a segment's end by it, and would not learn existence.
  public var wholeShare: Float
  /// Whether documents are padded to the crop's length and existence goes on in the padding, as
  /// published; otherwise nothing exists behind a document's end.
  public var paddedDocuments: Bool
  /// Documents in a training batch.
  public var batch: Int
  public var learningRate: Float
  public var warmupSteps: Int
  /// The last share of the run in which the learning rate falls to zero.
  public var decayShare: Float
  public var weightDecay: Float
  public var gradientClip: Float
  /// Decay of the moving average of the weights that everything but training uses.
  public var averageDecay: Float
  /// How training departs from the paper.
  public var departures = Departures.none
}

extension Configuration {
  /// Throws `badConfiguration` when the vocabulary, as that of the published code, has no symbols
  /// for the end of a text and what follows it.
  public func validateForDocuments() throws(ZonkeyError) {
    if vocabulary <= max(paddingSymbol, endSymbol) {
      throw .badConfiguration(
        key: "vocabulary", reason: "needs 258 symbols: the bytes, padding, end of document")
    }
  }

  /// Throws `badConfiguration` with the key of the first value that is out of range.
  public func validate() throws(ZonkeyError) {
    func check(_ holds: Bool, _ key: String, _ reason: String) throws(ZonkeyError) {
      if !holds { throw .badConfiguration(key: key, reason: reason) }
    }
    try check((1...6).contains(levels.count), "levels", "needs 1 to 6 levels")
    // Tables have a place for every pair of symbols.
    try check((2...512).contains(vocabulary), "vocabulary", "needs 2 to 512 symbols")
    try check(
      (1...1 << 24).contains(topDocumentLength), "topDocumentLength", "needs 1 or more")
    try check((1...16).contains(feedForwardRatio), "feedForwardRatio", "needs 1 to 16")
    try check((1...4096).contains(batch), "batch", "needs 1 to 4096 documents")
    try check(
      (1...4096).contains(departures.accumulate), "accumulate", "needs 1 to 4096 batches")
    for (index, level) in levels.enumerated() {
      let key = "levels.\(index)."
      try check((4...8192).contains(level.width), key + "width", "needs 4 to 8192")
      try check(
        (1...256).contains(level.heads) && level.width % level.heads == 0, key + "heads",
        "must divide the width \(level.width)")
      try check(level.width % 4 == 0, key + "width", "must be a multiple of 4")
      try check(
        (1...64).contains(level.compressionVectors), key + "compressionVectors", "needs 1 to 64")
      try check((4...256).contains(level.segmentLength), key + "segmentLength", "needs 4 to 256")
      try check(
        (level.segmentLength...1 << 24).contains(level.documentLength), key + "documentLength",
        "must be at least the segment length \(level.segmentLength)")
      try check((1...1 << 20).contains(level.segmentLimit), key + "segmentLimit", "needs 1 or more")
      for (name, count) in [
        ("compressorLayers", level.compressorLayers),
        ("decompressorLayers", level.decompressorLayers),
        ("denoiserLayers", level.denoiserLayers),
      ] {
        try check((1...64).contains(count), key + name, "needs 1 to 64")
      }
      try check(
        level.targetRate > 0 && level.targetRate < 1, key + "targetRate", "needs 0 < rate < 1")
      try check(
        (1...level.segmentLength).contains(level.minimumLength), key + "minimumLength",
        "needs 1 to the segment length")
      try level.departures.validate(key)
      try check(
        level.departures.noisyConcentration == 0
          || departures.directNoise && departures.allCandidates && index > 0,
        key + "noisyConcentration", "needs a level above 0, directNoise and allCandidates")
      try check(
        level.departures.priorLayers == 0 || departures.allCandidates && index > 0,
        key + "priorLayers", "needs a level above 0 and allCandidates")
      if level.departures.unitShares {
        try check(
          level.departures.parallelDecoder && !level.departures.placeMaps
            && !level.departures.placeSums, key + "unitShares",
          "needs parallelDecoder, and neither placeMaps nor placeSums")
        try check(
          level.latentWidth >= level.segmentLength, key + "unitShares",
          "needs a latent of at least a number for each of \(level.segmentLength) units")
      }
      let splitterWidth = level.departures.splitterWidth
      try check(
        (0...8192).contains(splitterWidth) && splitterWidth % 4 == 0
          && splitterWidth % (2 * level.heads) == 0, key + "splitterWidth",
        "needs 0, or up to 8192 in multiples of 4 that are even for each of the \(level.heads) heads"
      )
      for (name, value) in level.weights?.named ?? [] {
        try check((0...1e9).contains(value), key + "weights." + name, "needs 0 to 1e9")
      }
      if index > 0 {
        try check(
          level.width == levels[index - 1].latentWidth, key + "width",
          "must be the width × compressionVectors of the level below, "
            + "\(levels[index - 1].latentWidth)")
      }
    }
    let floats: [(String, Float, ClosedRange<Float>)] = [
      ("noiseStep", noiseStep, 0...1), ("lastNoiseStep", lastNoiseStep, 0...1),
      ("livingBound", livingBound, 0...0.5), ("wholeShare", wholeShare, 0...1),
      ("learningRate", learningRate, 0...1),
      ("decayShare", decayShare, 0...1), ("weightDecay", weightDecay, 0...1),
      ("averageDecay", averageDecay, 0...1), ("gradientClip", gradientClip, 0...1e9),
      ("beginningShare", departures.beginningShare, 0...1),
      ("hiddenSpaces", departures.hiddenSpaces, 0...1),
    ]
    for (key, value, range) in floats {
      try check(range.contains(value), key, "needs \(range.lowerBound) to \(range.upperBound)")
    }
    for (key, value) in weights.named {
      try check((0...1e9).contains(value), "weights." + key, "needs 0 to 1e9")
    }
    try check((0...1 << 30).contains(warmupSteps), "warmupSteps", "needs 0 or more")
    try check(
      levels.contains { $0.departures.learningRateShare > 0 }, "levels.0.learningRateShare",
      "is 0 and so is that of every other level: nothing would learn")
  }
}
