extension Tape {
  /// The columns of two matrices side by side. Shapes: [L, A] and [L, B]; result [L, A + B].
  package func besides(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.rows == b.rows, "besides: row counts differ")
    let (rows, m, n) = (a.rows, a.columns, b.columns)
    let out = empty(rows, m + n)
    for i in 0..<rows {
      (out.values + i * (m + n)).update(from: a.values + i * m, count: m)
      (out.values + i * (m + n) + m).update(from: b.values + i * n, count: n)
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (da, db) = (tape.gradient(a), tape.gradient(b))
      for i in 0..<rows {
        if let da { Kernel.add(dout + i * (m + n), to: da + i * m, count: m) }
        if let db { Kernel.add(dout + i * (m + n) + m, to: db + i * n, count: n) }
      }
    }
    return out
  }
}
