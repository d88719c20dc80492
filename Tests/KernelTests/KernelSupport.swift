import TestSupport
import Testing

/// Every value within `tolerance` of the largest expected one (at least 1).
func expectClose(
  _ actual: [Float], _ expected: [Double], tolerance: Double = 2e-6, _ what: Comment = "",
  at location: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, what, sourceLocation: location)
  #expect(worstDifference(actual, expected) <= tolerance, what, sourceLocation: location)
}

/// `actual` against central differences of `loss` around `point`, at up to 60 places.
func expectGradient(
  _ actual: [Float], of loss: ([Double]) -> Double, at point: [Float],
  skipping skipped: (Int) -> Bool = { _ in false }, tolerance: Double = 5e-5,
  _ what: Comment = "", location: SourceLocation = #_sourceLocation
) {
  var x = doubles(point)
  let scale = actual.reduce(1) { max($0, abs(Double($1))) }
  let step = max(1, x.count / 30)
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
