import Synchronization
import ZonkeyKernels

/// A weight matrix in the layout of the product kernel of an arithmetic.
struct PackedWeight {
  let values: UnsafePointer<Float>
  let arithmetic: Arithmetic
}

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

  /// Shorter rows cost more to round than their products save.
  private static let leastRounded = 32

  private let store: ParameterStore
  private let arithmetic: Arithmetic
  private let packed = Mutex<[Key: Memory]>([:])

  /// Weights for forward products of any arithmetic; gradients have `float32` only, and products with
  /// short rows.
  package init(_ store: ParameterStore, arithmetic: Arithmetic = .float32) {
    self.store = store
    self.arithmetic = arithmetic
  }

  deinit { packed.withLock { for memory in $0.values { memory.values.deallocate() } } }

  /// Packs anew what was packed before, since the weights have changed.
  func renew(on workers: Workers) {
    let known = packed.withLock { $0 }.map { (key: $0.key, values: $0.value.values) }
    workers.run(known.count) { _, index in
      let (key, values) = known[index]
      let weight = Tensor(
        values: store.values + key.offset, rows: key.rows, columns: key.columns, block: -1)
      Self.pack(weight, for: key.side, in: fit(key), into: values)
    }
  }

  /// The arithmetic of a weight matrix for a product.
  private func fit(_ key: Key) -> Arithmetic {
    key.side == .backward || key.columns < Self.leastRounded ? .float32 : arithmetic
  }

  /// The packed form of a weight matrix, or nil when it is none of the store's.
  func packed(_ weight: Tensor, for side: Side) -> PackedWeight? {
    let offset = weight.values - store.values
    guard offset >= 0, offset + weight.count <= store.count else { return nil }
    return packed.withLock { packed in
      let key = Key(offset: offset, rows: weight.rows, columns: weight.columns, side: side)
      let arithmetic = fit(key)
      if let memory = packed[key] {
        return PackedWeight(values: memory.values, arithmetic: arithmetic)
      }
      let values = Self.allocate(Self.count(weight, for: side, in: arithmetic))
      Self.pack(weight, for: side, in: arithmetic, into: values)
      packed[key] = Memory(values: values)
      return PackedWeight(values: values, arithmetic: arithmetic)
    }
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
  }

  /// The floats that a weight takes packed: the result's columns are rounded up to whole vectors.
  static func count(_ weight: Tensor, for side: Side, in arithmetic: Arithmetic) -> Int {
    let (rows, columns) = (weight.rows, weight.columns)
    switch (side, arithmetic) {
    case (.forward, .float32): return (rows + 15) / 16 * 16 * columns
    case (.forward, .int8):
      let block = Int(ZK_INTEGER_BLOCK)
      return (rows + 15) / 16 * 16 * ((columns + 3) / 4 + 2 * ((columns + block - 1) / block))
    case (.backward, _): return (columns + 15) / 16 * 16 * rows
    }
  }

  static func pack(
    _ weight: Tensor, for side: Side, in arithmetic: Arithmetic,
    into values: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns) = (weight.rows, weight.columns)
    switch (side, arithmetic) {
    case (.forward, .float32): zk_pack_weights(weight.values, rows, columns, values)
    case (.forward, .int8): zk_pack_integers(weight.values, rows, columns, values)
    case (.backward, _): zk_pack_transposed(weight.values, rows, columns, values)
    }
  }
}
