import TestSupport
import Testing
import ZonkeyKernels

@Suite struct KernelIntegers {
  typealias Shape = (rows: Int, inputs: Int, outputs: Int)

  /// Rows around every tile's border, inputs around a vector's and a block's, outputs a vector's.
  static let shapes: [Shape] = [
    (0, 4, 4), (1, 1, 1), (1, 64, 192), (2, 5, 16), (5, 16, 17), (11, 33, 33), (13, 64, 64),
    (97, 8, 40), (200, 33, 48), (7, 256, 20), (49, 257, 33), (3, 1000, 18),
  ]

  private struct Case {
    var x, weight: [Float]
    let bias, residual: [Float]
    let (rows, inputs, outputs): (Int, Int, Int)

    init(_ shape: Shape) {
      var numbers = SeededNumbers(37)
      (rows, inputs, outputs) = (shape.rows, shape.inputs, shape.outputs)
      x = numbers.floats(rows * inputs, scale: 3)
      weight = numbers.floats(outputs * inputs)
      bias = numbers.floats(outputs)
      residual = numbers.floats(rows * outputs)
    }

    /// The rows in `range`, computed without the others and added to bias and residual in place.
    func product(_ range: Range<Int>) -> [Float] {
      let block = Int(ZK_INTEGER_BLOCK)
      let places = (inputs + 3) / 4 + 2 * ((inputs + block - 1) / block)
      var packed = [Float](repeating: .nan, count: (outputs + 15) / 16 * 16 * places)
      zk_pack_integers(weight, outputs, inputs, &packed)
      var out = Array(residual[range.lowerBound * outputs..<range.upperBound * outputs])
      let x = Array(x[range.lowerBound * inputs..<range.upperBound * inputs])
      out.withUnsafeMutableBufferPointer { out in
        zk_integer_product(
          x, packed, bias, UnsafePointer(out.baseAddress), nil, nil, range.count, inputs, outputs,
          out.baseAddress)
      }
      return out
    }

    /// Blocks of a row as integers and their scales, by the definition.
    func rounded(_ row: ArraySlice<Float>, to limit: Double) -> [(values: [Int], scale: Double)] {
      let (row, block) = (Array(row), Int(ZK_INTEGER_BLOCK))
      return stride(from: 0, to: row.count, by: block).map { first in
        let part = row[first..<min(first + block, row.count)]
        let largest = part.reduce(0) { max($0, abs($1)) }
        guard largest >= 1e-30 else { return (part.map { _ in 0 }, 0) }
        let factor = Float(limit) / largest
        // Exact in double precision, as it is where multiplication and addition are fused.
        let values = part.map { Int((Double($0) * Double(factor)).rounded(.toNearestOrEven)) }
        return (values, Double(largest) / limit)
      }
    }

    /// The same by plain loops over integers, each block's sum exact.
    func expected() -> [Double] {
      let left = (0..<rows).map { rounded(x[$0 * inputs..<($0 + 1) * inputs], to: 63) }
      let right = (0..<outputs).map { rounded(weight[$0 * inputs..<($0 + 1) * inputs], to: 127) }
      return (0..<rows * outputs).map { place in
        let (i, o) = place.quotientAndRemainder(dividingBy: outputs)
        return zip(left[i], right[o]).reduce(Double(bias[o]) + Double(residual[place])) {
          let sum = zip($1.0.values, $1.1.values).reduce(0) { $0 + $1.0 * $1.1 }
          return $0 + Double(sum) * $1.0.scale * $1.1.scale
        }
      }
    }

    /// The product of the numbers before rounding, in double precision.
    func exact() -> [Double] {
      (0..<rows * outputs).map { place in
        let (i, o) = place.quotientAndRemainder(dividingBy: outputs)
        return Double(bias[o]) + Double(residual[place])
          + dot(
            doubles(Array(x[i * inputs..<(i + 1) * inputs])),
            doubles(Array(weight[o * inputs..<(o + 1) * inputs])))
      }
    }
  }

  @Test(arguments: shapes) func isTheProductOfTheRounded(shape: Shape) {
    let example = Case(shape)
    expectClose(example.product(0..<shape.rows), example.expected(), tolerance: 1e-6)
  }

  @Test(arguments: shapes) func isCloseToTheProduct(shape: Shape) {
    let example = Case(shape)
    expectClose(example.product(0..<shape.rows), example.exact(), tolerance: 2e-2)
  }

  @Test(arguments: shapes) func aRowDoesNotDependOnOthers(shape: Shape) {
    let example = Case(shape)
    let whole = example.product(0..<shape.rows)
    for row in 0..<shape.rows {
      let alone = example.product(row..<row + 1)
      #expect(alone == Array(whole[row * shape.outputs..<(row + 1) * shape.outputs]))
    }
  }

  /// The largest sums that a block can have: all numbers at the limit, of one sign.
  @Test(arguments: [1, 2, 3, 64, 255, 256, 257, 513]) func sumsDoNotOverflow(inputs: Int) {
    for sign: Float in [1, -1] {
      var example = Case((7, inputs, 17))
      example.x = example.x.map { _ in 1e20 }
      example.weight = example.weight.map { _ in sign * 1e-20 }
      expectClose(example.product(0..<7), example.exact(), tolerance: 1e-6)
    }
  }

  /// A row that is not finite becomes NaN as a whole and changes no other; tiny rows are zeros.
  @Test(arguments: [Float.nan, .infinity, -.infinity, 0, 0x1p-133, 1e36])
  func extremes(value: Float) {
    for inputs in [3, 64, 300] {
      var example = Case((8, inputs, 19))
      let before = example.product(0..<8)
      for k in 0..<inputs { example.x[5 * inputs + k] = value.isFinite ? value : 1 }
      example.x[5 * inputs + inputs - 1] = value
      let after = example.product(0..<8)
      #expect(after[..<(5 * 19)] == before[..<(5 * 19)])
      #expect(after[(6 * 19)...] == before[(6 * 19)...])
      let (row, exact) = (after[(5 * 19)..<(6 * 19)], example.exact()[(5 * 19)..<(6 * 19)])
      if value.isFinite {
        expectClose(Array(row), Array(exact), tolerance: 2e-2)
      } else {
        #expect(!row.contains { !$0.isNaN })
      }
    }
  }
}
