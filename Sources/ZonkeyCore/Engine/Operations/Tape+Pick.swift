extension Tape {
  /// Columns `index[i·K ..< (i+1)·K]` of row i. Shapes: x [L, M], result [L, K].
  package func pick(_ x: Tensor, _ index: ContiguousArray<Int32>, each k: Int) -> Tensor {
    precondition(index.count == k * x.rows, "pick: K indices for each row")
    let out = empty(x.rows, k)
    for i in index.indices { out.values[i] = x.values[i / k * x.columns + Int(index[i])] }
    record { tape in
      guard let dout = tape.gradient(out), let dx = tape.gradient(x) else { return }
      for i in index.indices { dx[i / k * x.columns + Int(index[i])] += dout[i] }
    }
    return out
  }
}
