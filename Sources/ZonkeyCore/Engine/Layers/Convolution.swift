/// Convolutions of several kernel sizes over one sequence, zero padding, the length is kept.
///
/// One weight matrix [Σ kernel·channels, D] for all: row (group, offset, channel). See
/// `Tape.shiftedSum`.
package struct Convolution: Sendable {
  package let weight: Parameter
  package let bias: Parameter
  package let groups: [(kernel: Int, channels: Int)]

  package init(
    _ name: String, width: Int, groups: [(kernel: Int, channels: Int)], in list: inout ParameterList
  ) {
    self.groups = groups
    let kernels = groups.map(\.kernel).max() ?? 1
    weight = list.add(
      "\(name).weight", groups.reduce(0) { $0 + $1.kernel * $1.channels }, width,
      .uniform(fanIn: width * kernels))
    bias = list.add(
      "\(name).bias", 1, groups.reduce(0) { $0 + $1.channels }, .uniform(fanIn: width * kernels))
  }
}
