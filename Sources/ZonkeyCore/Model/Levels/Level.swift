import ZonkeyEngine
import ZonkeyBase

/// The parameters of the splitter's network (model §3).
package struct SegmentSplitter: Sendable {
  /// The map of units [L, D] to the splitter's width w, where it has one of its own.
  package let input: Linear?
  package let layer: TransformerLayer
  package let finalNorm: LayerNorm
  package let convolution: Convolution
  /// The part of the last map that reads the sequence, and the part that reads the features.
  package let fromSequence: Linear
  package let fromFeatures: Parameter
  package let bias: Parameter

  init(_ name: String, level: LevelConfiguration, ratio: Int, in list: inout ParameterList) {
    let width = level.splitterWidth
    input =
      level.departures.splitterWidth > 0
      ? Linear("\(name).input", inputs: level.width, outputs: width, in: &list) : nil
    layer = TransformerLayer(name, width: width, parts: 4, ratio: ratio, in: &list)
    finalNorm = LayerNorm("\(name).final_norm", width: width, in: &list)
    let reach = level.departures.splitterReach
    convolution = Convolution(
      "\(name).convolution", width: width,
      groups: [3, 5, 7, 9].map { (reach > 0 ? min($0, 2 * reach + 1) : $0, 8) }, in: &list)
    fromSequence = Linear("\(name).from_sequence", inputs: width, outputs: 1, in: &list)
    fromFeatures = list.add("\(name).from_features.weight", 1, 32, .uniform(fanIn: width + 32))
    bias = list.add("\(name).bias", 1, 1, .constant(0))
  }
}

/// The parameters of the compressor (model §4).
package struct Compressor: Sendable {
  package let convolution: Convolution
  package let convolutionNorm: LayerNorm
  /// C learned vectors in front of every segment: [C, D].
  package let learned: Parameter
  package let encoder: ProbabilisticEncoder
  /// The maps of all places side by side [C·D, S·D], where latents get units by place too.
  package let places: Parameter?
  /// How units come to their shares of the latent, where they have shares.
  package let shares: SharedUnits?
  /// Those whose gradients are gathered from the rows of all chunks: maps of whole latents.
  package var gathered: [Parameter] { places.map { [$0] } ?? [] }
  /// The running mean that is taken from latents [1, C·D], where they are centred.
  package let mean: Parameter?

  init(_ name: String, level: LevelConfiguration, ratio: Int, in list: inout ParameterList) {
    convolution = Convolution(
      "\(name).convolution", width: level.width, groups: [(3, level.width)], in: &list)
    convolutionNorm = LayerNorm("\(name).convolution_norm", width: level.width, in: &list)
    learned = list.add("\(name).learned", level.compressionVectors, level.width, .normal(1))
    encoder = ProbabilisticEncoder(
      name, layers: level.compressorLayers, width: level.width, heads: level.heads, ratio: ratio,
      in: &list)
    places =
      level.departures.placeSums
      ? list.add(
        "\(name).places", level.latentWidth, level.segmentLength * level.width,
        .uniform(fanIn: level.segmentLength * level.width)) : nil
    shares =
      level.departures.unitShares ? SharedUnits("\(name).shares", level: level, in: &list) : nil
    mean =
      level.departures.centred
      ? list.add("\(name).mean", 1, level.latentWidth, .constant(0)) : nil
  }
}

/// The parameters by which units are laid into their shares of a latent.
package struct SharedUnits: Sendable {
  /// The maps [D, D] of units as they come to the compressor's encoder, and as they leave it.
  package let fromInput: Linear
  package let fromOutput: Parameter
  /// What a latent gets so that its decoder knows the segment's length: [S, C·D], from 1 unit on.
  package let lengths: Parameter

  init(_ name: String, level: LevelConfiguration, in list: inout ParameterList) {
    fromInput = Linear("\(name).from_input", inputs: level.width, outputs: level.width, in: &list)
    fromOutput = list.add(
      "\(name).from_output.weight", level.width, level.width, .uniform(fanIn: level.width))
    lengths = list.add("\(name).lengths", level.segmentLength, level.latentWidth, .normal(0.3))
  }
}

