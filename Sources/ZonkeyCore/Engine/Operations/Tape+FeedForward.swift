import ZonkeyKernels

/// Rows that go through several maps together: what lies between stays in the cache.
private let rowBlock = 96

extension Tape {
  /// x + contract(GELU(expand(norm(x)))), the second half of a layer. Shapes: all [L, D].
  ///
  /// Of what lies between only the input of the GELU [L, F·D] is kept for the backward pass, which
  /// takes value and slope of the GELU from it in one go.
  package func feedForward(
    _ x: Tensor, _ layer: FeedForward, norm: LayerNorm? = nil
  ) -> Tensor {
    let (rows, width, hidden) = (x.rows, x.columns, layer.expand.weight.rows)
    let input = input(x, through: norm)
    let (expand, contract) = (use(layer.expand.weight), use(layer.contract.weight))
    let (expandBias, contractBias) = (use(layer.expand.bias), use(layer.contract.bias))
    let out = empty(rows, width)
    let kept = recording ? floats(rows * hidden) : nil
    let block = min(rows, rowBlock)
    let (buffer, activated, _) = scratch(input.scratchCount(rows: block), block * hidden)
    let (packedExpand, packedContract) = (
      packed(expand, for: .forward), packed(contract, for: .forward)
    )
    for first in stride(from: 0, to: rows, by: rowBlock) {
      let range = first..<min(first + rowBlock, rows)
      let before = kept.map { $0 + first * hidden } ?? activated
      product(
        values(of: input, range, in: buffer), packedExpand, bias: expandBias.values,
        rows: range.count, inputs: width, outputs: hidden, into: before)
      zk_gelu_forward(before, activated, range.count * hidden)
      product(
        activated, packedContract, bias: contractBias.values, residual: x.values + first * width,
        rows: range.count, inputs: hidden, outputs: width, into: out.values + first * width)
    }
    guard let kept else { return out }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (buffer, activated, _) = tape.scratch(
        input.scratchCount(rows: rows), 2 * rows * hidden)
      let dhidden = activated + rows * hidden
      tape.productBack(dout, through: contract, rows: rows, into: dhidden)
      zk_gelu_chain(kept, activated, dhidden, rows * hidden)
      tape.addGradients(of: contract, contractBias, dout: dout, input: activated, rows: rows)
      tape.addGradients(
        of: expand, expandBias, dout: dhidden,
        input: tape.values(of: input, 0..<rows, in: buffer), rows: rows)
      tape.backward(to: input, in: buffer) { drows, before in
        tape.productBack(dhidden, through: expand, residual: before, rows: rows, into: drows)
      }
      if let dx = tape.gradient(x) { Kernel.add(dout, to: dx, count: x.count) }
    }
    return out
  }
}
