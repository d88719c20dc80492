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
  /// what it reads of the latent by itself.
  case parallel(places: Parameter, reads: PlaceReading, encoder: ProbabilisticEncoder)

  init(_ name: String, level: LevelConfiguration, ratio: Int, in list: inout ParameterList) {
    if level.departures.parallelDecoder {
      self = .parallel(
        places: list.add("\(name).places", level.segmentLength, level.width, .normal(1)),
        reads: PlaceReading(name, level: level, in: &list),
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

/// What a place of a parallel decompressor reads of the latent beside attention.
package enum PlaceReading: Sendable {
  case nothing
  /// The whole latent through a map of the place; all maps side by side [S·D, C·D].
  case maps(Parameter)
  /// Its share of the latent through the map of all.
  case share(Linear)

  init(_ name: String, level: LevelConfiguration, in list: inout ParameterList) {
    if level.departures.unitShares {
      self = .share(
        Linear("\(name).share", inputs: level.width, outputs: level.width, in: &list))
    } else if level.departures.placeMaps {
      self = .maps(
        list.add(
          "\(name).maps", level.segmentLength * level.width, level.latentWidth,
          .uniform(fanIn: level.latentWidth)))
    } else {
      self = .nothing
    }
  }
}

/// What says how far decoded positions exist (model §1).
package enum ExistenceHead: Sendable {
  /// The paper's: of a decoded vector the probability of a start.
  case starts(Linear)
  /// Of a latent the odds of its segment's lengths, where shares need to know it.
  case lengths(Linear)

  init(_ name: String, level: LevelConfiguration, in list: inout ParameterList) {
    self =
      level.departures.unitShares
      ? .lengths(
        Linear(name, inputs: level.latentWidth, outputs: level.segmentLength, in: &list))
      : .starts(Linear(name, inputs: level.width, outputs: 1, in: &list))
  }
}
