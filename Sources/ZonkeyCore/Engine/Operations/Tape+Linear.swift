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
}
