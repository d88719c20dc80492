import ZonkeyKernels

extension Tape {
  /// Maps prompts to outputs, then feeds the last output back, step by step (model §5).
  ///
  /// Shapes: prompts [K·N, D] step after step; result [R, D], the rows of `order`. The whole
  /// rollout is one operation: its gradients need the steps one by one too, but those of the
  /// weights come from the rows of all steps together, in one product a weight.
  package func rollout(
    _ prompts: Tensor, _ order: Rollout, layers: [TransformerLayer], heads: Int
  ) -> Tensor {
    let width = prompts.columns
    let out = empty(order.rows, width)
    guard !layers.isEmpty else { preconditionFailure("a rollout needs a layer") }
    let positions = projectionPositions(
      count: order.steps, width: width, heads: heads, with: 2, of: 3)
    let fed = floats(out.count)
    var stack: [CausalLayer] = []
    for (index, layer) in layers.enumerated() {
      stack.append(
        CausalLayer(
          layer, heads: heads, input: stack.last?.out ?? fed,
          out: index == layers.count - 1 ? out.values : floats(out.count), order: order, on: self))
    }
    let caches = stack.map { _ in
      pool.take(zk_step_kept(order.steps, order.segments, width, heads))
    }
    for phase in order.phases {
      let rows = order.rows(of: phase)
      let source =
        phase.first == 0 ? prompts.values : out.values + order.fed(to: phase).lowerBound * width
      (fed + rows.lowerBound * width).update(from: source, count: rows.count * width)
      for (layer, cache) in zip(stack, caches) {
        forward(layer, phase, positions: positions, cache: cache.base)
      }
    }
    for cache in caches { pool.give(cache) }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let dprompts = tape.gradient(prompts) ?? tape.discarded(prompts.count)
      tape.backward(stack, order, dout: dout, dprompts: dprompts)
    }
    return out
  }

  /// Backwards through steps and layers; `dout` grows by what later steps are fed with.
  private func backward(
    _ stack: [CausalLayer], _ order: Rollout, dout: UnsafeMutablePointer<Float>,
    dprompts: UnsafeMutablePointer<Float>
  ) {
    let gradients = stack.indices.map { index in
      CausalGradients(
        stack[index],
        dout: index == stack.count - 1 ? dout : discarded(order.rows * stack[0].width),
        on: self)
    }
    for phase in order.phases.reversed() {
      for index in stack.indices.reversed() {
        let target: UnsafeMutablePointer<Float>
        if index > 0 {
          target = gradients[index - 1].dout + order.rows(of: phase).lowerBound * stack[0].width
        } else if phase.first == 0 {
          target = dprompts
        } else {
          target = dout + order.fed(to: phase).lowerBound * stack[0].width
        }
        backward(stack[index], gradients[index], phase, into: target)
      }
    }
    for (layer, d) in zip(stack, gradients) { addGradients(of: layer, d) }
  }

  /// One phase through a layer.
  private func forward(
    _ layer: CausalLayer, _ phase: Rollout.Phase, positions: [Float],
    cache: UnsafeMutablePointer<Float>
  ) {
    let rows = layer.order.rows(of: phase)
    let (d, hidden) = (layer.width, layer.hiddenWidth)
    // Where the phase stands in what the layer does not need afterwards.
    let own = layer.isRecorded ? rows.lowerBound : 0
    let within = own..<own + rows.count
    let normed = scratch(rows.count * d)
    product(
      values(of: layer.attentionInput, rows, in: normed), layer.packed.projection,
      bias: layer.projectionBias.values,
      positions: RowTable(table: positions, rowOf: layer.order.steps(of: rows, in: phase)),
      rows: rows.count, inputs: d, outputs: 3 * d, into: layer.projected + 3 * rows.lowerBound * d)
    layer.forEachStep(of: phase) { step, row, firstRow in
      zk_step_attention_forward(
        layer.projected, firstRow, layer.order.steps, step, phase.alive, d, layer.heads, cache,
        layer.mixed + (own + row - rows.lowerBound) * d)
    }
    let between = layer.between + own * d
    product(
      layer.mixed + own * d, layer.packed.output, bias: layer.outputBias.values,
      residual: layer.attentionInput.x.values + rows.lowerBound * d, rows: rows.count, inputs: d,
      outputs: d, into: between)
    let before = layer.hidden + own * hidden
    product(
      values(of: layer.feedForwardInput, within, in: normed), layer.packed.expand,
      bias: layer.expandBias.values, rows: rows.count, inputs: d, outputs: hidden, into: before)
    let activated = layer.isRecorded ? scratch(rows.count * hidden) : before
    zk_gelu_forward(before, activated, rows.count * hidden)
    product(
      activated, layer.packed.contract, bias: layer.contractBias.values,
      residual: between, rows: rows.count, inputs: hidden, outputs: d,
      into: layer.out + rows.lowerBound * d)
  }

  /// One phase back through a layer: all gradients but those of the weights; that of the layer's
  /// input is added to `dinput`.
  private func backward(
    _ layer: CausalLayer, _ g: CausalGradients, _ phase: Rollout.Phase,
    into dinput: UnsafeMutablePointer<Float>
  ) {
    let (rows, d, hidden) = (layer.order.rows(of: phase), layer.width, layer.hiddenWidth)
    let (at, wide, count) = (rows.lowerBound * d, rows.lowerBound * hidden, rows.count * d)
    let buffer = scratch(count)
    productBack(g.dout + at, through: layer.contract, rows: rows.count, into: g.dhidden + wide)
    zk_gelu_chain(layer.hidden + wide, g.activated + wide, g.dhidden + wide, rows.count * hidden)
    productBack(g.dhidden + wide, through: layer.expand, rows: rows.count, into: buffer)
    (g.dbetween + at).update(from: g.dout + at, count: count)
    addNormGradient(of: layer.feedForwardInput, rows, buffer, into: g.dbetween + at)
    productBack(g.dbetween + at, through: layer.output, rows: rows.count, into: buffer)
    layer.forEachStep(of: phase) { step, row, firstRow in
      zk_step_attention_backward(
        layer.projected, firstRow, step, phase.alive, d, layer.heads,
        buffer + (row - rows.lowerBound) * d, g.dprojected)
    }
    productBack(
      g.dprojected + 3 * at, through: layer.projection, rows: rows.count, into: buffer)
    Kernel.add(g.dbetween + at, to: dinput, count: count)
    addNormGradient(of: layer.attentionInput, rows, buffer, into: dinput)
  }

  private func addGradients(of layer: CausalLayer, _ g: CausalGradients) {
    let rows = layer.order.rows
    let buffer = scratch(rows * layer.width)
    addGradients(
      of: layer.contract, layer.contractBias, dout: g.dout, input: g.activated, rows: rows)
    addGradients(
      of: layer.expand, layer.expandBias, dout: g.dhidden,
      input: values(of: layer.feedForwardInput, 0..<rows, in: buffer), rows: rows)
    addGradients(
      of: layer.output, layer.outputBias, dout: g.dbetween, input: layer.mixed, rows: rows)
    addGradients(
      of: layer.projection, layer.projectionBias, dout: g.dprojected,
      input: values(of: layer.attentionInput, 0..<rows, in: buffer), rows: rows)
  }
}

