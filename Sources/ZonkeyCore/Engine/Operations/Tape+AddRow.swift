import ZonkeyKernels

extension Tape {
  /// x + factor · row, the same row [1, D] for all rows of x [L, D].
  package func addRow(_ x: Tensor, _ row: Tensor, factor: Float) -> Tensor {
    precondition(row.count == x.columns, "addRow: widths differ")
    let out = empty(x.rows, x.columns)
    out.values.update(from: x.values, count: x.count)
    for i in 0..<x.rows { zk_axpy(factor, row.values, out.values + i * x.columns, x.columns) }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      if let dx = tape.gradient(x) { Kernel.add(dout, to: dx, count: x.count) }
      if let drow = tape.gradient(row) {
        for i in 0..<x.rows { zk_axpy(factor, dout + i * x.columns, drow, x.columns) }
      }
    }
    return out
  }
}
