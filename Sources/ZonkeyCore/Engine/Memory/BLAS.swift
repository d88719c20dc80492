import COpenBLAS

/// Single-precision matrix products by OpenBLAS, always on the calling thread.
///
/// Parallelism lies above it, over chunks of segments (`Tape.map`): OpenBLAS' own threads would
/// stall as soon as another process runs, and their sums would depend on the thread count.
///
/// It is loaded when it is first needed. What is not ready for its absence asks `problem` first.
package enum BLAS {
  /// Why OpenBLAS cannot be used; `nil` when it can.
  package static let problem: String? = zk_blas_load().map { String(cString: $0) }

  /// The processor kernels that OpenBLAS chose.
  package static var kernel: String {
    problem == nil ? String(cString: zk_blas_core()) : "unknown"
  }

  /// c[M, N] += a[M, K] · b[K, N]
  package static func addProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
    m: Int, n: Int, k: Int
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    precondition(problem == nil, "trainers ask for OpenBLAS before they begin")
    zk_blas_add_product(a, Int32(k), b, c, Int32(m), Int32(n), Int32(k), 0)
  }

  /// c[M, N] += a[K, M]ᵀ · b[K, N]; the rows of a lie `stride` numbers apart, M unless they are
  /// columns of a wider matrix.
  static func addTransposedProduct(
    _ a: UnsafePointer<Float>, stride: Int? = nil, _ b: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>, m: Int, n: Int, k: Int
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    precondition(problem == nil, "trainers ask for OpenBLAS before they begin")
    zk_blas_add_product(a, Int32(stride ?? m), b, c, Int32(m), Int32(n), Int32(k), 1)
  }
}
