/// A linear map with bias: weight [outputs, inputs], bias [1, outputs].
package struct Linear: Sendable {
  package let weight: Parameter
  package let bias: Parameter

  init(_ name: String, inputs: Int, outputs: Int, in list: inout ParameterList) {
    weight = list.add("\(name).weight", outputs, inputs, .uniform(fanIn: inputs))
    bias = list.add("\(name).bias", 1, outputs, .uniform(fanIn: inputs))
  }
}

/// Layer normalisation with affine parameters, epsilon 1e-5.
package struct LayerNorm: Sendable {
  package let gain: Parameter
  package let bias: Parameter

  init(_ name: String, width: Int, in list: inout ParameterList) {
    gain = list.add("\(name).weight", 1, width, .constant(1))
    bias = list.add("\(name).bias", 1, width, .constant(0))
  }
}

/// Two linear maps with a GELU between: D → F·D → D.
package struct FeedForward: Sendable {
  package let expand: Linear
  package let contract: Linear

  init(_ name: String, width: Int, ratio: Int, in list: inout ParameterList) {
    expand = Linear("\(name).expand", inputs: width, outputs: width * ratio, in: &list)
    contract = Linear("\(name).contract", inputs: width * ratio, outputs: width, in: &list)
  }
}
