/// Layer normalisation with affine parameters, epsilon 1e-5.
package struct LayerNorm: Sendable {
  package let gain: Parameter
  package let bias: Parameter

  package init(_ name: String, width: Int, in list: inout ParameterList) {
    gain = list.add("\(name).weight", 1, width, .constant(1))
    bias = list.add("\(name).bias", 1, width, .constant(0))
  }
}
