import TestSupport
import Testing
import ZonkeyKernels

@Suite struct KernelProduct {
  /// Rows around every tile's border, inputs and outputs around every vector's.
  static let shapes: [(rows: Int, inputs: Int, outputs: Int)] = [
    (0, 4, 4), (1, 1, 1), (1, 64, 192), (2, 5, 16), (5, 16, 17), (11, 20, 33), (13, 64, 64),
    (97, 8, 40), (200, 33, 48), (3, 7, 1), (9, 64, 1), (58, 21, 16), (71, 4, 32),
    (97, 16, 16), (41, 64, 16), (58, 128, 32), (29, 32, 32), (33, 16, 64), (97, 32, 192),
  ]

  private struct Case {
    let x, weight, bias, residual, table: [Float]
    let index: [Int32]
    let (rows, inputs, outputs): (Int, Int, Int)

    init(_ shape: (rows: Int, inputs: Int, outputs: Int)) {
      var numbers = SeededNumbers(31)
      (rows, inputs, outputs) = (shape.rows, shape.inputs, shape.outputs)
      x = numbers.floats(rows * inputs)
      weight = numbers.floats(outputs * inputs)
      bias = numbers.floats(outputs)
      residual = numbers.floats(rows * outputs)
      table = numbers.floats(3 * outputs)
      index = numbers.indices(rows, below: 3)
    }

    /// The rows in `range`, computed without the others; the bits of `parts` say what is added.
    func product(_ range: Range<Int>, parts: Int) -> [Float] {
      var packed = [Float](repeating: .nan, count: (outputs + 15) / 16 * 16 * inputs)
      zk_pack_weights(weight, outputs, inputs, &packed)
      // The residual in place: `out` is the same array.
      var out = Array(residual[range.lowerBound * outputs..<range.upperBound * outputs])
      let x = Array(x[range.lowerBound * inputs..<range.upperBound * inputs])
      let index = Array(index[range])
      out.withUnsafeMutableBufferPointer { out in
        bias.withUnsafeBufferPointer { bias in
          table.withUnsafeBufferPointer { table in
            zk_product(
              x, packed, parts & 1 != 0 ? bias.baseAddress : nil,
              parts & 2 != 0 ? UnsafePointer(out.baseAddress) : nil,
              parts & 4 != 0 ? table.baseAddress : nil, index, range.count, inputs, outputs,
              out.baseAddress)
          }
        }
      }
      return out
    }

    /// The same by plain loops in double precision.
    func expected(parts: Int) -> [Double] {
      (0..<rows * outputs).map { place in
        let (i, o) = place.quotientAndRemainder(dividingBy: outputs)
        var sum = dot(
          doubles(Array(x[i * inputs..<(i + 1) * inputs])),
          doubles(Array(weight[o * inputs..<(o + 1) * inputs])))
        if parts & 1 != 0 { sum += Double(bias[o]) }
        if parts & 2 != 0 { sum += Double(residual[place]) }
        if parts & 4 != 0 { sum += Double(table[Int(index[i]) * outputs + o]) }
        return sum
      }
    }
  }

  @Test(arguments: shapes) func isThePlainSum(shape: (rows: Int, inputs: Int, outputs: Int)) {
    let example = Case(shape)
    for parts in 0..<8 {
      expectClose(
        example.product(0..<shape.rows, parts: parts), example.expected(parts: parts),
        tolerance: 1e-5)
    }
  }

  @Test(arguments: shapes) func aRowDoesNotDependOnOthers(
    shape: (rows: Int, inputs: Int, outputs: Int)
  ) {
    let example = Case(shape)
    let whole = example.product(0..<shape.rows, parts: 7)
    for row in 0..<shape.rows {
      let alone = example.product(row..<row + 1, parts: 7)
      #expect(alone == Array(whole[row * shape.outputs..<(row + 1) * shape.outputs]))
    }
    for split in stride(from: 1, to: shape.rows, by: 5) {
      let parts =
        example.product(0..<split, parts: 7) + example.product(split..<shape.rows, parts: 7)
      #expect(parts == whole)
    }
  }

  /// Packing the transposed matrix is packing the matrix that is its transpose.
  @Test(arguments: shapes) func transposes(shape: (rows: Int, inputs: Int, outputs: Int)) {
    let (weight, inputs, outputs) = (Case(shape).weight, shape.inputs, shape.outputs)
    let turned = (0..<inputs * outputs).map { weight[$0 % outputs * inputs + $0 / outputs] }
    let count = (inputs + 15) / 16 * 16 * outputs
    var (expected, packed) = (
      [Float](repeating: 1, count: count), [Float](repeating: 2, count: count)
    )
    zk_pack_weights(turned, inputs, outputs, &expected)
    zk_pack_transposed(weight, outputs, inputs, &packed)
    #expect(packed == expected)
  }
}
