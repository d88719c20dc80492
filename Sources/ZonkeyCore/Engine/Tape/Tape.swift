/// A record of operations for reverse-mode differentiation, and the memory that they work in.
///
/// Operations are methods in extensions, each with its forward and backward in one place. A tape
/// runs on one thread. Parallel work is `map`: fixed chunks, each on a child tape, whose gradients
/// are summed in the order of the chunks, so that the bits of every result are the same for any
/// number of workers. A tape that does not record is the inference form of the same code.
package final class Tape: @unchecked Sendable {
  /// Where a block of memory that tensors point into has its gradient.
  enum Source {
    /// Memory of this tape's arena, by block number.
    case own(Int)
    /// The parent's block: gradients go straight there, so chunks must use disjoint rows.
    case parent(Int)
    /// Memory that all chunks read, by its place among such: gradients are added chunk by chunk.
    case shared(Int)
    /// All parameters, with the gradient in the optimiser's array.
    case parameters
    /// Parameters that a chunk takes as they are.
    case constant
    /// A parameter whose gradient is made from the rows of all chunks, by its place among such.
    case gathered(Int)
  }
  struct Block {
    let source: Source
    let base: UnsafeMutablePointer<Float>
    let count: Int
    var gradient: UnsafeMutablePointer<Float>?
    /// The gradient of this tape's own memory, as the pool gave it.
    var gradientMemory: BlockPool.Memory?
  }
  /// The backward half of an operation, and where the memory ended that it and those before took.
  private struct Operation {
    let backward: (Tape) -> Void
    let (values, kept): (Arena.Mark, Arena.Mark)
  }

  /// Whether operations are recorded; a child's changes from chunk to chunk.
  package internal(set) var recording: Bool
  package let workers: Workers
  package let weights: ParameterStore
  /// The weights in the product kernel's layout.
  package let packed: PackedWeights
  /// Whether the weights may change from step to step.
  private let repacks: Bool
  let pool: BlockPool
  private let arena: Arena
  /// What the backward pass needs beside tensors: no gradients.
  let keptArena: Arena
  /// What one operation needs while it runs.
  private let scratchArena: Arena
  /// A weight that is packed for one product.
  let packArena: Arena
  var blocks: [Block] = []
  private var arenaBlocks: [Int] = []
  private var operations: [Operation] = []
  /// Bytes in use up to which chunks of `map` keep their records for the backward pass; with 0
  /// nothing is kept that can be made again.
  package var keptBytes = 0
  let records = ChunkRecords()
  /// Tapes for the chunks of `map`.
  let children: ChildTapes
  private var ownMultiplyAdds = 0
  /// What the gradients of gathered parameters are products of.
  var factors: [Factors] = []
  weak var parent: Tape?

  /// A tape over `weights`; `workers` share out the chunks of `map`. With another tape it works in
  /// the memory that that one does not need now.
  package convenience init(
    weights: ParameterStore, workers: Workers, recording: Bool, memoryOf other: Tape? = nil
  ) {
    self.init(
      weights: weights, packed: PackedWeights(weights), repacks: true, workers: workers,
      recording: recording, pool: other?.pool ?? BlockPool())
  }

  /// A tape for inference with weights that no longer change, on the calling thread.
  package convenience init(weights: ParameterStore, packed: PackedWeights) {
    self.init(
      weights: weights, packed: packed, repacks: false, workers: Workers(count: 1),
      recording: false, pool: BlockPool())
  }

  private init(
    weights: ParameterStore, packed: PackedWeights, repacks: Bool, workers: Workers,
    recording: Bool, pool: BlockPool
  ) {
    self.weights = weights
    self.packed = packed
    self.repacks = repacks
    self.workers = workers
    self.recording = recording
    self.pool = pool
    arena = Arena(pool: pool)
    keptArena = Arena(pool: pool)
    scratchArena = Arena(pool: pool)
    packArena = Arena(pool: pool)
    children = ChildTapes()
    reset()
  }

  deinit { forgetGradients() }

  /// A tape for a chunk of this one's work.
  func makeChild() -> Tape {
    Tape(
      weights: weights, packed: packed, repacks: false, workers: Workers(count: 1),
      recording: recording, pool: pool)
  }

  /// Forgets everything recorded and frees the memory for the next step.
  package func reset() {
    forget()
    if repacks { packed.renew(on: workers) }
  }

  private func forget() {
    forgetGradients()
    while let tape = records.takeOldest() { children.give(tape) }
    operations.removeAll(keepingCapacity: true)
    arena.reset()
    keptArena.reset()
    scratchArena.reset()
    packArena.reset()
    blocks.removeAll(keepingCapacity: true)
    arenaBlocks.removeAll(keepingCapacity: true)
    blocks.append(
      Block(source: .parameters, base: weights.values, count: weights.count, gradient: nil))
  }

  /// Forgets everything recorded and gives all memory back; the next step takes it anew.
  package func releaseMemory() {
    forget()
    pool.release()
  }

  /// Bytes of memory held by this tape and its children.
  package var heldBytes: Int { pool.capacity * MemoryLayout<Float>.stride }

  /// Multiply-adds of all matrix products since this tape was made: [M, K]·[K, N] has M·K·N.
  package var multiplyAdds: Int { ownMultiplyAdds + children.multiplyAdds }

  package func count(multiplyAdds: Int) { ownMultiplyAdds += multiplyAdds }

  /// The count of this tape alone, which begins at zero again.
  func takeCount() -> Int {
    defer { ownMultiplyAdds = 0 }
    return ownMultiplyAdds
  }

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
  package func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    keptArena.allocate(count).pointer
  }

  /// Undefined floats until the next call.
  package func scratch(_ count: Int) -> UnsafeMutablePointer<Float> { scratch(count, 0).0 }

  /// The same in up to three parts.
  package func scratch(_ first: Int, _ second: Int, _ third: Int = 0) -> (
    UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>
  ) {
    scratchArena.reset()
    // Parts begin on lines of 64 bytes.
    let (one, two) = ((first + 15) & ~15, (second + 15) & ~15)
    let base = scratchArena.allocate(one + two + third).pointer
    return (base, base + one, base + one + two)
  }

  /// Gives the memory of `scratch` back.
  func releaseScratch() { scratchArena.reset() }

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
      case .parameters, .shared, .constant, .gathered:
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
  package func gradient(_ tensor: Tensor) -> UnsafeMutablePointer<Float>? {
    guard tensor.block >= 0, let gradient = gradient(ofBlock: tensor.block) else { return nil }
    return gradient + (tensor.values - blocks[tensor.block].base)
  }

  /// The gradient of a block; one's own begins at zero when it is first asked for, since those of
  /// lower levels are not needed before the backward pass comes to them.
  package func gradient(ofBlock index: Int) -> UnsafeMutablePointer<Float>? {
    if let gradient = blocks[index].gradient { return gradient }
    let source = blocks[index].source
    if case .gathered = source { preconditionFailure("only linear maps have gathered weights") }
    guard case .own(let number) = source else { return nil }
    let used = arena.blocks[number].used
    let memory = pool.take(used)
    memory.base.update(repeating: 0, count: used)
    (blocks[index].gradient, blocks[index].gradientMemory) = (memory.base, memory)
    return memory.base
  }

  /// Gives the gradients of this tape's own blocks back, from block `first` of the arena.
  private func forgetGradients(from first: Int = 0) {
    for index in arenaBlocks[first...] {
      if let memory = blocks[index].gradientMemory { pool.give(memory) }
      (blocks[index].gradient, blocks[index].gradientMemory) = (nil, nil)
    }
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
  package func record(_ backward: @escaping (Tape) -> Void) {
    guard recording else { return }
    operations.append(Operation(backward: backward, values: arena.mark, kept: keptArena.mark))
  }

  /// Runs the backward pass from scalars with the given weights (or from any tensor with a given
  /// gradient) and adds to `gradients`, which has the layout of the parameters.
  ///
  /// `releasing` gives memory back on the way; tensors and their gradients are then gone.
  package func backward(
    from seeds: [(tensor: Tensor, gradient: [Float])], into gradients: ParameterStore,
    releasing: Bool = false
  ) {
    precondition(recording, "a tape that does not record has no backward pass")
    blocks[0].gradient = gradients.values
    forgetGradients()
    for seed in seeds {
      precondition(seed.gradient.count == seed.tensor.count, "seed of another shape")
      guard let target = gradient(seed.tensor) else { continue }
      for (index, value) in seed.gradient.enumerated() { target[index] += value }
    }
    if releasing {
      runBackwardReleasing()
    } else {
      for operation in operations.reversed() { operation.backward(self) }
    }
  }

  /// Runs the backward pass and gives back what each operation took when it is done: those before
  /// it do not know that memory.
  func runBackwardReleasing() {
    while let operation = operations.popLast() {
      operation.backward(self)
      let (values, kept) = operations.last.map { ($0.values, $0.kept) } ?? (.init(), .init())
      keptArena.release(to: kept)
      forgetGradients(from: values.blocks)
      arenaBlocks.removeLast(arenaBlocks.count - values.blocks)
      arena.release(to: values)
    }
  }
}

extension Tape {
  /// Runs `body` without recording: what it gives is a constant.
  package func withoutRecording<Result>(_ body: () -> Result) -> Result {
    let before = recording
    recording = false
    defer { recording = before }
    return body()
  }
}
