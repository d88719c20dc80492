import ZonkeyBase

/// How training departs from the paper; `none` is the paper's form, which old checkpoints mean.
public struct Departures: Sendable, Equatable {
  /// Noise lies on the great circle between latent and noise instead of √t mixing.
  public var arcNoise = false
  /// The noisy pass mixes clean latents with noise and asks for the true sequence; in the paper
  /// decoded sequences are compressed again, and the target is mixed (model §6).
  public var directNoise = false
  /// A unit is told from all distinct units of the batch, which take no gradient, instead of 63
  /// drawn ones.
  public var allCandidates = false
  /// Share of the documents that are cut at lines, each line a document of its own.
  public var beginningShare: Float = 0
  /// Share of the crops of which a splitter that learns from a teacher's does not see all spaces.
  public var hiddenSpaces: Float = 0
  /// Gradients are clipped level by level instead of over all parameters.
  public var clipsByLevel = false
  /// Batches of which an update takes the mean gradient.
  public var accumulate = 1

  /// The paper's form.
  public static let none = Departures()
}

/// How one level departs from the paper.
public struct LevelDepartures: Sendable, Equatable {
  /// Places are decoded together from learned vectors instead of one after the other.
  public var parallelDecoder = false
  /// Each of these places reads the whole latent by a map of its own, as in CALM (arXiv 2510.27688),
  /// not only by attention.
  public var placeMaps = false
  /// Latents also get each unit through a map of its place, not only by attention.
  public var placeSums = false
  /// Each of a segment's n units has the n-th part of the latent, instead of maps of places; the
  /// latent says n, and existence follows from it.
  public var unitShares = false
  /// A running mean is taken from latents before they are brought to the sphere.
  public var centred = false
  /// Units that the splitter's attention and its convolutions each see on both sides; 0 is the
  /// paper's ⌊S/2⌋ and 4.
  public var splitterReach = 0
  /// w, the width at which the splitter works, behind a map of its units to it; 0 is the level's, without
  /// a map.
  public var splitterWidth = 0
  /// The noise level comes as sinusoids through a small network instead of between two vectors.
  public var timeNetwork = false
  /// The decoder is shown the latent that the step before has guessed.
  public var selfConditioning = false
  /// Noise levels are the q-th root of a uniform number: above 1 more noise, below 1 less.
  public var noiseSkew: Float = 1
  /// κ: what is decoded of a noisy latent is told from the candidates by κ·cosine, not by 2·atanh of
  /// it, which cannot say that a unit is one of several; with 0 by that.
  public var noisyConcentration: Float = 0
  /// Layers of the stack that tells each unit of a segment from those before it, by which segments are
  /// drawn (`UnitPrior`); with 0 there is none.
  public var priorLayers = 0
  /// Bytes of text after which the level begins to learn, and to be shown noise.
  public var fromByte = 0
  public var noiseFromByte = 0
  /// Bytes of text after which the splitter stays as it is, level 0's with the token embedding that it
  /// reads; with 0 it always learns, with 1 never.
  public var splitterToByte = 0
  /// Bytes of text after which latents stay what they are: splitter, token embedding and compressor
  /// learn no more, the decoder does, also from what the level above decodes; with 0 they always learn,
  /// with 1 never.
  public var encoderToByte = 0
  /// The level's share of the learning rate; with 0 it stays as it is, and costs no more than that.
  public var learningRateShare: Float = 1
  /// Inputs up to which a map learns at the level's rate; one with n times as many learns at the n-th
  /// part of it, so that one rate fits all (after μP, arXiv 2203.03466). With 0 all learn alike.
  public var fullRateInputs = 0
  /// Segments exist up to the next start that was drawn and not behind it, as in use, instead of as
  /// far as the probabilities of starts leave them; decoding has nothing to say about those then.
  public var chosenEnds = false
  /// The share of this level's gradient that reaches the level below.
  public var downwardGradient: Float = 1
  /// The share of what decoding has to say about where segments begin: length terms count whole.
  public var splitterGradient: Float = 1

  /// The paper's form.
  public static let none = LevelDepartures()

  func validate(_ prefix: String) throws(ZonkeyError) {
    func check(_ holds: Bool, _ key: String, _ reason: String) throws(ZonkeyError) {
      if !holds { throw .badConfiguration(key: prefix + key, reason: reason) }
    }
    try check((0...128).contains(splitterReach), "splitterReach", "needs 0 to 128")
    try check(noiseSkew >= 0.05 && noiseSkew <= 20, "noiseSkew", "needs 0.05 to 20")
    try check(
      (0...1000).contains(noisyConcentration), "noisyConcentration", "needs 0 to 1000")
    try check((0...64).contains(priorLayers), "priorLayers", "needs 0 to 64")
    try check(fromByte >= 0, "fromByte", "needs 0 or more")
    try check(noiseFromByte >= 0, "noiseFromByte", "needs 0 or more")
    try check(splitterToByte >= 0, "splitterToByte", "needs 0 or more")
    try check(encoderToByte >= 0, "encoderToByte", "needs 0 or more")
    try check((0...10).contains(learningRateShare), "learningRateShare", "needs 0 to 10")
    try check((0...65_536).contains(fullRateInputs), "fullRateInputs", "needs 0 to 65536")
    try check((0...10).contains(downwardGradient), "downwardGradient", "needs 0 to 10")
    try check((0...10).contains(splitterGradient), "splitterGradient", "needs 0 to 10")
  }
}
