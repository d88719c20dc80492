import ZonkeyKernels

extension Tape {
  /// The product kernel, with positions where there are any.
  func product(
    _ x: UnsafePointer<Float>, _ packed: PackedWeight, bias: UnsafePointer<Float>? = nil,
    residual: UnsafePointer<Float>? = nil, positions: RowTable?, rows: Int, inputs: Int,
    outputs: Int, into out: UnsafeMutablePointer<Float>
  ) {
    func product(_ table: UnsafePointer<Float>?, _ rowOf: UnsafePointer<Int32>?) {
      self.product(
        x, packed, bias: bias, residual: residual, table: table, rowOf: rowOf, rows: rows,
        inputs: inputs, outputs: outputs, into: out)
    }
    guard let positions else { return product(nil, nil) }
    positions.table.withUnsafeBufferPointer { table in
      positions.rowOf.pointer { product(table.baseAddress, $0) }
    }
  }

  /// The product kernel of the weight's arithmetic, counted.
  func product(
    _ x: UnsafePointer<Float>, _ packed: PackedWeight, bias: UnsafePointer<Float>? = nil,
    residual: UnsafePointer<Float>? = nil, table: UnsafePointer<Float>? = nil,
    rowOf: UnsafePointer<Int32>? = nil, rows: Int, inputs: Int, outputs: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    let weight = packed.values
    switch packed.arithmetic {
    case .float32:
      zk_product(x, weight, bias, residual, table, rowOf, rows, inputs, outputs, out)
    case .int8:
      zk_integer_product(x, weight, bias, residual, table, rowOf, rows, inputs, outputs, out)
    }
    count(multiplyAdds: rows * inputs * outputs)
  }

  /// d · w + residual, the way back through a map x · wᵀ. Shapes: d [L, O], weight [O, I], result
  /// [L, I].
  func productBack(
    _ d: UnsafePointer<Float>, through weight: Tensor, residual: UnsafePointer<Float>? = nil,
    rows: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let packed: PackedWeight
    if keptBytes == 0 && rows >= 32 {
      // Memory is short, and packing takes little beside the product of many rows.
      packArena.reset()
      packed = packedOnce(weight, for: .backward, in: packArena)
    } else {
      packed = self.packed(weight, for: .backward)
    }
    product(
      d, packed, residual: residual, rows: rows, inputs: weight.rows, outputs: weight.columns,
      into: out)
  }

  private func packedOnce(
    _ weight: Tensor, for side: PackedWeights.Side, in arena: Arena
  ) -> PackedWeight {
    let values = arena.allocate(PackedWeights.count(weight, for: side, in: .float32)).pointer
    PackedWeights.pack(weight, for: side, in: .float32, into: values)
    return PackedWeight(values: values, arithmetic: .float32)
  }

  /// Adds the gradients of a linear map's weight [O, I] and bias: doutᵀ · input, and dout's sums.
  /// Of a weight that is gathered both factors are kept instead.
  func addGradients(
    of weight: Tensor, _ bias: Tensor?, dout: UnsafePointer<Float>, input: UnsafePointer<Float>,
    rows: Int
  ) {
    if let place = gatheredPlace(of: weight) {
      gather(dout, input, rows: rows, of: weight, place: place)
    } else if let dweight = gradient(weight) {
      BLAS.addTransposedProduct(
        dout, input, into: dweight, m: weight.rows, n: weight.columns, k: rows)
      count(multiplyAdds: weight.count * rows)
    }
    if let bias, let dbias = gradient(bias) { zk_column_sums(dout, rows, weight.rows, dbias) }
  }

  /// A weight for the product kernel; what is no parameter is packed for this use alone.
  func packed(_ weight: Tensor, for side: PackedWeights.Side) -> PackedWeight {
    packed.packed(weight, for: side) ?? packedOnce(weight, for: side, in: keptArena)
  }
}
