import TestSupport
import Foundation
import Testing
import ZonkeyKernels

@Suite struct KernelProbabilities {
  @Test(arguments: [0, 1, 15, 16, 37]) func logistic(count: Int) {
    var numbers = SeededNumbers(3)
    let x = numbers.floats(count).map { $0 * 90 }
    for limit in [88, 13.8155] as [Float] {
      var out = [Float](repeating: 0, count: count)
      zk_logistic(x, 0.7, -2, limit, &out, count)
      for (x, y) in zip(x, out) {
        let z = min(max(Double(x) * 0.7 - 2, -Double(limit)), Double(limit))
        let plain = 1 / (1 + exp(-z))
        // The argument's rounding counts as often as it is large.
        #expect(abs(Double(y) - plain) <= plain * (1 - plain) * 1e-5 + plain * 4e-7)
      }
      // In place.
      var place = x
      place.withUnsafeMutableBufferPointer {
        guard let base = $0.baseAddress else { return }
        zk_logistic(base, 0.7, -2, limit, base, count)
      }
      #expect(place == out)
    }
  }

  /// Segments of no row, one and many, behind rows that are none of theirs.
  @Test func existence() {
    var numbers = SeededNumbers(5)
    let offsets: [Int32] = [3, 3, 4, 21, 40, 57]
    var p = numbers.floats(60).map { abs($0) * 0.4 }
    (p[10], p[25], p[26], p[41], p[43]) = (0, 1e-7, 1e-7, 1 - 1e-7, 1)
    let low: Float = 1e-7
    var out = [Float](repeating: -1, count: p.count)
    zk_existence(p, offsets, offsets.count - 1, low, &out)
    var expected = out.map { _ in -1.0 }
    for (first, end) in zip(offsets, offsets.dropFirst()) {
      var e = 1.0
      for i in Int(first)..<Int(end) {
        if i > first { e *= 1 - Double(p[i]) }
        expected[i] = min(max(e, Double(low)), Double(1 - low))
      }
    }
    for (e, plain) in zip(out, expected) { #expect(abs(Double(e) - plain) <= 2e-6 * abs(plain)) }
    #expect(out.allSatisfy { $0 == -1 || $0 >= low && $0 <= 1 - low })

    // A segment's existence does not depend on where it stands.
    var alone = [Float](repeating: 0, count: 17)
    zk_existence(Array(p[4..<21]), [0, 17], 1, low, &alone)
    #expect(alone == Array(out[4..<21]))
  }

  /// Drawn as by adding up in double precision; what weighs nothing is never drawn.
  @Test(arguments: [1, 2, 16, 17, 1024, 5003]) func draw(count: Int) {
    var numbers = SeededNumbers(7)
    var logits = numbers.floats(count).map { $0 * 8 + 200 }
    if count > 16 {
      for i in 5..<9 { logits[i] = -.infinity }
      logits[count - 1] = -.infinity
    }
    let greatest = logits.max() ?? 0
    let weights = logits.map { exp(Double($0 - greatest)) }
    let sum = weights.reduce(0, +)
    for uniform in numbers.floats(100).map({ ($0 + 1) / 2 }) + [0, 1 - 0x1p-24] {
      let drawn = zk_draw(logits, count, uniform)
      let before = weights[..<drawn].reduce(0, +) / sum
      #expect(weights[drawn] > 0)
      // Up to what the sums of single precision leave open.
      #expect(before <= Double(uniform) + 1e-5)
      #expect(Double(uniform) <= before + weights[drawn] / sum + 1e-5)
    }
  }
}
