import Synchronization

extension Tape {
  /// Runs `body` for every chunk, each on a child tape, in parallel.
  ///
  /// A body takes rows of this tape's tensors with `borrow`, disjoint from those of other chunks,
  /// and leaves results with `deliver`. What all chunks read with a gradient must be declared:
  /// `parameters` (ranges of the store) and `shared` tensors; `constants` are parameters without
  /// one. Of the parameters `gathered` are weights of linear maps, too many to sum them chunk by
  /// chunk. The number of chunks and their borders must depend on the data alone, never on the number
  /// of workers.
  ///
  /// A chunk leaves nothing but what it delivers. The backward pass runs the body again, this time
  /// recording, and at once back through it, with all of it in the cache: a third more arithmetic
  /// for a small part of the memory. As many records as `keptBytes` have room for are kept, the
  /// last ones, and spared the second run. The body must compute the same both times; then which
  /// were kept makes no difference to any bit.
  package func map(
    _ chunks: Int, parameters: [Range<Int>] = [], gathered: [Parameter] = [],
    shared: [Tensor] = [], constants: [Range<Int>] = [],
    _ body: @escaping (_ tape: Tape, _ chunk: Int) -> Void
  ) {
    let common = Common(
      parameters: parameters, gathered: gathered, tensors: shared, constants: constants)
    let keeps = recording && keptBytes > 0
    let map = records.nextMap()
    let borrowed = Mutex<Set<Int>>([])
    workers.run(chunks) { _, chunk in
      let child = children.take(for: self, common: common, recording: keeps)
      body(child, chunk)
      borrowed.withLock { $0.formUnion(child.borrowedBlocks) }
      if keeps {
        child.releaseScratch()
        records.put(child, map: map, chunk: chunk)
        while pool.takenBytes > keptBytes, let oldest = records.takeOldest() {
          children.give(oldest)
        }
      } else {
        children.give(child)
      }
    }
    let read = borrowed.withLock { $0 }.union(shared.map(\.block))
    record { tape in
      // Workers must not make what they share: here nobody else runs yet.
      for block in read where block >= 0 { _ = tape.gradient(ofBlock: block) }
      let sums = OrderedSums<BlockPool.Memory?> { memory in
        guard let memory else { return }
        tape.add(memory.base, to: common)
        tape.pool.give(memory)
      }
      let factors = ResultSlots<[Factors]>(count: chunks, initial: [])
      tape.workers.run(chunks) { _, chunk in
        let child: Tape
        if let kept = tape.records.take(map: map, chunk: chunk) {
          child = kept
        } else {
          child = tape.children.take(for: tape, common: common, recording: true)
          body(child, chunk)
        }
        // The first chunk adds to the sums themselves: no other does before it is done.
        let memory = chunk == 0 ? nil : tape.pool.take(common.count)
        memory?.base.update(repeating: 0, count: common.count)
        child.backward(
          asChildOf: tape, common: tape.gradients(of: common, in: memory?.base))
        factors[chunk] = child.takeFactors()
        tape.children.give(child)
        sums.add(memory, of: chunk)
      }
      tape.addProducts(of: (0..<chunks).flatMap { factors[$0] }, to: common.gathered)
    }
  }

  /// A parent's tensor (or rows of it) as seen from this child tape.
  ///
  /// Inside `map` only: gradients of a declared shared tensor are added chunk by chunk, all
  /// others go straight to the parent.
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

  /// Writes `x` into rows of the parent tape, where they are the result of a chunk.
  package func deliver(_ x: Tensor, to destination: Tensor) {
    let target = borrow(destination)
    precondition(x.count == target.count, "deliver: another shape")
    target.values.update(from: x.values, count: x.count)
    record { tape in
      guard let dout = tape.gradient(target), let dx = tape.gradient(x) else { return }
      Kernel.add(dout, to: dx, count: x.count)
    }
  }

  /// The parent's blocks that this child tape has taken tensors of.
  private var borrowedBlocks: [Int] {
    blocks.compactMap { if case .parent(let number) = $0.source { number } else { nil } }
  }

  /// Begins a chunk of the parent's work.
  fileprivate func begin(childOf parent: Tape, common: Common, recording: Bool) {
    self.parent = parent
    self.recording = recording
    keptBytes = parent.keptBytes
    blocks.removeAll(keepingCapacity: true)
    for range in common.parameters {
      blocks.append(
        Block(
          source: .shared(blocks.count), base: weights.values + range.lowerBound,
          count: range.count, gradient: nil))
    }
    for tensor in common.tensors {
      blocks.append(
        Block(
          source: .shared(blocks.count), base: tensor.values, count: tensor.count, gradient: nil))
    }
    for range in common.constants {
      blocks.append(
        Block(
          source: .constant, base: weights.values + range.lowerBound, count: range.count,
          gradient: nil))
    }
    for (place, weight) in common.gathered.enumerated() {
      blocks.append(
        Block(
          source: .gathered(place), base: weights.values + weight.offset, count: weight.count,
          gradient: nil))
    }
  }