/// A causal layer's weights, and what it computes in the rows of a rollout.
private struct CausalLayer {
  let order: Rollout
  /// Whether the backward pass needs what lies between; if not, all phases use the same rows of it.
  let isRecorded: Bool
  let heads: Int
  let attentionInput, feedForwardInput: NormalisedInput
  let projection, output, expand, contract: Tensor
  let projectionBias, outputBias, expandBias, contractBias: Tensor
  let packed:
    (projection: PackedWeight, output: PackedWeight, expand: PackedWeight, contract: PackedWeight)
  /// [R, 3D]: q, k and v of every step; [R, D], or as many rows as a phase has: attention's outputs,
  /// then its sum with the input; [the same, F·D]: the input of the GELU; [R, D]: the result.
  let projected, mixed, between, hidden, out: UnsafeMutablePointer<Float>

  var width: Int { output.rows }
  var hiddenWidth: Int { expand.rows }

  init(
    _ layer: TransformerLayer, heads: Int, input: UnsafeMutablePointer<Float>,
    out: UnsafeMutablePointer<Float>, order: Rollout, on tape: Tape
  ) {
    self.order = order
    self.heads = heads
    self.out = out
    (projection, projectionBias) = (
      tape.use(layer.projection.weight), tape.use(layer.projection.bias)
    )
    (output, outputBias) = (tape.use(layer.output.weight), tape.use(layer.output.bias))
    let maps = layer.feedForward
    (expand, expandBias) = (tape.use(maps.expand.weight), tape.use(maps.expand.bias))
    (contract, contractBias) = (tape.use(maps.contract.weight), tape.use(maps.contract.bias))
    packed = (
      tape.packed(projection, for: .forward), tape.packed(output, for: .forward),
      tape.packed(expand, for: .forward), tape.packed(contract, for: .forward)
    )
    isRecorded = tape.recording
    let (rows, width) = (order.rows, output.rows)
    let between = isRecorded ? rows : order.phases.map { order.rows(of: $0).count }.max() ?? 0
    projected = tape.floats(3 * rows * width)
    mixed = tape.floats(between * width)
    self.between = tape.floats(between * width)
    hidden = tape.floats(between * expand.rows)
    func normalised(_ x: UnsafeMutablePointer<Float>, _ rows: Int, _ norm: LayerNorm)
      -> NormalisedInput
    {
      tape.input(Tensor(values: x, rows: rows, columns: width, block: -1), through: norm)
    }
    attentionInput = normalised(input, rows, layer.attentionNorm)
    feedForwardInput = normalised(self.between, between, layer.feedForwardNorm)
  }

  /// Calls `body` with every step of a phase, its first row, and the first rows of all steps.
  func forEachStep(
    of phase: Rollout.Phase, _ body: (_ step: Int, _ row: Int, UnsafePointer<Int32>) -> Void
  ) {
    order.firstRow.pointer { firstRow in
      for step in phase.first..<phase.first + phase.steps {
        body(step, Int(firstRow[step]), firstRow)
      }
    }
  }
}

/// Gradients in the rows of a rollout, and what goes into `contract` once more.
private struct CausalGradients {
  let dout, dbetween, dhidden, activated, dprojected: UnsafeMutablePointer<Float>

  init(_ layer: CausalLayer, dout: UnsafeMutablePointer<Float>, on tape: Tape) {
    let (rows, width) = (layer.order.rows, layer.width)
    self.dout = dout
    dbetween = tape.floats(rows * width)
    dhidden = tape.floats(rows * layer.hiddenWidth)
    activated = tape.floats(rows * layer.hiddenWidth)
    dprojected = tape.discarded(3 * rows * width)
  }
}
