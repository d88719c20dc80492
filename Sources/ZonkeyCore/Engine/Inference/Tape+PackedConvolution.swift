import ZonkeyKernels

/// A convolution's weights laid out for taking whole windows of rows at once, without the products
/// of every offset between.
package struct PackedConvolution {
  let values: UnsafeMutablePointer<Float>
  let bias: Tensor
  /// The width of the rows, D.
  let width: Int
  let kernels, channels: [Int32]

  /// Packs a layer's weights; they live as long as what is on `tape`.
  package init(_ layer: Convolution, on tape: Tape) {
    let weight = tape.use(layer.weight)
    bias = tape.use(layer.bias)
    width = weight.columns
    kernels = layer.groups.map { Int32($0.kernel) }
    channels = layer.groups.map { Int32($0.channels) }
    let groups = kernels.count
    values = tape.floats(
      zk_pack_convolution(weight.values, width, kernels, channels, groups, nil))
    _ = zk_pack_convolution(weight.values, width, kernels, channels, groups, values)
  }
}

extension Tape {
  /// The convolution of packed sequences, as that of the layer but for rounding. For use alone:
  /// nothing is recorded, and no gradient goes back.
  ///
  /// Shapes: x [L, D], result [L, Σ channels].
  package func convolution(
    _ x: Tensor, _ layer: PackedConvolution, offsets: ContiguousArray<Int32>
  ) -> Tensor {
    precondition(!recording, "convolution: packed weights have no gradients")
    precondition(x.columns == layer.width, "convolution: width")
    let (kernels, channels) = (layer.kernels, layer.channels)
    let out = empty(x.rows, layer.bias.columns)
    offsets.pointer {
      zk_convolution(
        x.values, $0, max(0, offsets.count - 1), layer.values, layer.bias.values, layer.width,
        kernels, channels, kernels.count, out.values)
    }
    let taps = zip(kernels, channels).reduce(0) { $0 + Int($1.0) * Int($1.1) }
    count(multiplyAdds: x.rows * taps * layer.width)
    return out
  }
}
