import ZonkeyKernels

/// Small conveniences over the C kernels.
enum Kernel {
  /// y += x
  static func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
    zk_axpy(1, x, y, count)
  }

  /// y[rows[i], :] += x[i, :], rows of `width`; nothing where rows[i] is negative.
  static func scatterAdd(
    _ x: UnsafePointer<Float>, _ rows: ContiguousArray<Int32>, width: Int,
    to y: UnsafeMutablePointer<Float>
  ) {
    for (i, row) in rows.enumerated() where row >= 0 {
      add(x + i * width, to: y + Int(row) * width, count: width)
    }
  }
}

extension ContiguousArray where Element == Int32 {
  /// The storage, for a kernel call; the array must outlive the call.
  func pointer<R>(_ body: (UnsafePointer<Int32>) -> R) -> R {
    withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        return withUnsafePointer(to: Int32(0)) { body($0) }
      }
      return body(base)
    }
  }
}
