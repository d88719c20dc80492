/// Memory for one tape: allocated upwards, released all at once, kept for the next step.
///
/// Most steps of a run need about the same memory. The first step allocates block after block;
/// `reset` merges them into one of the size that was needed, so that later steps run in one block.
final class Arena {
  struct Block {
    let base: UnsafeMutablePointer<Float>
    let capacity: Int
    var used: Int
  }

  private(set) var blocks: [Block] = []
  /// Blocks hold at least this many floats (256 KiB), so that small tapes stay small.
  private static let smallest = 1 << 16

  deinit { for block in blocks { block.base.deallocate() } }

  /// Floats in use.
  var used: Int { blocks.reduce(0) { $0 + $1.used } }
  /// Floats held.
  var capacity: Int { blocks.reduce(0) { $0 + $1.capacity } }

  /// `count` floats with undefined values, aligned to 64 bytes, and the index of their block.
  func allocate(_ count: Int) -> (pointer: UnsafeMutablePointer<Float>, block: Int) {
    let rounded = (max(count, 1) + 15) & ~15
    if let last = blocks.indices.last, blocks[last].used + rounded <= blocks[last].capacity {
      let pointer = blocks[last].base + blocks[last].used
      blocks[last].used += rounded
      return (pointer, last)
    }
    var block = Arena.block(max(rounded, Arena.smallest, capacity / 4))
    block.used = rounded
    blocks.append(block)
    return (block.base, blocks.count - 1)
  }

  /// Makes all memory free again; pointers handed out before become invalid.
  func reset() {
    if blocks.count > 1 {
      let needed = used + used / 16
      for block in blocks { block.base.deallocate() }
      blocks = [Arena.block(needed)]
    }
    if !blocks.isEmpty { blocks[0].used = 0 }
  }

  private static func block(_ count: Int) -> Block {
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
    return Block(
      base: raw.bindMemory(to: Float.self, capacity: count), capacity: count, used: 0)
  }
}
