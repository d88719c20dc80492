extension Tape {
  /// Row `index[i]` of x at row i; -1 gives a zero row.
  package func gather(_ x: Tensor, _ index: ContiguousArray<Int32>) -> Tensor {
    let out = empty(index.count, x.columns)
    let width = x.columns
    for (row, source) in index.enumerated() {
      let target = out.values + row * width
      if source < 0 {
        target.update(repeating: 0, count: width)
      } else {
        precondition(Int(source) < x.rows, "gather: index outside the tensor")
        target.update(from: x.values + Int(source) * width, count: width)
      }
    }
    record { tape in
      guard let dout = tape.gradient(out), let dx = tape.gradient(x) else { return }
      Kernel.scatterAdd(dout, index, width: width, to: dx)
    }
    return out
  }
}
