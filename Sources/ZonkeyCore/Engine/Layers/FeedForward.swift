/// Two linear maps with a GELU between: D → F·D → D.
package struct FeedForward: Sendable {
  package let expand: Linear
  package let contract: Linear

  init(_ name: String, width: Int, ratio: Int, in list: inout ParameterList) {
    expand = Linear("\(name).expand", inputs: width, outputs: width * ratio, in: &list)
    contract = Linear("\(name).contract", inputs: width * ratio, outputs: width, in: &list)
  }
}
