/// Gradients of weights that are far more than a chunk has rows.
///
/// A chunk's own gradient of them would be cleared, written and added to the sum, each time all of
/// it, for a product of a few rows. So chunks keep the factors of the product, which is made once
/// from the rows of all, in their order.
extension Tape {
  /// The factors of a product doutᵀ · input in one piece of memory: dout [rows, O], input [rows, I].
  struct Factors {
    /// The weight's place among those that are gathered.
    let place: Int
    let rows: Int
    let memory: BlockPool.Memory
  }

  /// The place of a weight among the gathered ones of this chunk's map; nil for all others.
  func gatheredPlace(of weight: Tensor) -> Int? {
    guard weight.block >= 0, case .gathered(let place) = blocks[weight.block].source else {
      return nil
    }
    precondition(weight.count == blocks[weight.block].count, "gathered weights are used whole")
    return place
  }

  /// Keeps the factors of a weight's gradient.
  func gather(
    _ dout: UnsafePointer<Float>, _ input: UnsafePointer<Float>, rows: Int, of weight: Tensor,
    place: Int
  ) {
    let memory = pool.take(rows * (weight.rows + weight.columns))
    memory.base.update(from: dout, count: rows * weight.rows)
    (memory.base + rows * weight.rows).update(from: input, count: rows * weight.columns)
    factors.append(Factors(place: place, rows: rows, memory: memory))
  }

  /// What the chunk has kept, which is the caller's from now on.
  func takeFactors() -> [Factors] {
    defer { factors = [] }
    return factors
  }

  /// Adds the gradients of weights from the factors of all chunks, and gives their memory back.
  func addProducts(of factors: [Factors], to weights: [Parameter]) {
    for (place, weight) in weights.enumerated() {
      let own = factors.filter { $0.place == place }
      let rows = own.reduce(0) { $0 + $1.rows }
      guard rows > 0, let gradient = blocks[0].gradient else { continue }
      let (outputs, inputs) = (weight.rows, weight.columns)
      let memory = pool.take(rows * (outputs + inputs))
      let (dout, input) = (memory.base, memory.base + rows * outputs)
      var row = 0
      for part in own {
        (dout + row * outputs).update(from: part.memory.base, count: part.rows * outputs)
        (input + row * inputs).update(
          from: part.memory.base + part.rows * outputs, count: part.rows * inputs)
        row += part.rows
      }
      // Runs of outputs, whatever the number of workers: OpenBLAS sums otherwise at other edges.
      workers.forEachRun(of: 0..<outputs, length: 256) { _, _, run in
        BLAS.addTransposedProduct(
          dout + run.lowerBound, stride: outputs, input,
          into: gradient + weight.offset + run.lowerBound * inputs, m: run.count, n: inputs,
          k: rows)
      }
      pool.give(memory)
    }
    for part in factors { pool.give(part.memory) }
  }
}
