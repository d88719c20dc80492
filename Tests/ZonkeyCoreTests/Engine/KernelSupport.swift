import Foundation
import Testing

/// A small seeded generator, so that a failure comes back on every run.
struct TestNumbers {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func uniform() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }

  mutating func floats(_ count: Int, scale: Double = 1) -> [Float] {
    (0..<count).map { _ in Float((uniform() * 2 - 1) * scale) }
  }

  mutating func indices(_ count: Int, below bound: Int) -> [Int32] {
    (0..<count).map { _ in Int32(uniform() * Double(bound)) }
  }
}

func doubles(_ x: [Float]) -> [Double] { x.map(Double.init) }

func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// Every value within `tolerance` of the largest expected one (at least 1).
func expectClose(
  _ actual: [Float], _ expected: [Double], tolerance: Double = 2e-6, _ what: Comment = "",
  at location: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, what, sourceLocation: location)
  let scale = expected.reduce(1) { max($0, abs($1)) }
  let worst = zip(actual, expected).map { abs(Double($0) - $1) }.max() ?? 0
  let finite = actual.allSatisfy(\.isFinite)
  #expect(finite && worst <= tolerance * scale, what, sourceLocation: location)
}

/// `actual` against central differences of `loss` around `point`, at up to 60 places.
func expectGradient(
  _ actual: [Float], of loss: ([Double]) -> Double, at point: [Float],
  skipping skipped: (Int) -> Bool = { _ in false }, tolerance: Double = 5e-5,
  _ what: Comment = "", location: SourceLocation = #_sourceLocation
) {
  var x = doubles(point)
  let scale = actual.reduce(1) { max($0, abs(Double($1))) }
  let step = max(1, x.count / 60)
  var worst = 0.0
  for i in stride(from: 0, to: x.count, by: step) where !skipped(i) {
    let h = 1e-5
    let old = x[i]
    x[i] = old + h
    let up = loss(x)
    x[i] = old - h
    let down = loss(x)
    x[i] = old
    let difference = abs((up - down) / (2 * h) - Double(actual[i]))
    worst = difference.isNaN ? .infinity : max(worst, difference)
  }
  #expect(worst <= tolerance * scale, what, sourceLocation: location)
}

/// What a "+=" kernel added to an array that was not zero before.
func added(_ after: [Float], to before: [Float]) -> [Float] { zip(after, before).map { $0 - $1 } }
