import TestSupport
import Foundation
import Testing
import ZonkeyKernels

@Suite struct KernelRows {
  static let shapes = [(0, 5), (1, 1), (3, 5), (7, 16), (5, 64), (9, 70), (4, 256)]

  @Test(arguments: shapes) func startRows(rows: Int, columns: Int) {
    var numbers = SeededNumbers(1)
    let bias = numbers.floats(columns)
    let residual = numbers.floats(rows * columns)
    let table = numbers.floats(6 * columns)
    let index = numbers.indices(rows, below: 6)
    for parts in 0..<8 {
      var expected = [Double](repeating: 0, count: rows * columns)
      for i in 0..<rows {
        for c in 0..<columns {
          if parts & 1 != 0 { expected[i * columns + c] += Double(bias[c]) }
          if parts & 2 != 0 { expected[i * columns + c] += Double(residual[i * columns + c]) }
          if parts & 4 != 0 {
            expected[i * columns + c] += Double(table[Int(index[i]) * columns + c])
          }
        }
      }
      // The residual in place: `out` is the same array.
      var out = residual
      out.withUnsafeMutableBufferPointer { out in
        bias.withUnsafeBufferPointer { bias in
          table.withUnsafeBufferPointer { table in
            zk_start_rows(
              out.baseAddress, parts & 1 != 0 ? bias.baseAddress : nil,
              parts & 2 != 0 ? UnsafePointer(out.baseAddress) : nil,
              parts & 4 != 0 ? table.baseAddress : nil, index, rows, columns)
          }
        }
      }
      expectClose(out, expected)
    }
  }

  @Test(arguments: shapes) func columnSums(rows: Int, columns: Int) {
    var numbers = SeededNumbers(2)
    let x = numbers.floats(rows * columns)
    var sums = numbers.floats(columns)
    var expected = doubles(sums)
    for i in 0..<rows { for c in 0..<columns { expected[c] += Double(x[i * columns + c]) } }
    zk_column_sums(x, rows, columns, &sums)
    expectClose(sums, expected)
  }

  @Test(arguments: [0, 1, 15, 64, 1000, 5000]) func dotAndAxpy(count: Int) {
    var numbers = SeededNumbers(3)
    let a = numbers.floats(count)
    let b = numbers.floats(count)
    #expect(abs(zk_dot(a, b, count) - dot(doubles(a), doubles(b))) < 1e-4)
    var y = b
    zk_axpy(0.3, a, &y, count)
    expectClose(y, zip(a, b).map { Double(Float(0.3)) * Double($0) + Double($1) })
  }

  static func layerNorm(
    _ x: [Double], _ gain: [Double], _ bias: [Double], _ rows: Int, _ columns: Int
  ) -> [Double] {
    var out = x
    for i in 0..<rows {
      let row = x[(i * columns)..<((i + 1) * columns)]
      let mean = row.reduce(0, +) / Double(columns)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
      for c in 0..<columns {
        out[i * columns + c] =
          (x[i * columns + c] - mean) / (variance + 1e-5).squareRoot() * gain[c] + bias[c]
      }
    }
    return out
  }

