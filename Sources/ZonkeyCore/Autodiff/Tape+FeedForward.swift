import ZonkeyKernels

/// Rows that go through both maps together without recording: what lies between stays in the cache.
private let rowBlock = 96

extension Tape {
  /// residual + contract(GELU(expand(x))). Shapes: all [L, D].
  ///
  /// Of the hidden [L, F·D] only what goes into the GELU is kept for the backward pass, which
  /// takes value and slope of the GELU from it in one go.
  package func feedForward(
    _ x: Tensor, _ layer: FeedForward, residual: Tensor?, into destination: Tensor? = nil
  ) -> Tensor {
    let (rows, width, hidden) = (x.rows, x.columns, layer.expand.weight.rows)
    let (expand, contract) = (use(layer.expand.weight), use(layer.contract.weight))
    let (expandBias, contractBias) = (use(layer.expand.bias), use(layer.contract.bias))
    let out = destination ?? empty(rows, width)
    precondition(out.rows == rows && out.columns == width, "feedForward: output of another shape")
    let kept = recording ? floats(rows * hidden) : nil
    let block = scratch(min(rows, rowBlock) * hidden)
    let (packedExpand, packedContract) = (
      packed(expand, for: .forward), packed(contract, for: .forward)
    )
    for first in stride(from: 0, to: rows, by: rowBlock) {
      let count = min(rowBlock, rows - first)
      let before = kept.map { $0 + first * hidden } ?? block
      product(
        x.values + first * width, packedExpand, bias: expandBias.values, rows: count,
        inputs: width, outputs: hidden, into: before)
      zk_gelu_forward(before, block, count * hidden)
      product(
        block, packedContract, bias: contractBias.values,
        residual: residual.map { UnsafePointer($0.values + first * width) }, rows: count,
        inputs: hidden, outputs: width, into: out.values + first * width)
    }
    guard let kept else { return out }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let activated = tape.scratch(2 * rows * hidden)
      let dhidden = activated + rows * hidden
      tape.product(
        dout, tape.packed(contract, for: .backward), rows: rows, inputs: width, outputs: hidden,
        into: dhidden)
      zk_gelu_chain(kept, activated, dhidden, rows * hidden)
      tape.addGradients(of: contract, contractBias, dout: dout, input: activated, rows: rows)
      tape.addGradients(of: expand, expandBias, dout: dhidden, input: x.values, rows: rows)
      if let dx = tape.gradient(x) {
        tape.product(
          dhidden, tape.packed(expand, for: .backward), residual: dx, rows: rows, inputs: hidden,
          outputs: width, into: dx)
      }
      if let residual, let dresidual = tape.gradient(residual) {
        Kernel.add(dout, to: dresidual, count: rows * width)
      }
    }
    return out
  }
}
