import Foundation
import ZonkeyCore

/// Matrix products as the engine does them: every worker its own rows, single-threaded.
struct MatrixProducts {
  /// [M, K] · [K, N]
  struct Shape {
    let m: Int
    let k: Int
    let n: Int
    /// Rows that a worker multiplies at once.
    let rows: Int

    /// The shape by which machines are compared.
    static let large = Shape(m: 4096, k: 256, n: 1024, rows: 512)
    /// What a chunk of level 0 multiplies: 640 rows of width 64.
    static let typical = Shape(m: 640, k: 64, n: 256, rows: 640)

    var text: String { "[\(m)x\(k)]·[\(k)x\(n)]" }
    var operations: Double { 2 * Double(m) * Double(k) * Double(n) }
  }

  let workers: Workers
  let shape: Shape
  private let a: [ParameterStore]
  private let b: ParameterStore
  private let c: [ParameterStore]

  init(workers: Workers, _ shape: Shape) {
    self.workers = workers
    self.shape = shape
    let source = RandomSource(seed: 1)
    let pieces = shape.rows == shape.m ? workers.count : shape.m / shape.rows
    let (rows, k, n) = (shape.rows, shape.k, shape.n)
    a = (0..<pieces).map { _ in ParameterStore(count: rows * k) }
    b = ParameterStore(count: k * n)
    c = (0..<pieces).map { _ in ParameterStore(count: rows * n) }
    for (index, store) in (a + [b]).enumerated() {
      let values = source.normal(source.key(UInt64(index)), count: store.count)
      for (i, value) in values.enumerated() { store.values[i] = value }
    }
  }

  /// GFLOP/s over all workers in about 30 ms.
  func rate() -> Double {
    let operations = 2 * Double(shape.rows * a.count) * Double(shape.k) * Double(shape.n)
    let repeats = max(1, Int(2e9 * Double(workers.count) / operations))
    let seconds = timed {
      workers.run(repeats * a.count) { _, piece in
        let part = piece % a.count
        BLAS.addProduct(
          a[part].values, b.values, into: c[part].values, m: shape.rows, n: shape.n, k: shape.k)
      }
    }
    // Sums grow with every product: start again before they overflow.
    for store in c { store.clear() }
    return operations * Double(repeats) / seconds * 1e-9
  }
}

extension Bench {
  /// The limit itself: on one core and on all workers, for a large and for the typical shape.
  ///
  /// OPENBLAS_CORETYPE in the environment overrides the choice of kernels and may halve the speed;
  /// they are shown, so that nobody takes a figure under it for the machine's.
  func products(moment: String) {
    for shape in [MatrixProducts.Shape.large, .typical] {
      for count in Set([1, workers.count]).sorted() {
        let products = MatrixProducts(workers: Workers(count: count), shape)
        _ = products.rate()
        let rates = (0..<max(5, runs)).map { _ in products.rate() }.sorted()
        Figure(
          name: "sgemm", value: middle(rates), unit: "GFLOP/s", minimum: rates.first,
          maximum: rates.last, runs: rates.count,
          remarks: [
            ("shape", .string(shape.text)), ("workers", .integer(Int64(count))),
            ("kernel", .string(BLAS.kernel)), ("moment", .string(moment)),
          ]
        ).print()
      }
    }
  }
}
