/// A linear map with bias: weight [outputs, inputs], bias [1, outputs].
package struct Linear: Sendable {
  package let weight: Parameter
  package let bias: Parameter

  package init(_ name: String, inputs: Int, outputs: Int, in list: inout ParameterList) {
    weight = list.add("\(name).weight", outputs, inputs, .uniform(fanIn: inputs))
    bias = list.add("\(name).bias", 1, outputs, .uniform(fanIn: inputs))
  }
}
