/// The rows of segment i in a packing.
package func rowRange(_ offsets: ContiguousArray<Int32>, _ i: Int) -> Range<Int> {
  Int(offsets[i])..<Int(offsets[i + 1])
}

/// Calls `body` with the rows of every segment.
package func forEachSegment(_ offsets: ContiguousArray<Int32>, _ body: (Range<Int>) -> Void) {
  for segment in 0..<max(0, offsets.count - 1) { body(rowRange(offsets, segment)) }
}

extension ContiguousArray where Element == Int32 {
  /// The storage, for a kernel call; the array must outlive the call.
  package func pointer<R>(_ body: (UnsafePointer<Int32>) -> R) -> R {
    withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        return withUnsafePointer(to: Int32(0)) { body($0) }
      }
      return body(base)
    }
  }
}
