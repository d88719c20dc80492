/// A record of operations for reverse-mode differentiation, and the memory that they work in.
///
/// Operations are methods in extensions, each with its forward and backward in one place. A tape
/// runs on one thread. Parallel work is `map`: fixed chunks, each on a child tape of its own, whose
/// gradients are summed in the order of the chunks, so that the bits of every result are the same
/// for any number of workers. A tape that does not record is the inference form of the same code.
package final class Tape: @unchecked Sendable {
  /// Where a block of memory that tensors point into has its gradient.
  enum Source {
    /// Memory of this tape's arena, by block number.
    case own(Int)
    /// The parent's block: gradients go straight there, so chunks must use disjoint rows.
    case parent(Int)
    /// Memory that all chunks read: gradients go to a private copy, at this offset.
    case shared(Int)
    /// All parameters, with the gradient in the optimiser's array.
    case parameters
  }
  struct Block {
    let source: Source
    let base: UnsafeMutablePointer<Float>
    let count: Int
    var gradient: UnsafeMutablePointer<Float>?
  }

  package let recording: Bool
  package let workers: Workers
  let weights: ParameterStore
  /// The weights in the product kernel's layout.
  let packed: PackedWeights
  /// Whether the weights may change from step to step.
  private let repacks: Bool
  private let pool: BlockPool
  private let arena: Arena
  /// Gradients of this tape's own memory; children's live in their worker's only for a while.
  private let gradientArena: Arena
  var blocks: [Block] = []
  private var arenaBlocks: [Int] = []
  private var operations: [(Tape) -> Void] = []
  private var children: [Tape] = []
  private var childrenUsed = 0
  private var scratch: [Arena] = []
  private weak var parent: Tape?

  /// A tape over `weights`; `workers` share out the chunks of `map`.
  package convenience init(weights: ParameterStore, workers: Workers, recording: Bool) {
    self.init(
      weights: weights, packed: PackedWeights(weights), repacks: true, workers: workers,
      recording: recording)
  }

  /// A tape for inference with weights that no longer change, on the calling thread.
  package convenience init(weights: ParameterStore, packed: PackedWeights) {
    self.init(
      weights: weights, packed: packed, repacks: false, workers: Workers(count: 1),
      recording: false)
  }

  private init(
    weights: ParameterStore, packed: PackedWeights, repacks: Bool, workers: Workers,
    recording: Bool, pool: BlockPool = BlockPool()
  ) {
    self.weights = weights
    self.packed = packed
    self.repacks = repacks
    self.workers = workers
    self.recording = recording
    self.pool = pool
    arena = Arena(pool: pool)
    gradientArena = Arena(pool: pool)
    reset()
  }

  /// Forgets everything recorded and frees the memory for the next step.
  package func reset() {
    if repacks { packed.invalidate() }
    operations.removeAll(keepingCapacity: true)
    arena.reset()
    gradientArena.reset()
    for child in children[..<childrenUsed] { child.reset() }
    blocks.removeAll(keepingCapacity: true)
    arenaBlocks.removeAll(keepingCapacity: true)
    blocks.append(
      Block(source: .parameters, base: weights.values, count: weights.count, gradient: nil))
    childrenUsed = 0
  }

  /// Bytes of memory held by this tape and its children.
  package var heldBytes: Int { pool.capacity * MemoryLayout<Float>.stride }

  // MARK: Memory

  /// A tensor with undefined values that takes a gradient.
  package func empty(_ rows: Int, _ columns: Int) -> Tensor {
    let (pointer, arenaBlock) = arena.allocate(rows * columns)
    while arenaBlocks.count <= arenaBlock {
      let block = arena.blocks[arenaBlocks.count]
      blocks.append(
        Block(
          source: .own(arenaBlocks.count), base: block.base, count: block.capacity, gradient: nil))
      arenaBlocks.append(blocks.count - 1)
    }
    return Tensor(values: pointer, rows: rows, columns: columns, block: arenaBlocks[arenaBlock])
  }

  /// A tensor of zeros that takes a gradient.
  package func zeros(_ rows: Int, _ columns: Int) -> Tensor {
    let out = empty(rows, columns)
    out.values.update(repeating: 0, count: out.count)
    return out
  }

  /// Undefined floats without a gradient, for what the backward pass needs to remember.
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> { arena.allocate(count).pointer }

  /// A copy of `values` as a constant.
  package func constant(_ values: [Float], columns: Int = 1) -> Tensor {
    values.withUnsafeBufferPointer { leaf($0, columns: columns).constant }
  }

  /// A copy of `values` that takes a gradient.
  package func leaf(_ values: [Float], columns: Int = 1) -> Tensor {
    values.withUnsafeBufferPointer { leaf($0, columns: columns) }
  }

  private func leaf(_ values: UnsafeBufferPointer<Float>, columns: Int) -> Tensor {
    precondition(columns > 0 && values.count % columns == 0, "shape does not fit")
    let out = empty(values.count / columns, columns)
    if let base = values.baseAddress { out.values.update(from: base, count: values.count) }
    return out
  }

  /// The parameter as a tensor of this tape.
  package func use(_ parameter: Parameter) -> Tensor {
    let pointer = weights.values + parameter.offset
    for (index, block) in blocks.enumerated() {
      switch block.source {
      case .parameters, .shared:
        if pointer >= block.base && pointer + parameter.count <= block.base + block.count {
          return Tensor(
            values: pointer, rows: parameter.rows, columns: parameter.columns, block: index)
        }
      default: continue
      }
    }
    preconditionFailure("a chunk uses a parameter that its map did not declare")
  }

  // MARK: Differentiation

  /// The gradient of `tensor`, or nil when it takes none. Only valid during the backward pass.
  func gradient(_ tensor: Tensor) -> UnsafeMutablePointer<Float>? {
    guard tensor.block >= 0, let gradient = blocks[tensor.block].gradient else { return nil }
    return gradient + (tensor.values - blocks[tensor.block].base)
  }

  /// The gradient that a backward pass left on `tensor`, copied; for tests.
  package func gradientArray(_ tensor: Tensor) -> [Float] {
    guard let gradient = gradient(tensor) else { return [] }
    return Array(UnsafeBufferPointer(start: gradient, count: tensor.count))
  }

  /// Gradient memory that nobody reads, for kernels that write all gradients of an operation.
  func discarded(_ count: Int) -> UnsafeMutablePointer<Float> {
    let pointer = floats(count)
    pointer.update(repeating: 0, count: count)
    return pointer
  }

  /// Remembers the backward half of an operation.
  func record(_ backward: @escaping (Tape) -> Void) {
    if recording { operations.append(backward) }
  }

  /// Runs the backward pass from scalars with the given weights (or from any tensor with a given
  /// gradient) and adds to `gradients`, which has the layout of the parameters.
  package func backward(
    from seeds: [(tensor: Tensor, gradient: [Float])], into gradients: ParameterStore
  ) {
    precondition(recording, "a tape that does not record has no backward pass")
    blocks[0].gradient = gradients.values
    clearOwnGradients(in: gradientArena)
    for seed in seeds {
      precondition(seed.gradient.count == seed.tensor.count, "seed of another shape")
      guard let target = gradient(seed.tensor) else { continue }
      for (index, value) in seed.gradient.enumerated() { target[index] += value }
    }
    runBackward()
  }

  private func clearOwnGradients(in scratch: Arena) {
    scratch.reset()
    for index in arenaBlocks {
      guard case .own(let number) = blocks[index].source else { continue }
      let used = arena.blocks[number].used
      let pointer = scratch.allocate(used).pointer
      pointer.update(repeating: 0, count: used)
      blocks[index].gradient = pointer
    }
  }

  private func runBackward() {
    for operation in operations.reversed() { operation(self) }
  }

  // MARK: Parallel chunks

  /// A parent's tensor (or rows of it) as seen from this child tape.
  ///
  /// Inside `map` only: gradients of a declared shared tensor go to a private copy, all others
  /// straight to the parent.
  package func borrow(_ tensor: Tensor) -> Tensor {
    guard tensor.block >= 0 else { return tensor }
    for (index, block) in blocks.enumerated() {
      switch block.source {
      case .shared:
        if tensor.values >= block.base
          && tensor.values + tensor.count <= block.base + block.count
        {
          return Tensor(
            values: tensor.values, rows: tensor.rows, columns: tensor.columns, block: index)
        }
      case .parent(let number) where number == tensor.block:
        return Tensor(
          values: tensor.values, rows: tensor.rows, columns: tensor.columns, block: index)
      default: continue
      }
    }
    guard let base = parent?.blocks[tensor.block].base else {
      preconditionFailure("only a child tape borrows")
    }
    blocks.append(Block(source: .parent(tensor.block), base: base, count: 0, gradient: nil))
    return Tensor(
      values: tensor.values, rows: tensor.rows, columns: tensor.columns, block: blocks.count - 1)
  }

  /// Runs `body` for every chunk, each on a child tape, in parallel.
  ///
  /// A body takes rows of this tape's tensors with `borrow`, disjoint from those of other chunks,
  /// and leaves results with `deliver`. What all chunks read with a gradient must be declared:
  /// `parameters` (ranges of the store) and `shared` tensors. The number of chunks and their
  /// borders must depend on the data alone, never on the number of workers.
  package func map(
    _ chunks: Int, parameters: [Range<Int>] = [], shared: [Tensor] = [],
    _ body: (_ tape: Tape, _ chunk: Int) -> Void
  ) {
    while children.count < childrenUsed + chunks {
      children.append(
        Tape(
          weights: weights, packed: packed, repacks: false, workers: Workers(count: 1),
          recording: recording,
          pool: pool))
    }
    let used = Array(children[childrenUsed..<childrenUsed + chunks])
    childrenUsed += chunks
    let sharedCount = declareShared(parameters: parameters, shared: shared, on: used)
    workers.run(chunks) { _, chunk in body(used[chunk], chunk) }
    record { tape in
      tape.mapBackward(used, parameters: parameters, shared: shared, sharedCount: sharedCount)
    }
  }

  private func declareShared(
    parameters: [Range<Int>], shared: [Tensor], on used: [Tape]
  ) -> Int {
    var count = 0
    for child in used { child.resetForMap(parent: self) }
    for range in parameters {
      for child in used {
        child.blocks.append(
          Block(
            source: .shared(count), base: weights.values + range.lowerBound, count: range.count,
            gradient: nil))
      }
      count += range.count
    }
    for tensor in shared {
      for child in used {
        child.blocks.append(
          Block(source: .shared(count), base: tensor.values, count: tensor.count, gradient: nil))
      }
      count += tensor.count
    }
    return count
  }

  private func resetForMap(parent: Tape) {
    reset()
    self.parent = parent
    blocks.removeAll(keepingCapacity: true)
  }

  private func mapBackward(
    _ used: [Tape], parameters: [Range<Int>], shared: [Tensor], sharedCount: Int
  ) {
    while scratch.count < workers.count { scratch.append(Arena(pool: pool)) }
    let sums = OrderedSums { memory in
      self.addShared(memory.base, parameters: parameters, shared: shared)
      self.pool.give(memory)
    }
    workers.run(used.count) { worker, chunk in
      let memory = pool.take(sharedCount)
      memory.base.update(repeating: 0, count: sharedCount)
      used[chunk].backwardAsChild(of: self, scratch: scratch[worker], shared: memory.base)
      sums.add(memory, of: chunk)
    }
    for arena in scratch { arena.reset() }
  }

  private func backwardAsChild(
    of parent: Tape, scratch: Arena, shared: UnsafeMutablePointer<Float>
  ) {
    clearOwnGradients(in: scratch)
    for index in blocks.indices {
      switch blocks[index].source {
      case .own: continue
      case .parent(let number): blocks[index].gradient = parent.blocks[number].gradient
      case .shared(let offset): blocks[index].gradient = shared + offset
      case .parameters: blocks[index].gradient = parent.blocks[0].gradient
      }
    }
    runBackward()
  }

  private func addShared(
    _ values: UnsafeMutablePointer<Float>, parameters: [Range<Int>], shared: [Tensor]
  ) {
    var source = values
    for range in parameters {
      if let gradient = blocks[0].gradient {
        Kernel.add(source, to: gradient + range.lowerBound, count: range.count)
      }
      source += range.count
    }
    for tensor in shared {
      if let gradient = gradient(tensor) {
        Kernel.add(source, to: gradient, count: tensor.count)
      }
      source += tensor.count
    }
  }
}
