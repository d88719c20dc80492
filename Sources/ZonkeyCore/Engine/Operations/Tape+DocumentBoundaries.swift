extension Tape {
  /// The probabilities as splitting uses them: the first of a document 1, clipped to [ε, 1 - ε],
  /// zero where a start is forbidden, `pastEnd` behind the document. Shapes: p, result [L, 1].
  package func documentBoundaries(
    _ p: Tensor, documents: [DocumentExtent], forbidden: [Bool], pastEnd: Float
  ) -> Tensor {
    let out = empty(p.rows, 1)
    var free = [Bool](repeating: false, count: p.rows)
    for document in documents {
      for i in 0..<document.rows {
        let row = document.offset + i
        if i >= document.real {
          out.values[row] = pastEnd
        } else {
          out.values[row] = Probability.boundary(
            p.values[row], isFirst: i == 0, isAllowed: !forbidden[row])
          free[row] = i > 0 && !forbidden[row] && out.values[row] == p.values[row]
        }
      }
    }
    record { [free] tape in
      guard let dout = tape.gradient(out), let dp = tape.gradient(p) else { return }
      for row in free.indices where free[row] { dp[row] += dout[row] }
    }
    return out
  }
}