  @Test(arguments: shapes) func layerNorm(rows: Int, columns: Int) {
    var numbers = SeededNumbers(4)
    let x = numbers.floats(rows * columns, scale: 3).map { $0 + 1 }
    let gain = numbers.floats(columns)
    let bias = numbers.floats(columns)
    let dout = numbers.floats(rows * columns)
    var out = [Float](repeating: 0, count: rows * columns)
    var mean = [Float](repeating: 0, count: rows)
    var rstd = mean
    zk_layernorm_forward(x, gain, bias, &out, &mean, &rstd, rows, columns)
    expectClose(out, Self.layerNorm(doubles(x), doubles(gain), doubles(bias), rows, columns))

    let before = numbers.floats(rows * columns)
    var dx = before
    var dgain = [Float](repeating: 0, count: columns)
    var dbias = dgain
    zk_layernorm_backward(x, gain, mean, rstd, dout, &dx, &dgain, &dbias, rows, columns)
    let (g, b, d) = (doubles(gain), doubles(bias), doubles(dout))
    // One column has no variance: rstd is 316 and the rounding of dx with it.
    expectGradient(
      added(dx, to: before), of: { dot(Self.layerNorm($0, g, b, rows, columns), d) }, at: x,
      tolerance: 1e-4, "dx")
    expectGradient(
      dgain, of: { dot(Self.layerNorm(doubles(x), $0, b, rows, columns), d) }, at: gain, "dgain")
    expectGradient(
      dbias, of: { dot(Self.layerNorm(doubles(x), g, $0, rows, columns), d) }, at: bias, "dbias")
    var alone = before
    zk_layernorm_backward(x, gain, mean, rstd, dout, &alone, nil, nil, rows, columns)
    #expect(alone == dx)
    // A row does not depend on its neighbours.
    if rows > 1 {
      var last = [Float](repeating: 0, count: columns)
      zk_layernorm_forward(
        Array(x.suffix(columns)), gain, bias, &last, &mean, &rstd, 1, columns)
      #expect(last == Array(out.suffix(columns)))
    }
  }

  @Test func gelu() {
    func plain(_ x: Double) -> Double { x * 0.5 * erfc(-x / 2.0.squareRoot()) }
    let x = (0...40_001).map { Float($0) / 2000 - 10 }
    var out = [Float](repeating: 0, count: x.count)
    zk_gelu_forward(x, &out, x.count)
    var worst = 0.0
    for (x, y) in zip(x, out) { worst = max(worst, abs(Double(y) - plain(Double(x)))) }
    #expect(worst < 5e-7)
    // Where nothing is left of it, it is nothing.
    zk_gelu_forward([-1e6, -.greatestFiniteMagnitude, -.infinity, 1e6, .infinity], &out, 5)
    #expect(Array(out.prefix(5)) == [0, 0, 0, 1e6, .infinity])
    zk_gelu_forward(x, &out, x.count)

    let ones = [Float](repeating: 1, count: x.count)
    var dx = [Float](repeating: 0.5, count: x.count)
    zk_gelu_backward(x, ones, &dx, x.count)
    worst = 0
    for (x, d) in zip(x, dx) {
      let slope = (plain(Double(x) + 1e-5) - plain(Double(x) - 1e-5)) / 2e-5
      worst = max(worst, abs(Double(d) - 0.5 - slope))
    }
    #expect(worst < 1e-6)

    // Both at once are the same two numbers.
    var (again, chained) = (out.map { _ in Float(0) }, x.map { $0 / 3 })
    zk_gelu_chain(x, &again, &chained, x.count)
    #expect(again == out)
    let slopes = zip(chained, x).map { Double($0) / Double($1 / 3) }
    for (slope, d) in zip(slopes, dx) where slope.isFinite {
      #expect(abs(slope - Double(d - 0.5)) < 1e-6)
    }

    var one: [Float] = [0]
    zk_gelu_forward([.nan], &one, 1)
    #expect(one[0].isNaN)
    // An element's result does not depend on its place.
    for i in [0, 1, 15, 16, 777, 40_001] {
      zk_gelu_forward([x[i]], &one, 1)
      #expect(one[0] == out[i])
    }
  }

