import ZonkeyBase

/// What a level has learned, whatever its losses say (measured at every validation).
public struct LevelProbe: Sendable, Equatable {
  /// Noise levels at which units are counted.
  public static let noiseLevels: [Float] = [0, 0.3, 0.5, 0.7, 0.9]

  /// Share of the units that are decoded exactly at each noise level: nearest among candidates.
  public let exact: [Float]
  /// Loss of decodes at t = ½ in nats, and the same when each segment gets another's latent: where
  /// the second is low too, the decoder passes without its latent.
  public let noisyLoss: Float
  public let permutedLoss: Float
  /// Loss of a decoder that finds all candidates alike.
  public let chance: Float
  /// (Σλ)²/Σλ² over the covariance of the latents: the dimensions that they use.
  public let participation: Float
  /// Mean cosine between latents.
  public let meanCosine: Float
  /// Mean length of the decompressor's rows, in ρ(D).
  public let rowNorm: Float
  /// Loss of units by those before them, and the same when each is told from what stands before
  /// another; nil where the level has no such prior.
  public let priorLoss, permutedPriorLoss: Float?

  package var json: JSONValue {
    var json: JSONObject = [
      "exact": .array(exact.map { JSONValue($0) }), "noisy_loss": JSONValue(noisyLoss),
      "permuted_loss": JSONValue(permutedLoss), "chance": JSONValue(chance),
      "participation": JSONValue(participation), "mean_cosine": JSONValue(meanCosine),
      "row_norm": JSONValue(rowNorm),
    ]
    json["prior_loss"] = priorLoss.map { JSONValue($0) }
    json["permuted_prior_loss"] = permutedPriorLoss.map { JSONValue($0) }
    return .object(json)
  }

  package init?(json: JSONValue) {
    func number(_ key: String) -> Float? { json[key]?.doubleValue.map { Float($0) } }
    guard let exact = json["exact"]?.arrayValue?.compactMap({ $0.doubleValue.map { Float($0) } }),
      exact.count == Self.noiseLevels.count, let noisyLoss = number("noisy_loss"),
      let permutedLoss = number("permuted_loss"), let chance = number("chance"),
      let participation = number("participation"), let meanCosine = number("mean_cosine"),
      let rowNorm = number("row_norm")
    else { return nil }
    self.init(
      exact: exact, noisyLoss: noisyLoss, permutedLoss: permutedLoss, chance: chance,
      participation: participation, meanCosine: meanCosine, rowNorm: rowNorm,
      priorLoss: number("prior_loss"), permutedPriorLoss: number("permuted_prior_loss"))
  }

  package init(
    exact: [Float], noisyLoss: Float, permutedLoss: Float, chance: Float, participation: Float,
    meanCosine: Float, rowNorm: Float, priorLoss: Float? = nil, permutedPriorLoss: Float? = nil
  ) {
    (self.exact, self.noisyLoss, self.permutedLoss) = (exact, noisyLoss, permutedLoss)
    (self.chance, self.participation) = (chance, participation)
    (self.meanCosine, self.rowNorm) = (meanCosine, rowNorm)
    (self.priorLoss, self.permutedPriorLoss) = (priorLoss, permutedPriorLoss)
  }
}
