import ZonkeyKernels

/// Small conveniences over the C kernels.
package enum Kernel {
  /// y += x
  package static func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int)
  {
    zk_axpy(1, x, y, count)
  }

  /// y[rows[i], :] += x[i, :], rows of `width`; nothing where rows[i] is negative.
  package static func scatterAdd(
    _ x: UnsafePointer<Float>, _ rows: ContiguousArray<Int32>, width: Int,
    to y: UnsafeMutablePointer<Float>
  ) {
    for (i, row) in rows.enumerated() where row >= 0 {
      add(x + i * width, to: y + Int(row) * width, count: width)
    }
  }
}
