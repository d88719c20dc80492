import ZonkeyEngine
import ZonkeyPlatform

extension Level {
  /// The splitter's probability of a start at every row of packed documents (model §3).
  ///
  /// Shapes: x [L, D], offsets [B + 1]; result [L, 1] in [ε, 1]. A row's value depends on
  /// `splitterReach` rows on both sides and no others.
  package func boundaryProbability(
    _ x: Tensor, offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let x = splitterInput(x, on: tape)
    let mixed = tape.localAttention(
      splitterProjection(x, on: tape), offsets: offsets, heads: configuration.heads,
      half: splitterHalf, positions: splitterPositions)
    return boundaryProbability(mixed: mixed, from: .residual(x), offsets: offsets, on: tape)
  }

  /// The same from what the attention gives [L, w]; `input` is what that is added to, the units at
  /// the splitter's width; `packed` is the splitter's convolution for use without gradients.
  func boundaryProbability(
    mixed: Tensor, from input: LinearStart, packed: PackedConvolution? = nil,
    offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    var y = tape.linear(mixed, splitter.layer.output, from: input)
    y = tape.feedForward(y, splitter.layer.feedForward, norm: splitter.layer.feedForwardNorm)
    y = tape.layerNorm(y, splitter.finalNorm)
    let convolved =
      packed.map { tape.convolution(y, $0, offsets: offsets) }
      ?? tape.convolution(y, splitter.convolution, offsets: offsets)
    let features = tape.gelu(convolved)
    let z = tape.linear(
      features, tape.use(splitter.fromFeatures),
      from: .residual(tape.linear(y, splitter.fromSequence)))
    return tape.boundaryProbability(
      z, bias: tape.use(splitter.bias), prior: priorLogit, width: mixed.columns)
  }

  /// Units x [L, D] at the splitter's width: [L, w].
  func splitterInput(_ x: Tensor, on tape: Tape) -> Tensor {
    splitter.input.map { tape.linear(x, $0) } ?? x
  }

  /// Queries, keys, values and gates of the splitter's attention for rows x [L, w]: [L, 4·w].
  func splitterProjection(_ x: Tensor, on tape: Tape) -> Tensor {
    tape.linear(x, splitter.layer.projection, norm: splitter.layer.attentionNorm)
  }

  /// h, the positions that the splitter's attention sees on each side.
  var splitterHalf: Int {
    let reach = configuration.departures.splitterReach
    return reach > 0 ? reach : configuration.segmentLength / 2
  }

  /// The positions of its window: [2·h + 1, w / H].
  var splitterPositions: [Float] {
    sinusoidalTable(
      count: 2 * splitterHalf + 1, width: configuration.splitterWidth / configuration.heads)
  }

  /// b₀ = logit(2/S).
  package var priorLogit: Float {
    let rate = 2 / Float(configuration.segmentLength)
    return log(rate / (1 - rate))
  }

  /// Rows on each side that a probability depends on.
  package var splitterReach: Int {
    let reach = configuration.departures.splitterReach
    return splitterHalf + (reach > 0 ? min(reach, 4) : 4)
  }
}
