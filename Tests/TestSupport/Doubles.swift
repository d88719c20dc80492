/// What single precision computed is compared in double precision.
package func doubles(_ x: [Float]) -> [Double] { x.map(Double.init) }

/// The greatest difference, as a share of the largest expected value (at least 1); infinite when
/// there are more or fewer values, or one is not finite.
package func worstDifference(_ actual: [Float], _ expected: [Double]) -> Double {
  guard actual.count == expected.count, actual.allSatisfy(\.isFinite) else { return .infinity }
  let scale = expected.reduce(1) { max($0, abs($1)) }
  return (zip(actual, expected).map { abs(Double($0) - $1) }.max() ?? 0) / scale
}

package func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}
