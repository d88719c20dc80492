/// What single precision computed is compared in double precision.
package func doubles(_ x: [Float]) -> [Double] { x.map(Double.init) }

package func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}