  /// Where a chunk adds the gradients of what it shares with others, in their order: to `memory`,
  /// or to this tape's own.
  private func gradients(
    of common: Common, in memory: UnsafeMutablePointer<Float>?
  ) -> [UnsafeMutablePointer<Float>?] {
    guard let memory else {
      return common.parameters.map { range in blocks[0].gradient.map { $0 + range.lowerBound } }
        + common.tensors.map { gradient($0) }
    }
    var offset = 0
    return common.counts.map { count in
      defer { offset += count }
      return memory + offset
    }
  }

  private func backward(asChildOf parent: Tape, common: [UnsafeMutablePointer<Float>?]) {
    for index in blocks.indices {
      switch blocks[index].source {
      case .own, .constant, .gathered: continue
      case .parent(let number): blocks[index].gradient = parent.blocks[number].gradient
      case .shared(let place): blocks[index].gradient = common[place]
      case .parameters: blocks[index].gradient = parent.blocks[0].gradient
      }
    }
    runBackwardReleasing()
  }

  /// Adds a chunk's gradients of what it shares with others.
  private func add(_ values: UnsafePointer<Float>, to common: Common) {
    var source = values
    for range in common.parameters {
      if let gradient = blocks[0].gradient {
        Kernel.add(source, to: gradient + range.lowerBound, count: range.count)
      }
      source += range.count
    }
    for tensor in common.tensors {
      if let gradient = gradient(tensor) {
        Kernel.add(source, to: gradient, count: tensor.count)
      }
      source += tensor.count
    }
  }
}

/// What all chunks of a `map` read; what has a gradient is laid out one after the other.
private struct Common {
  /// Without those that are gathered, which have no place in a chunk's gradient.
  let parameters: [Range<Int>]
  let gathered: [Parameter]
  let tensors: [Tensor]
  /// Parameters that have no gradient here.
  let constants: [Range<Int>]

  init(
    parameters: [Range<Int>], gathered: [Parameter], tensors: [Tensor], constants: [Range<Int>]
  ) {
    self.parameters = gathered.reduce(parameters) { ranges, weight in
      ranges.flatMap { range in
        range.overlaps(weight.range)
          ? [
            range.lowerBound..<weight.range.lowerBound, weight.range.upperBound..<range.upperBound,
          ]
          : [range]
      }
    }
    self.gathered = gathered
    self.tensors = tensors
    self.constants = constants
  }

  /// Floats of each.
  var counts: [Int] { parameters.map(\.count) + tensors.map(\.count) }
  /// Floats of a chunk's private gradient.
  var count: Int { counts.reduce(0, +) }
}

/// Tapes for chunks, used again and again; thread-safe.
final class ChildTapes: Sendable {
  private struct State {
    var spare: [Tape] = []
    var multiplyAdds = 0
  }
  private let state = Mutex(State())

  /// Multiply-adds of all chunks that are over.
  var multiplyAdds: Int { state.withLock { $0.multiplyAdds } }

  /// A tape on which a chunk of the parent's work begins.
  fileprivate func take(for parent: Tape, common: Common, recording: Bool) -> Tape {
    let child = state.withLock { $0.spare.popLast() } ?? parent.makeChild()
    child.begin(childOf: parent, common: common, recording: recording)
    return child
  }

  /// Takes a tape back, and its memory.
  func give(_ child: Tape) {
    child.reset()
    state.withLock {
      $0.multiplyAdds += child.takeCount()
      $0.spare.append(child)
    }
  }
}

/// The recorded chunks that wait for the backward pass; thread-safe.
final class ChunkRecords: Sendable {
  private struct State {
    /// The oldest first.
    var tapes: [(map: Int, chunk: Int, tape: Tape)] = []
    var maps = 0
  }
  private let state = Mutex(State())

  /// A number for a map's chunks.
  func nextMap() -> Int {
    state.withLock {
      $0.maps += 1
      return $0.maps
    }
  }

  func put(_ tape: Tape, map: Int, chunk: Int) {
    state.withLock { $0.tapes.append((map, chunk, tape)) }
  }

  func take(map: Int, chunk: Int) -> Tape? {
    state.withLock { state in
      let place = state.tapes.lastIndex { $0.map == map && $0.chunk == chunk }
      return place.map { state.tapes.remove(at: $0).tape }
    }
  }

  func takeOldest() -> Tape? {
    state.withLock { $0.tapes.isEmpty ? nil : $0.tapes.removeFirst().tape }
  }
}
