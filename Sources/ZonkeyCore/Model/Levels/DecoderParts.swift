import ZonkeyEngine
import ZonkeyPlatform

/// How a noise level becomes the vector τ (model §5).
package enum NoiseLevels: Sendable {
  /// The paper's: between two learned vectors.
  case between(clean: Parameter, noisy: Parameter)
  /// Sinusoids of the level through two maps with a GELU between.
  case network(expand: Linear, contract: Linear)

  /// Sinusoids that the network sees.
  static let features = 32

  init(_ name: String, level: LevelConfiguration, in list: inout ParameterList) {
    if level.departures.timeNetwork {
      self = .network(
        expand: Linear(
          "\(name).expand", inputs: Self.features, outputs: level.width, in: &list),
        contract: Linear(
          "\(name).contract", inputs: level.width, outputs: level.width, in: &list))
    } else {
      self = .between(
        clean: list.add("\(name).clean", 1, level.width, .normal(0.5)),
        noisy: list.add("\(name).noisy", 1, level.width, .normal(0.5)))
    }
  }
}

/// The stack that makes a sequence of a latent (model §5).
package enum DecompressorStack: Sendable {
  /// The paper's: outputs are fed back; pre-norm, ordinary attention, no gate.
  case rollout([TransformerLayer])
  /// S learned place vectors [S, D] behind the prompt, all at once; each sees those before it, and
  /// the latent through a map of its own, where there is one [S·D, C·D].
  case parallel(places: Parameter, maps: Parameter?, encoder: ProbabilisticEncoder)

  init(_ name: String, level: LevelConfiguration, ratio: Int, in list: inout ParameterList) {
    if level.departures.parallelDecoder {
      self = .parallel(
        places: list.add("\(name).places", level.segmentLength, level.width, .normal(1)),
        maps: level.departures.placeMaps
          ? list.add(
            "\(name).maps", level.segmentLength * level.width, level.latentWidth,
            .uniform(fanIn: level.latentWidth)) : nil,
        encoder: ProbabilisticEncoder(
          name, layers: level.decompressorLayers, width: level.width, heads: level.heads,
          ratio: ratio, in: &list))
    } else {
      self = .rollout(
        (0..<level.decompressorLayers).map {
          TransformerLayer(
            "\(name).layers.\($0)", width: level.width, parts: 3, ratio: ratio, in: &list)
        })
    }
  }
}
