import Synchronization
import ZonkeyKernels

/// Weights laid out for the product kernel, each packed when it is first used; thread-safe.
package final class PackedWeights: Sendable {
  /// Which product a weight [O, I] is packed for.
  enum Side {
    /// x · wᵀ, rows of I to rows of O.
    case forward
    /// d · w, rows of O to rows of I: the gradient of x.
    case backward
  }

  /// Rows of a parameter can be used by themselves, so its offset alone names no matrix.
  private struct Key: Hashable {
    let offset: Int
    let rows: Int
    let side: Side
  }
  private struct Memory: @unchecked Sendable {
    let values: UnsafeMutablePointer<Float>
    var isCurrent: Bool
  }

  private let store: ParameterStore
  private let packed = Mutex<[Key: Memory]>([:])

  package init(_ store: ParameterStore) { self.store = store }

  deinit { packed.withLock { for memory in $0.values { memory.values.deallocate() } } }

  /// Says that the weights have changed; the memory is kept.
  func invalidate() {
    packed.withLock { packed in
      for key in packed.keys { packed[key]?.isCurrent = false }
    }
  }

  /// The packed form of a weight matrix, or nil when it is none of the store's.
  func packed(_ weight: Tensor, for side: Side) -> UnsafePointer<Float>? {
    let offset = weight.values - store.values
    guard offset >= 0, offset + weight.count <= store.count else { return nil }
    return packed.withLock { packed in
      let key = Key(offset: offset, rows: weight.rows, side: side)
      if let memory = packed[key], memory.isCurrent { return UnsafePointer(memory.values) }
      let values = packed[key]?.values ?? Self.allocate(Self.count(weight, for: side))
      Self.pack(weight, for: side, into: values)
      packed[key] = Memory(values: values, isCurrent: true)
      return UnsafePointer(values)
    }
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
  }

  /// The floats that a weight takes packed: the result's columns are rounded up to whole vectors.
  static func count(_ weight: Tensor, for side: Side) -> Int {
    switch side {
    case .forward: (weight.rows + 15) / 16 * 16 * weight.columns
    case .backward: (weight.columns + 15) / 16 * 16 * weight.rows
    }
  }

  static func pack(_ weight: Tensor, for side: Side, into values: UnsafeMutablePointer<Float>) {
    switch side {
    case .forward: zk_pack_weights(weight.values, weight.rows, weight.columns, values)
    case .backward: zk_pack_transposed(weight.values, weight.rows, weight.columns, values)
    }
  }
}
