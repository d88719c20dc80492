import ZonkeyKernels

/// Small conveniences over the C kernels.
enum Kernel {
  /// y += x
  static func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
    zk_axpy(1, x, y, count)
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
