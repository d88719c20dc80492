/// The parameters of one transformer layer: attention and feed-forward, each with its LayerNorm.
package struct TransformerLayer: Sendable {
  package let attentionNorm: LayerNorm
  /// q, k, v and, where there are four parts, the gate in one map: [parts·D, D].
  package let projection: Linear
  package let output: Linear
  package let feedForwardNorm: LayerNorm
  package let feedForward: FeedForward

  package init(_ name: String, width: Int, parts: Int, ratio: Int, in list: inout ParameterList) {
    attentionNorm = LayerNorm("\(name).attention_norm", width: width, in: &list)
    projection = Linear("\(name).projection", inputs: width, outputs: parts * width, in: &list)
    output = Linear("\(name).output", inputs: width, outputs: width, in: &list)
    feedForwardNorm = LayerNorm("\(name).feed_forward_norm", width: width, in: &list)
    feedForward = FeedForward("\(name).feed_forward", width: width, ratio: ratio, in: &list)
  }
}
