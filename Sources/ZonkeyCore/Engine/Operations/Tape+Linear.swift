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

/// What the products of a linear map are added to, beside its bias.
package enum LinearStart {
  case zero
  /// A residual [L, O].
  case residual(Tensor)
  /// Rows of a residual that has any number of them, one for each row of the result [L].
  case residualRows(Tensor, ContiguousArray<Int32>)
  /// Rows of a constant table.
  case table(RowTable)
}

extension Tape {
  /// norm(x) · wᵀ + bias + start.
  ///
  /// Shapes: x [L, I], weight [O, I], bias [1, O], result [L, O]. A row of the result is the same to
  /// the bit whatever other rows are computed with it, which OpenBLAS does not promise: it sums the
  /// rows at a block's edge in another order.
  package func linear(
    _ x: Tensor, _ weight: Tensor, norm: LayerNorm? = nil, bias: Tensor? = nil,
    from start: LinearStart = .zero
  ) -> Tensor {
    precondition(x.columns == weight.columns, "linear: input width differs from the weight's")
    let (rows, inputs, outputs) = (x.rows, x.columns, weight.rows)
    let out = empty(rows, outputs)
    let input = input(x, through: norm)
    let buffer = scratch(input.scratchCount(rows: rows))
    let (values, packed) = (values(of: input, 0..<rows, in: buffer), packed(weight, for: .forward))
    func product(
      residual: UnsafePointer<Float>? = nil, table: UnsafePointer<Float>? = nil,
      rowOf: UnsafePointer<Int32>? = nil
    ) {
      self.product(
        values, packed, bias: bias?.values, residual: residual, table: table, rowOf: rowOf,
        rows: rows, inputs: inputs, outputs: outputs, into: out.values)
    }
    switch start {
    case .zero: product()
    case .residual(let residual): product(residual: residual.values)
    case .residualRows(let residual, let rows):
      precondition(rows.allSatisfy { $0 >= 0 && $0 < residual.rows }, "linear: residual row")
      rows.pointer { product(table: residual.values, rowOf: $0) }
    case .table(let start):
      start.table.withUnsafeBufferPointer { table in
        start.rowOf.pointer { product(table: table.baseAddress, rowOf: $0) }
      }
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
      switch start {
      case .zero, .table: break
      case .residual(let residual):
        guard let d = tape.gradient(residual) else { return }
        Kernel.add(dout, to: d, count: rows * outputs)
      case .residualRows(let residual, let rows):
        guard let d = tape.gradient(residual) else { return }
        Kernel.scatterAdd(dout, rows, width: outputs, to: d)
      }
    }
    return out
  }

  /// Linear map with a layer's weight and bias.
  package func linear(
    _ x: Tensor, _ layer: Linear, norm: LayerNorm? = nil, from start: LinearStart = .zero
  ) -> Tensor {
    linear(x, use(layer.weight), norm: norm, bias: use(layer.bias), from: start)
  }
}
