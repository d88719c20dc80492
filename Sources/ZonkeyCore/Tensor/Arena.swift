import Synchronization

/// Memory for one tape: allocated upwards, released all at once.
///
/// Its blocks come from a pool that a tape shares with its children: segments differ in number and
/// length from step to step, and what one chunk needed in this step another needs in the next.
/// Memory that went back to the system would have to be cleared by it page by page again.
final class Arena {
  struct Block {
    let base: UnsafeMutablePointer<Float>
    let capacity: Int
    var used: Int
  }

  private(set) var blocks: [Block] = []
  private let pool: BlockPool

  init(pool: BlockPool) { self.pool = pool }

  deinit { reset() }

  /// `count` floats with undefined values, aligned to 64 bytes, and the index of their block.
  func allocate(_ count: Int) -> (pointer: UnsafeMutablePointer<Float>, block: Int) {
    let rounded = (max(count, 1) + 15) & ~15
    // The first block with room, not the last alone: what is left behind a large tensor is filled
    // with small ones.
    for index in blocks.indices where blocks[index].used + rounded <= blocks[index].capacity {
      let pointer = blocks[index].base + blocks[index].used
      blocks[index].used += rounded
      return (pointer, index)
    }
    let memory = pool.take(rounded)
    blocks.append(Block(base: memory.base, capacity: memory.capacity, used: rounded))
    return (memory.base, blocks.count - 1)
  }

  /// Gives all memory back to the pool; pointers handed out before become invalid.
  func reset() {
    for block in blocks { pool.give(BlockPool.Memory(base: block.base, capacity: block.capacity)) }
    blocks.removeAll(keepingCapacity: true)
  }
}

/// Blocks of memory for the arenas of a tape and its children; thread-safe.
///
/// Keeps all that was ever needed at once until it is released itself.
final class BlockPool: Sendable {
  struct Memory: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    let capacity: Int
  }

  /// Most blocks hold this many floats (2 MiB); larger ones are made for single large tensors.
  private static let standard = 1 << 19

  private struct State {
    /// Free blocks of the standard size.
    var standard: [Memory] = []
    /// Free larger blocks, the smallest first.
    var large: [Memory] = []
    var capacity = 0
    var taken = 0
  }
  private let state = Mutex(State())

  deinit {
    state.withLock { state in
      for memory in state.standard + state.large { memory.base.deallocate() }
    }
  }

  /// Floats of all blocks, free or not.
  var capacity: Int { state.withLock { $0.capacity } }

  /// Bytes of the blocks in use.
  var takenBytes: Int { state.withLock { $0.taken } * MemoryLayout<Float>.stride }

  /// A block of at least `count` floats with undefined values, aligned to 64 bytes.
  func take(_ count: Int) -> Memory {
    state.withLock { state in
      let memory = find(count, in: &state)
      state.taken += memory.capacity
      return memory
    }
  }

  private func find(_ count: Int, in state: inout State) -> Memory {
    if count <= BlockPool.standard {
      if let memory = state.standard.popLast() { return memory }
    } else if let index = state.large.firstIndex(where: { $0.capacity >= count }),
      state.large[index].capacity <= 2 * count
    {
      return state.large.remove(at: index)
    }
    // Sizes in quarters of a standard block, so that nearly equal needs meet the same block.
    let quarter = BlockPool.standard / 4
    let capacity = max(BlockPool.standard, (count + quarter - 1) / quarter * quarter)
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64)
    state.capacity += capacity
    return Memory(base: raw.bindMemory(to: Float.self, capacity: capacity), capacity: capacity)
  }

  /// Takes a block back.
  func give(_ memory: Memory) {
    state.withLock { state in
      state.taken -= memory.capacity
      guard memory.capacity > BlockPool.standard else {
        state.standard.append(memory)
        return
      }
      let index =
        state.large.firstIndex { $0.capacity >= memory.capacity } ?? state.large.endIndex
      state.large.insert(memory, at: index)
    }
  }
}
