import ZonkeyKernels

/// A constant table of rows added to the outputs of a linear map, such as positions: row i of the
/// output gets row `rowOf[i]` of the table, whose width is the map's output.
package struct RowTable: Sendable {
  package let table: [Float]
  package let rowOf: ContiguousArray<Int32>

  package init(table: [Float], rowOf: ContiguousArray<Int32>) {
    self.table = table
    self.rowOf = rowOf
  }
}

extension Tape {
  /// norm(x) · wᵀ + bias + residual + positions.
  ///
  /// Shapes: x [L, I], weight [O, I], bias [1, O], residual and result [L, O]; with `residualRows`
  /// [L] the residual has any number of rows, and these are added. `into` writes the result to rows
  /// that exist already (not used before). A row of the result is the same to the bit whatever other
  /// rows are computed with it, which OpenBLAS does not promise: it sums the rows at a block's edge
  /// in another order.
  package func linear(
    _ x: Tensor, _ weight: Tensor, norm: LayerNorm? = nil, bias: Tensor? = nil,
    residual: Tensor? = nil, residualRows: ContiguousArray<Int32>? = nil,
    positions: RowTable? = nil, into destination: Tensor? = nil
  ) -> Tensor {
    precondition(residualRows == nil || positions == nil, "linear: rows of two tables")
    precondition(x.columns == weight.columns, "linear: input width differs from the weight's")
    let (rows, inputs, outputs) = (x.rows, x.columns, weight.rows)
    let out = destination ?? empty(rows, outputs)
    precondition(out.rows == rows && out.columns == outputs, "linear: output of another shape")
    let input = input(x, through: norm)
    let buffer = scratch(input.scratchCount(rows: rows))
    let (values, packed) = (values(of: input, 0..<rows, in: buffer), packed(weight, for: .forward))
    if let residual, let residualRows {
      precondition(
        residualRows.allSatisfy { $0 >= 0 && $0 < residual.rows }, "linear: residual row")
      residualRows.pointer {
        product(
          values, packed, bias: bias?.values, table: residual.values, rowOf: $0, rows: rows,
          inputs: inputs, outputs: outputs, into: out.values)
      }
    } else {
      product(
        values, packed, bias: bias?.values, residual: residual?.values, positions: positions,
        rows: rows, inputs: inputs, outputs: outputs, into: out.values)
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let buffer = tape.scratch(input.scratchCount(rows: rows))
      tape.addGradients(
        of: weight, bias, dout: dout, input: tape.values(of: input, 0..<rows, in: buffer),
        rows: rows)
      tape.backward(to: input, in: buffer) { drows, before in
        tape.productBack(dout, through: weight, residual: before, rows: rows, into: drows)
      }
      if let residual, let dresidual = tape.gradient(residual) {
        if let residualRows {
          Kernel.scatterAdd(dout, residualRows, width: outputs, to: dresidual)
        } else {
          Kernel.add(dout, to: dresidual, count: rows * outputs)
        }
      }
    }
    return out
  }

  /// The product kernel, with positions where there are any.
  func product(
    _ x: UnsafePointer<Float>, _ packed: PackedWeight, bias: UnsafePointer<Float>? = nil,
    residual: UnsafePointer<Float>? = nil, positions: RowTable?, rows: Int, inputs: Int,
    outputs: Int, into out: UnsafeMutablePointer<Float>
  ) {
    func product(_ table: UnsafePointer<Float>?, _ rowOf: UnsafePointer<Int32>?) {
      self.product(
        x, packed, bias: bias, residual: residual, table: table, rowOf: rowOf, rows: rows,
        inputs: inputs, outputs: outputs, into: out)
    }
    guard let positions else { return product(nil, nil) }
    positions.table.withUnsafeBufferPointer { table in
      positions.rowOf.pointer { product(table.baseAddress, $0) }
    }
  }

  /// The product kernel of the weight's arithmetic, counted.
  func product(
    _ x: UnsafePointer<Float>, _ packed: PackedWeight, bias: UnsafePointer<Float>? = nil,
    residual: UnsafePointer<Float>? = nil, table: UnsafePointer<Float>? = nil,
    rowOf: UnsafePointer<Int32>? = nil, rows: Int, inputs: Int, outputs: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    let weight = packed.values
    switch packed.arithmetic {
    case .float32:
      zk_product(x, weight, bias, residual, table, rowOf, rows, inputs, outputs, out)
    case .int16:
      zk_integer_product(x, weight, bias, residual, table, rowOf, rows, inputs, outputs, out)
    }
    count(multiplyAdds: rows * inputs * outputs)
  }

  /// d · w + residual, the way back through a map x · wᵀ. Shapes: d [L, O], weight [O, I], result
  /// [L, I].
  func productBack(
    _ d: UnsafePointer<Float>, through weight: Tensor, residual: UnsafePointer<Float>? = nil,
    rows: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let packed: PackedWeight
    if keptBytes == 0 && rows >= 32 {
      // Memory is short, and packing takes little beside the product of many rows.
      packArena.reset()
      packed = packedOnce(weight, for: .backward, in: packArena)
    } else {
      packed = self.packed(weight, for: .backward)
    }
    product(
      d, packed, residual: residual, rows: rows, inputs: weight.rows, outputs: weight.columns,
      into: out)
  }

  private func packedOnce(
    _ weight: Tensor, for side: PackedWeights.Side, in arena: Arena
  ) -> PackedWeight {
    let values = arena.allocate(PackedWeights.count(weight, for: side, in: .float32)).pointer
    PackedWeights.pack(weight, for: side, in: .float32, into: values)
    return PackedWeight(values: values, arithmetic: .float32)
  }

  /// Adds the gradients of a linear map's weight [O, I] and bias: doutᵀ · input, and dout's sums.
  func addGradients(
    of weight: Tensor, _ bias: Tensor?, dout: UnsafePointer<Float>, input: UnsafePointer<Float>,
    rows: Int
  ) {
    if let dweight = gradient(weight) {
      BLAS.addTransposedProduct(
        dout, input, into: dweight, m: weight.rows, n: weight.columns, k: rows)
      count(multiplyAdds: weight.count * rows)
    }
    if let bias, let dbias = gradient(bias) { zk_column_sums(dout, rows, weight.rows, dbias) }
  }

  /// A weight for the product kernel; what is no parameter is packed for this use alone.
  func packed(_ weight: Tensor, for side: PackedWeights.Side) -> PackedWeight {
    packed.packed(weight, for: side) ?? packedOnce(weight, for: side, in: keptArena)
  }

  /// Linear map with a layer's weight and bias.
  package func linear(
    _ x: Tensor, _ layer: Linear, norm: LayerNorm? = nil, residual: Tensor? = nil,
    residualRows: ContiguousArray<Int32>? = nil, positions: RowTable? = nil,
    into destination: Tensor? = nil
  ) -> Tensor {
    linear(
      x, use(layer.weight), norm: norm, bias: use(layer.bias), residual: residual,
      residualRows: residualRows, positions: positions, into: destination)
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
