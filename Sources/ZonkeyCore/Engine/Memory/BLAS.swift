import COpenBLAS

/// Single-precision matrix products by OpenBLAS, always on the calling thread.
///
/// Parallelism lies above it, over chunks of segments (`Tape.map`): OpenBLAS' own threads would
/// stall as soon as another process runs, and their sums would depend on the thread count.
package enum BLAS {
  /// Makes OpenBLAS single-threaded, before the first product and once.
  private static let isPrepared: Void = openblas_set_num_threads(1)

  /// The processor kernels that OpenBLAS chose.
  package static var kernel: String {
    openblas_get_corename().map { String(cString: $0) } ?? "unknown"
  }

  /// c[M, N] += a[M, K] · b[K, N]
  package static func addProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
    m: Int, n: Int, k: Int
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    _ = isPrepared
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(k), b,
      Int32(n), 1, c, Int32(n))
  }

  /// c[M, N] += a[K, M]ᵀ · b[K, N]
  static func addTransposedProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
    m: Int, n: Int, k: Int
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    _ = isPrepared
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(m), b,
      Int32(n), 1, c, Int32(n))
  }
}
