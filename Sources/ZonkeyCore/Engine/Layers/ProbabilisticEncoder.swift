/// A stack of encoder layers that ends with one LayerNorm (compressor and denoiser).
package struct ProbabilisticEncoder: Sendable {
  package let layers: [TransformerLayer]
  package let finalNorm: LayerNorm
  package let heads: Int

  package init(
    _ name: String, layers count: Int, width: Int, heads: Int, ratio: Int,
    in list: inout ParameterList
  ) {
    layers = (0..<count).map {
      TransformerLayer(
        "\(name).layers.\($0)", width: width, parts: 4, ratio: ratio, in: &list)
    }
    finalNorm = LayerNorm("\(name).final_norm", width: width, in: &list)
    self.heads = heads
  }
}