/// The parameters of a decode: noise levels, decompressor, denoiser, existence head (§5).
package struct LatentDecoder: Sendable {
  package let noise: NoiseLevels
  package let decompressor: DecompressorStack
  /// The map of the guessed latent's vectors, where the decoder is shown them.
  package let guess: Linear?
  package let denoiser: ProbabilisticEncoder
  package let existence: ExistenceHead

  /// Those whose gradients are gathered from the rows of all chunks: maps of whole latents.
  package var gathered: [Parameter] {
    guard case .parallel(_, .maps(let maps), _) = decompressor else { return [] }
    return [maps]
  }

  init(_ name: String, level: LevelConfiguration, ratio: Int, in list: inout ParameterList) {
    noise = NoiseLevels("\(name).noise_level", level: level, in: &list)
    decompressor = DecompressorStack(
      "\(name).decompressor", level: level, ratio: ratio, in: &list)
    denoiser = ProbabilisticEncoder(
      "\(name).denoiser", layers: level.denoiserLayers, width: level.width, heads: level.heads,
      ratio: ratio, in: &list)
    existence = ExistenceHead("\(name).existence", level: level, in: &list)
    guess =
      level.departures.selfConditioning
      ? Linear("\(name).guess", inputs: level.width, outputs: level.width, in: &list) : nil
  }
}

/// The parameters that join consecutive segments (model §7).
package struct Stitcher: Sendable {
  /// Projection to D/4 in which overlaps are matched.
  package let matching: Linear
  package let matchingWeight: Parameter
  /// The refinement's layer, used post-norm and without gate.
  package let layer: TransformerLayer
  /// α, the share of the refinement.
  package let portion: Parameter

  init(_ name: String, level: LevelConfiguration, ratio: Int, in list: inout ParameterList) {
    let width = level.width
    matching = Linear("\(name).matching", inputs: width, outputs: width / 4, in: &list)
    matchingWeight = list.add("\(name).matching_weight", 1, 1, .constant(1))
    layer = TransformerLayer(name, width: width, parts: 3, ratio: ratio, in: &list)
    portion = list.add("\(name).portion", 1, 1, .constant(0.1))
  }
}

/// One level of the model: its parts and where their parameters lie.
package struct Level: Sendable {
  package let index: Int
  package let configuration: LevelConfiguration
  package let splitter: SegmentSplitter
  package let compressor: Compressor
  package let decoder: LatentDecoder
  package let stitcher: Stitcher
  /// What stands for a masked unit in masked modelling: [1, D]. Level 0 has none.
  package let mask: Parameter?
  /// What tells units from those before them, where the level has it.
  package let prior: UnitPrior?
  /// The parameters of each part, for the chunks that use them.
  package let splitterRange: Range<Int>
  package let compressorRange: Range<Int>
  package let decoderRange: Range<Int>
  package let stitcherRange: Range<Int>
  package let maskRange: Range<Int>
  package let priorRange: Range<Int>
  /// All of them.
  package var range: Range<Int> { splitterRange.lowerBound..<priorRange.upperBound }

  package init(
    index: Int, configuration: LevelConfiguration, ratio: Int, in list: inout ParameterList
  ) {
    self.index = index
    self.configuration = configuration
    let name = "levels.\(index)"
    var marks = [list.count]
    splitter = SegmentSplitter("\(name).splitter", level: configuration, ratio: ratio, in: &list)
    marks.append(list.count)
    compressor = Compressor("\(name).compressor", level: configuration, ratio: ratio, in: &list)
    marks.append(list.count)
    decoder = LatentDecoder(name, level: configuration, ratio: ratio, in: &list)
    marks.append(list.count)
    stitcher = Stitcher("\(name).stitcher", level: configuration, ratio: ratio, in: &list)
    marks.append(list.count)
    mask = index > 0 ? list.add("\(name).mask", 1, configuration.width, .normal(1)) : nil
    marks.append(list.count)
    prior =
      configuration.departures.priorLayers > 0
      ? UnitPrior("\(name).prior", level: configuration, ratio: ratio, in: &list) : nil
    marks.append(list.count)
    splitterRange = marks[0]..<marks[1]
    compressorRange = marks[1]..<marks[2]
    decoderRange = marks[2]..<marks[3]
    stitcherRange = marks[3]..<marks[4]
    maskRange = marks[4]..<marks[5]
    priorRange = marks[5]..<marks[6]
  }
}

/// The assembled model: token embedding and levels. Weights live in a `ParameterStore` beside it.
package struct ZonkeyModel: Sendable {
  package let configuration: Configuration
  package let parameters: ParameterList
  /// The token embedding [V, D].
  package let embedding: Parameter
  package let levels: [Level]

  package init(_ configuration: Configuration) throws(ZonkeyError) {
    try configuration.validate()
    self.configuration = configuration
    var list = ParameterList()
    embedding = list.add(
      "embedding", configuration.vocabulary, configuration.levels[0].width, .normal(1))
    var levels: [Level] = []
    for (index, level) in configuration.levels.enumerated() {
      levels.append(
        Level(
          index: index, configuration: level, ratio: configuration.feedForwardRatio, in: &list))
    }
    self.levels = levels
    parameters = list
  }
}