  @Test(arguments: shapes) func sphere(rows: Int, columns: Int) {
    func plain(_ x: [Double]) -> [Double] {
      var out = x
      for i in 0..<rows {
        let row = x[(i * columns)..<((i + 1) * columns)]
        let length = max(1e-12, row.reduce(0) { $0 + $1 * $1 }.squareRoot())
        for c in 0..<columns { out[i * columns + c] = x[i * columns + c] / length * 7.5 }
      }
      return out
    }
    var numbers = SeededNumbers(5)
    let x = numbers.floats(rows * columns)
    let dout = numbers.floats(rows * columns)
    var out = x
    var length = [Float](repeating: 0, count: rows)
    zk_sphere_forward(x, 7.5, &out, &length, rows, columns)
    expectClose(out, plain(doubles(x)))
    let before = numbers.floats(rows * columns)
    var dx = before
    zk_sphere_backward(x, length, 7.5, dout, &dx, rows, columns)
    expectGradient(added(dx, to: before), of: { dot(plain($0), doubles(dout)) }, at: x)

    let zero = [Float](repeating: 0, count: columns)
    var still = numbers.floats(columns)
    zk_sphere_forward(zero, 7.5, &still, &length, min(rows, 1), columns)
    if rows > 0 { #expect(still == zero) }
  }

  @Test(arguments: [1, 17, 64]) func adamW(count: Int) {
    var numbers = SeededNumbers(6)
    var w = numbers.floats(count)
    var m = numbers.floats(count)
    var v = numbers.floats(count).map(abs)
    let g = numbers.floats(count)
    let s = zk_adamw_settings(
      learning_rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weight_decay: 0.1,
      correction1: 0.19, correction2: 0.002, gradient_scale: 0.5)
    var (ew, em, ev) = (doubles(w), doubles(m), doubles(v))
    let (rate, beta1, beta2) = (Double(s.learning_rate), Double(s.beta1), Double(s.beta2))
    for i in 0..<count {
      let gradient: Double = 0.5 * Double(g[i])
      ew[i] -= rate * Double(s.weight_decay) * ew[i]
      em[i] = beta1 * em[i] + (1 - beta1) * gradient
      ev[i] = beta2 * ev[i] + (1 - beta2) * gradient * gradient
      let (mean, square) = (em[i] / Double(s.correction1), ev[i] / Double(s.correction2))
      ew[i] -= rate * mean / (square.squareRoot() + Double(s.epsilon))
    }
    zk_adamw(&w, &m, &v, g, count, s)
    expectClose(w, ew)
    expectClose(m, em)
    expectClose(v, ev)
    let old = w
    zk_moving_average(&w, g, 0.9, count)
    let moved = zip(doubles(old), doubles(g)).map { (before: Double, now: Double) -> Double in
      before + 0.1 * (now - before)
    }
    expectClose(w, moved)
  }

  @Test(arguments: [(0, 5), (1, 2), (3, 5), (20, 258)]) func crossEntropy(rows: Int, classes: Int) {
    func plain(_ c: [Double], _ target: [Int32]) -> [Double] {
      (0..<rows).map { i in
        let logits = (0..<classes).map { 2 * atanh(min(max(c[i * classes + $0], -1), 1)) }
        return log(logits.reduce(0) { $0 + exp($1) }) - logits[Int(target[i])]
      }
    }
    var numbers = SeededNumbers(7)
    let cosines = numbers.floats(rows * classes, scale: 0.95)
    let target = numbers.indices(rows, below: classes)
    let dloss = numbers.floats(rows)
    var loss = [Float](repeating: 0, count: rows)
    zk_cosine_cross_entropy_forward(cosines, target, &loss, rows, classes)
    expectClose(loss, plain(doubles(cosines), target))
    let before = numbers.floats(rows * classes)
    var d = before
    zk_cosine_cross_entropy_backward(cosines, target, dloss, &d, rows, classes)
    expectGradient(
      added(d, to: before), of: { dot(plain($0, target), doubles(dloss)) }, at: cosines)
  }

  @Test func crossEntropyAtTheClamp() {
    var loss: [Float] = [0, 0]
    let cosines: [Float] = [1.5, 0, -2, 1, 0.25, -1]
    zk_cosine_cross_entropy_forward(cosines, [0, 2], &loss, 2, 3)
    #expect(loss[0] > 0 && loss[0] < 1e-6)
    #expect(loss[1] > 30 && loss[1].isFinite)
    var d = [Float](repeating: 0, count: 6)
    zk_cosine_cross_entropy_backward(cosines, [0, 2], [1, 1], &d, 2, 3)
    #expect(d[0] == 0 && d[2] == 0 && d[3] == 0 && d[5] == 0)
    #expect(d[1] > 0 && d[4] > 0)
    zk_cosine_cross_entropy_forward([.nan, 0, 0], [1], &loss, 1, 3)
    #expect(loss[0].isNaN)
  }
}
