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
    let columns: Int
    let side: Side
  }
  private struct Memory: @unchecked Sendable {
    let values: UnsafeMutablePointer<Float>
  }

  private let store: ParameterStore
  private let packed = Mutex<[Key: Memory]>([:])

  package init(_ store: ParameterStore) { self.store = store }

  deinit { packed.withLock { for memory in $0.values { memory.values.deallocate() } } }

  /// Packs anew what was packed before, since the weights have changed.
  func renew(on workers: Workers) {
    let known = packed.withLock { $0 }.map { (key: $0.key, values: $0.value.values) }
    workers.run(known.count) { _, index in
      let (key, values) = known[index]
      let weight = Tensor(
        values: store.values + key.offset, rows: key.rows, columns: key.columns, block: -1)
      Self.pack(weight, for: key.side, into: values)
    }
  }

  /// The packed form of a weight matrix, or nil when it is none of the store's.
  func packed(_ weight: Tensor, for side: Side) -> UnsafePointer<Float>? {
    let offset = weight.values - store.values
    guard offset >= 0, offset + weight.count <= store.count else { return nil }
    return packed.withLock { packed in
      let key = Key(offset: offset, rows: weight.rows, columns: weight.columns, side: side)
      if let memory = packed[key] { return UnsafePointer(memory.values) }
      let values = Self.allocate(Self.count(weight, for: side))
      Self.pack(weight, for: side, into: values)
      packed[key] = Memory(values: values)
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
