import TestSupport
import Foundation
import Testing
import ZonkeyKernels

@Suite struct KernelRandom {
  private typealias Kernel = (UInt64, UInt64, UnsafeMutablePointer<Float>?, Int) -> Void

  @Test func elementsDependOnKeyAndIndexAlone() {
    let kernels: [Kernel] = [zk_uniform, zk_normal]
    for kernel in kernels {
      var whole = [Float](repeating: 0, count: 300)
      kernel(42, 1000, &whole, 300)
      for (start, count) in [(0, 1), (1, 1), (2, 3), (7, 64), (33, 32), (100, 131), (299, 1)] {
        var part = [Float](repeating: 0, count: count)
        kernel(42, 1000 + UInt64(start), &part, count)
        #expect(part == Array(whole[start..<(start + count)]))
      }
      var other = whole
      kernel(43, 1000, &other, 300)
      #expect(zip(whole, other).filter { $0 == $1 }.count < 3)
      kernel(42, UInt64.max - 9, &other, 0)
    }
  }

  private func correlation(_ a: [Float], _ b: [Float]) -> Double {
    let (x, y) = (doubles(a), doubles(b))
    let n = Double(x.count)
    let (mx, my) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    let covariance = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
    let vx = x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
    let vy = y.reduce(0) { $0 + ($1 - my) * ($1 - my) }
    return covariance / (vx * vy).squareRoot()
  }

  @Test func uniformsAreUniform() {
    let n = 1 << 18
    var x = [Float](repeating: 0, count: n)
    zk_uniform(7, 0, &x, n)
    #expect(x.allSatisfy { $0 >= 0 && $0 < 1 && $0 * 0x1p24 == ($0 * 0x1p24).rounded() })
    var counts = [Int](repeating: 0, count: 64)
    for v in x { counts[Int(v * 64)] += 1 }
    let expected = Double(n) / 64
    let chiSquare = counts.reduce(0.0) { (sum: Double, count: Int) -> Double in
      sum + pow(Double(count) - expected, 2) / expected
    }
    #expect(chiSquare < 63 + 5 * 11.2)
    #expect(abs(correlation(Array(x.dropLast()), Array(x.dropFirst()))) < 0.01)
    // Neighbouring keys, and keys one step of the counter apart, are unrelated.
    for key in [8, 7 &+ 0x9e37_79b9_7f4a_7c15] as [UInt64] {
      var y = x
      zk_uniform(key, 0, &y, n)
      #expect(abs(correlation(x, y)) < 0.01)
      #expect(abs(correlation(Array(x.dropFirst()), Array(y.dropLast()))) < 0.01)
    }
  }

  @Test func normalsAreNormal() {
    let n = 1 << 18
    var x = [Float](repeating: 0, count: n)
    zk_normal(7, 0, &x, n)
    let d = doubles(x)
    let moment = { (p: Int) in d.reduce(0) { $0 + pow($1, Double(p)) } / Double(n) }
    #expect(abs(moment(1)) < 0.01)
    #expect(abs(moment(2) - 1) < 0.015)
    #expect(abs(moment(3)) < 0.03)
    #expect(abs(moment(4) - 3) < 0.1)
    for z in [-2.0, -1, -0.3, 0, 0.5, 1.5, 2.5] {
      let share = Double(d.filter { $0 < z }.count) / Double(n)
      #expect(abs(share - 0.5 * erfc(-z / 2.0.squareRoot())) < 0.005)
    }
    #expect(d.allSatisfy { abs($0) < 6.8 })
    let even = stride(from: 0, to: n, by: 2).map { x[$0] }
    let odd = stride(from: 1, to: n, by: 2).map { x[$0] }
    #expect(abs(correlation(even, odd)) < 0.01)
    #expect(abs(correlation(even.map { $0 * $0 }, odd.map { $0 * $0 })) < 0.015)
    var uniform = x
    zk_uniform(7, 0, &uniform, n)
    #expect(abs(correlation(x, uniform)) < 0.01)
  }
}
