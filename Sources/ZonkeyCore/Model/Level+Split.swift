#if canImport(Glibc)
  import Glibc
#endif

extension Level {
  /// The splitter's probability of a start at every row of packed documents (model §3).
  ///
  /// Shapes: x [L, D], offsets [B + 1]; result [L, 1] in [ε, 1]. A row's value depends on
  /// ⌊S/2⌋ + 4 rows on both sides and no others. `projected` is `splitterProjection(x)` where the
  /// caller has it already.
  package func boundaryProbability(
    _ x: Tensor, projected: Tensor? = nil, offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let (width, heads, half) = (
      configuration.width, configuration.heads, configuration.segmentLength / 2
    )
    let projected = projected ?? splitterProjection(x, on: tape)
    let mixed = tape.localAttention(
      projected, offsets: offsets, heads: heads, half: half,
      positions: sinusoidalTable(count: 2 * half + 1, width: width / heads))
    var y = tape.linear(mixed, splitter.layer.output, residual: x)
    y = tape.feedForward(y, splitter.layer.feedForward, norm: splitter.layer.feedForwardNorm)
    y = tape.layerNorm(y, splitter.finalNorm)
    let features = tape.gelu(tape.convolution(y, splitter.convolution, offsets: offsets))
    let z = tape.linear(
      features, tape.use(splitter.fromFeatures), residual: tape.linear(y, splitter.fromSequence))
    return tape.boundaryProbability(
      z, bias: tape.use(splitter.bias), prior: priorLogit, width: width)
  }

  /// Queries, keys, values and gates of the splitter's attention for rows x [L, D]: [L, 4·D].
  ///
  /// Each row is a function of its own unit alone, and level 0 has but 258 of them.
  package func splitterProjection(_ x: Tensor, on tape: Tape) -> Tensor {
    tape.linear(x, splitter.layer.projection, norm: splitter.layer.attentionNorm)
  }

  /// b₀ = logit(2/S).
  package var priorLogit: Float {
    let rate = 2 / Float(configuration.segmentLength)
    return log(rate / (1 - rate))
  }

  /// Rows on each side that a probability depends on.
  package var splitterReach: Int { configuration.segmentLength / 2 + 4 }
}
