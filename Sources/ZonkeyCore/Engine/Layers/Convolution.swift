/// Convolutions of several kernel sizes over one sequence, zero padding, the length is kept.
///
/// One weight matrix [Σ kernel·channels, D] for all: row (group, offset, channel). See
/// `Tape.shiftedSum`.
package struct Convolution: Sendable {
  package let weight: Parameter
  package let bias: Parameter
  package let groups: [(kernel: Int, channels: Int)]

  init(
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

extension Tape {
  /// The convolution of packed sequences. Shapes: x [L, D], result [L, Σ channels].
  package func convolution(
    _ x: Tensor, _ layer: Convolution, offsets: ContiguousArray<Int32>
  ) -> Tensor {
    convolution(taps: linear(x, use(layer.weight)), layer, offsets: offsets)
  }

  /// The convolution from the products x · weightᵀ [L, Σ kernel·channels].
  package func convolution(
    taps: Tensor, _ layer: Convolution, offsets: ContiguousArray<Int32>
  ) -> Tensor {
    shiftedSum(taps, groups: layer.groups, bias: use(layer.bias), offsets: offsets)
  }
}
