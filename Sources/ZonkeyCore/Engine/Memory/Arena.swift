import Synchronization

import ZonkeyPlatform

/// Memory for one tape: allocated upwards, released all at once or back down to a mark.
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

  /// Small allocations share blocks of this many floats (256 KiB); larger ones have their own.
  private static let shared = 1 << 16

  /// How far the memory was handed out at some time.
  struct Mark {
    fileprivate(set) var blocks = 0
    fileprivate var current: Int?
    fileprivate var used = 0
  }

  private(set) var blocks: [Block] = []
  /// The block that small allocations go to.
  private var current: Int?
  private let pool: BlockPool

  init(pool: BlockPool) { self.pool = pool }

  deinit { reset() }

  /// `count` floats with undefined values, aligned to 64 bytes, and the index of their block.
  func allocate(_ count: Int) -> (pointer: UnsafeMutablePointer<Float>, block: Int) {
    let rounded = (max(count, 1) + 15) & ~15
    if let current, blocks[current].used + rounded <= blocks[current].capacity {
      defer { blocks[current].used += rounded }
      return (blocks[current].base + blocks[current].used, current)
    }
    let memory = pool.take(max(rounded, Arena.shared))
    blocks.append(Block(base: memory.base, capacity: memory.capacity, used: rounded))
    if rounded < Arena.shared { current = blocks.count - 1 }
    return (memory.base, blocks.count - 1)
  }

  /// Where the next `release` may go back to.
  var mark: Mark {
    Mark(blocks: blocks.count, current: current, used: current.map { blocks[$0].used } ?? 0)
  }

  /// Gives the memory behind a mark back to the pool; pointers handed out since become invalid.
  func release(to mark: Mark) {
    for block in blocks[mark.blocks...] {
      pool.give(BlockPool.Memory(base: block.base, capacity: block.capacity))
    }
    blocks.removeLast(blocks.count - mark.blocks)
    current = mark.current
    if let current { blocks[current].used = mark.used }
  }

  /// Gives all memory back to the pool; pointers handed out before become invalid.
  func reset() { release(to: Mark()) }
}

/// Blocks of memory for the arenas of a tape and its children; thread-safe.
///
/// Blocks lie in slabs, each where the first gap is wide enough, so that what is in use stays
/// together; the slabs are kept until the pool is released itself.
final class BlockPool: Sendable {
  struct Memory: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    let capacity: Int

    init(base: UnsafeMutablePointer<Float>, capacity: Int) {
      (self.base, self.capacity) = (base, capacity)
    }

    /// Pages of the system's own: an allocator would keep them when they are given back.
    init(mapping count: Int) {
      let bytes = count * MemoryLayout<Float>.stride
      guard
        let pages = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        pages != MAP_FAILED
      else { preconditionFailure("out of memory: \(bytes) bytes for activations") }
      self.init(base: pages.bindMemory(to: Float.self, capacity: count), capacity: count)
    }

    func unmap() { munmap(base, capacity * MemoryLayout<Float>.stride) }
  }

  /// Floats of a slab (16 MiB), unless one block needs more.
  private static let slab = 1 << 22
  /// Blocks are multiples of this many floats (16 KiB).
  private static let unit = 1 << 12

  private struct Slab {
    let memory: Memory
    /// The gaps between blocks, in order; no two touch.
    var gaps: [Range<Int>]

    /// Takes the first gap that is wide enough.
    mutating func take(_ count: Int) -> Memory? {
      guard let index = gaps.firstIndex(where: { $0.count >= count }) else { return nil }
      let gap = gaps[index]
      if gap.count == count {
        gaps.remove(at: index)
      } else {
        gaps[index] = gap.lowerBound + count..<gap.upperBound
      }
      return Memory(base: memory.base + gap.lowerBound, capacity: count)
    }

    mutating func give(_ block: Memory) {
      let start = block.base - memory.base
      var gap = start..<start + block.capacity
      var index = gaps.firstIndex { $0.lowerBound > start } ?? gaps.endIndex
      if index < gaps.endIndex, gaps[index].lowerBound == gap.upperBound {
        gap = gap.lowerBound..<gaps.remove(at: index).upperBound
      }
      if index > 0, gaps[index - 1].upperBound == gap.lowerBound {
        index -= 1
        gap = gaps.remove(at: index).lowerBound..<gap.upperBound
      }
      gaps.insert(gap, at: index)
    }

    func contains(_ block: Memory) -> Bool {
      block.base >= memory.base && block.base < memory.base + memory.capacity
    }
  }

  private struct State {
    var slabs: [Slab] = []
    var capacity = 0
    var taken = 0
  }
  private let state = Mutex(State())

  deinit {
    state.withLock { state in
      for slab in state.slabs { slab.memory.unmap() }
    }
  }

  /// Floats of all slabs.
  var capacity: Int { state.withLock { $0.capacity } }

  /// Bytes of the blocks in use.
  var takenBytes: Int { state.withLock { $0.taken } * MemoryLayout<Float>.stride }

  /// A block of at least `count` floats with undefined values, aligned to 64 bytes.
  func take(_ count: Int) -> Memory {
    let rounded = (max(count, 1) + BlockPool.unit - 1) / BlockPool.unit * BlockPool.unit
    return state.withLock { state in
      state.taken += rounded
      for index in state.slabs.indices {
        if let memory = state.slabs[index].take(rounded) { return memory }
      }
      let capacity = max(BlockPool.slab, rounded)
      let memory = Memory(mapping: capacity)
      state.capacity += capacity
      state.slabs.append(
        Slab(memory: memory, gaps: rounded < capacity ? [rounded..<capacity] : []))
      return Memory(base: memory.base, capacity: rounded)
    }
  }

  /// Gives slabs without a block in use back to the system.
  func release() {
    state.withLock { state in
      state.slabs.removeAll { slab in
        guard slab.gaps == [0..<slab.memory.capacity] else { return false }
        state.capacity -= slab.memory.capacity
        slab.memory.unmap()
        return true
      }
    }
  }

  /// Takes a block back.
  func give(_ memory: Memory) {
    state.withLock { state in
      state.taken -= memory.capacity
      guard let index = state.slabs.firstIndex(where: { $0.contains(memory) }) else {
        preconditionFailure("a block of another pool")
      }
      state.slabs[index].give(memory)
    }
  }
}
