import ZonkeyKernels

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

  /// Sums of shifted columns, by which a convolution follows from one linear map.
  ///
  /// A convolution of kernel K along a sequence is y_i = Σ_o W_o x_{i + o - K/2}. All W_o x are
  /// columns of one matrix product; this adds them up. Places outside the sequence count as zero.
  /// Shapes: x [L, Σ K·channels] with the columns of group g ordered by offset, then channel;
  /// sequences are packed by `offsets` [count + 1]; result [L, Σ channels] + bias.
  package func shiftedSum(
    _ x: Tensor, groups: [(kernel: Int, channels: Int)], bias: Tensor,
    offsets: ContiguousArray<Int32>
  ) -> Tensor {
    let outputs = groups.reduce(0) { $0 + $1.channels }
    precondition(
      x.columns == groups.reduce(0) { $0 + $1.kernel * $1.channels }, "shiftedSum: columns")
    let out = empty(x.rows, outputs)
    zk_start_rows(out.values, bias.values, nil, nil, nil, x.rows, outputs)
    let kernels = groups.map { Int32($0.kernel) }
    let channels = groups.map { Int32($0.channels) }
    let sequences = max(0, offsets.count - 1)
    offsets.pointer {
      zk_shifted_sum_forward(
        x.values, $0, sequences, kernels, channels, groups.count, out.values)
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      if let dbias = tape.gradient(bias) { zk_column_sums(dout, x.rows, outputs, dbias) }
      guard let dx = tape.gradient(x) else { return }
      offsets.pointer {
        zk_shifted_sum_backward(dout, $0, sequences, kernels, channels, groups.count, dx)
      }
    }
    return out
  }
}
