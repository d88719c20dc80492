import Synchronization
import ZonkeyKernels

/// Weights laid out for the product kernel, each packed when it is first used; thread-safe.
///
/// For weights that no longer change: inference multiplies by the same matrices again and again.
package final class PackedWeights: Sendable {
  /// Rows of a parameter can be used by themselves, so its offset alone names no matrix.
  private struct Key: Hashable {
    let offset: Int
    let rows: Int
  }
  private struct Memory: @unchecked Sendable {
    let values: UnsafeMutablePointer<Float>
  }

  private let store: ParameterStore
  private let packed = Mutex<[Key: Memory]>([:])

  package init(_ store: ParameterStore) { self.store = store }

  deinit { packed.withLock { for memory in $0.values { memory.values.deallocate() } } }

  /// The packed form of a weight matrix, or nil when it is none of the store's.
  func packed(_ weight: Tensor) -> UnsafePointer<Float>? {
    let offset = weight.values - store.values
    guard offset >= 0, offset + weight.count <= store.count else { return nil }
    return packed.withLock { packed in
      let key = Key(offset: offset, rows: weight.rows)
      if let memory = packed[key] { return UnsafePointer(memory.values) }
      let raw = UnsafeMutableRawPointer.allocate(
        byteCount: Self.count(weight) * MemoryLayout<Float>.stride, alignment: 64)
      let values = raw.bindMemory(to: Float.self, capacity: Self.count(weight))
      zk_pack_weights(weight.values, weight.rows, weight.columns, values)
      packed[key] = Memory(values: values)
      return UnsafePointer(values)
    }
  }

  /// The floats that a weight [O, I] takes packed: outputs are rounded up to whole vectors.
  static func count(_ weight: Tensor) -> Int { (weight.rows + 15) / 16 * 16 * weight.columns }
}
