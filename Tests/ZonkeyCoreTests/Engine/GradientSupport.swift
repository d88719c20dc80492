import TestSupport
import Testing
import ZonkeyCore

/// Values of a tensor that a gradient check moves.
struct Leaf {
  var values: [Float]
  let columns: Int

  init(_ values: [Float], columns: Int = 1) {
    self.values = values
    self.columns = columns
  }

  /// Numbers around 0, reproducible by seed.
  static func random(_ rows: Int, _ columns: Int, seed: UInt64, scale: Double = 1) -> Leaf {
    var numbers = SeededNumbers(seed)
    return Leaf(numbers.floats(rows * columns, scale: scale), columns: columns)
  }

  /// Numbers well inside 0 ... 1, so that no step of a check reaches a limit.
  static func inside(
    _ rows: Int, seed: UInt64, _ low: Double = 0.15, _ high: Double = 0.85
  ) -> Leaf {
    var numbers = SeededNumbers(seed)
    return Leaf((0..<rows).map { _ in Float(low + (high - low) * numbers.uniform()) })
  }
}

/// A check of recorded gradients against differences of the forward pass.
///
/// The outputs of `body` are reduced to Σ cᵢ·outputᵢ with fixed random c, summed in double, so that
/// only the operation itself rounds. The derivative comes from four points around the place,
/// (8(f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h: its error falls with h⁴, which allows steps that
/// are large against the rounding of float32.
struct GradientCheck {
  var leaves: [Leaf]
  /// Parameters that the body uses; each must receive a gradient, all others none.
  var parameters: [ParameterList.Entry] = []
  var weights = ParameterStore(count: 0)
  /// The step as a share of a leaf's typical magnitude.
  var step = 1e-2
  var tolerance = 1e-3
  var workers = 1
  let body: (Tape, [Tensor]) -> [Tensor]

  init(_ leaves: Leaf..., body: @escaping (Tape, [Tensor]) -> [Tensor]) {
    self.leaves = leaves
    self.body = body
  }

  /// A check of single derivatives: every place of every leaf (up to 60 each).
  func byElement(at location: SourceLocation = #_sourceLocation) {
    let analytic = backward(location)
    for (index, leaf) in leaves.enumerated() {
      let gradient = analytic.leaves[index]
      guard expectUse(gradient, "leaf \(index)", location) else { continue }
      let scale = magnitude(leaf.values)
      let allowed = tolerance * largest(gradient) + analytic.noise / (step * scale)
      for i in stride(from: 0, to: leaf.values.count, by: max(1, leaf.values.count / 60)) {
        let numeric = derivative(step * scale) { h in
          var leaves = leaves
          leaves[index].values[i] += Float(h)
          // The step that float32 really took.
          return (leaves, weights, Double(leaves[index].values[i]) - Double(leaf.values[i]))
        }
        #expect(
          abs(numeric - Double(gradient[i])) <= allowed,
          "leaf \(index) at \(i): \(gradient[i]) recorded, \(numeric) measured",
          sourceLocation: location)
      }
    }
    byDirection(analytic, leaves: false, location)
  }

  /// A check of derivatives along random directions, for long chains; covers all parameters.
  func byDirection(at location: SourceLocation = #_sourceLocation) {
    byDirection(backward(location), leaves: true, location)
  }

  private func byDirection(_ analytic: Analytic, leaves moved: Bool, _ location: SourceLocation) {
    var numbers = SeededNumbers(77)
    for (index, leaf) in leaves.enumerated() where moved {
      let gradient = analytic.leaves[index]
      guard expectUse(gradient, "leaf \(index)", location) else { continue }
      let direction = numbers.floats(leaf.values.count, scale: magnitude(leaf.values))
      let numeric = derivative(step) { h in
        var leaves = leaves
        for i in direction.indices { leaves[index].values[i] += Float(h) * direction[i] }
        return (leaves, weights, h)
      }
      compare(numeric, gradient, direction, analytic.noise, "leaf \(index)", location)
    }
    for entry in parameters {
      let gradient = analytic.parameters.array(entry.parameter)
      guard expectUse(gradient, entry.name, location) else { continue }
      let values = weights.array(entry.parameter)
      let direction = numbers.floats(values.count, scale: magnitude(values))
      let numeric = derivative(step) { h in
        let changed = ParameterStore(count: weights.count)
        changed.copy(from: weights)
        for i in direction.indices {
          changed.values[entry.parameter.offset + i] += Float(h) * direction[i]
        }
        return (leaves, changed, h)
      }
      compare(numeric, gradient, direction, analytic.noise, entry.name, location)
    }
  }

  // MARK: Parts

  private struct Analytic {
    let leaves: [[Float]]
    let parameters: ParameterStore
    /// What rounding of the outputs does to the reduced value.
    let noise: Double
  }

  private func backward(_ location: SourceLocation) -> Analytic {
    let tape = Tape(weights: weights, workers: Workers(count: workers), recording: true)
    let tensors = leaves.map { tape.leaf($0.values, columns: $0.columns) }
    let outputs = body(tape, tensors)
    let seeds = outputs.enumerated().map { ($1, coefficients($0, $1.count)) }
    let store = ParameterStore(count: weights.count)
    tape.backward(from: seeds, into: store)
    var square = 0.0
    for (output, c) in seeds {
      for i in c.indices { square += Double(c[i] * output.values[i] * c[i] * output.values[i]) }
    }
    let used = parameters.map(\.parameter.range)
    let others = (0..<store.count).filter { place in !used.contains { $0.contains(place) } }
    #expect(
      others.allSatisfy { store.values[$0] == 0 },
      "a parameter that is not declared has a gradient",
      sourceLocation: location)
    return Analytic(
      leaves: tensors.map { tape.gradientArray($0) }, parameters: store,
      noise: 5e-7 * square.squareRoot())
  }

  private func derivative(
    _ h: Double, _ moved: (Double) -> (leaves: [Leaf], weights: ParameterStore, step: Double)
  ) -> Double {
    func slope(_ h: Double) -> Double {
      let (up, down) = (moved(h), moved(-h))
      return (value(up.leaves, up.weights) - value(down.leaves, down.weights))
        / (up.step - down.step)
    }
    return (4 * slope(h) - slope(2 * h)) / 3
  }

  /// Σ c·output, of the forward pass that is differentiated: one that records.
  private func value(_ leaves: [Leaf], _ weights: ParameterStore) -> Double {
    let tape = Tape(weights: weights, workers: Workers(count: 1), recording: true)
    let outputs = body(tape, leaves.map { tape.leaf($0.values, columns: $0.columns) })
    return outputs.enumerated().reduce(0) { sum, output in
      sum
        + dot(
          doubles(output.element.array), doubles(coefficients(output.offset, output.element.count)))
    }
  }

  private func coefficients(_ index: Int, _ count: Int) -> [Float] {
    var numbers = SeededNumbers(1000 + UInt64(index))
    return numbers.floats(count)
  }

  private func compare(
    _ numeric: Double, _ gradient: [Float], _ direction: [Float], _ noise: Double,
    _ name: String, _ location: SourceLocation
  ) {
    let recorded = dot(doubles(gradient), doubles(direction))
    // Random directions see about this much of a gradient.
    let seen = norm(gradient) * norm(direction) / Double(max(1, direction.count)).squareRoot()
    #expect(
      abs(numeric - recorded) <= tolerance * seen + noise / step,
      "\(name): \(recorded) recorded, \(numeric) measured along a direction, of \(seen)",
      sourceLocation: location)
  }

  /// Whether a gradient is there at all; a check of zeros would check nothing.
  private func expectUse(_ gradient: [Float], _ name: String, _ location: SourceLocation) -> Bool {
    let used = gradient.allSatisfy { $0.isFinite } && gradient.contains { $0 != 0 }
    #expect(used, "\(name) has a gradient that is not zero", sourceLocation: location)
    return used
  }

  private func largest(_ x: [Float]) -> Double { x.reduce(0) { max($0, abs(Double($1))) } }
  private func norm(_ x: [Float]) -> Double { dot(doubles(x), doubles(x)).squareRoot() }
  private func magnitude(_ x: [Float]) -> Double {
    max(1e-3, norm(x) / Double(max(1, x.count)).squareRoot())
  }
}

/// A small model of unusual sizes with weights that leave no parameter at 0 or 1.
enum GradientModel {
  static let configuration: Configuration = {
    var configuration = Configuration.preset("paper") ?? { preconditionFailure("no preset") }()
    var level = configuration.levels[0]
    (level.width, level.compressionVectors, level.heads) = (12, 3, 3)
    (level.segmentLength, level.documentLength, level.segmentLimit) = (7, 60, 64)
    (level.compressorLayers, level.decompressorLayers, level.denoiserLayers) = (1, 2, 1)
    var upper = level
    (upper.width, upper.compressionVectors, upper.heads) = (36, 2, 4)
    (upper.segmentLength, upper.documentLength, upper.segmentLimit) = (5, 24, 32)
    configuration.levels = [level, upper]
    configuration.feedForwardRatio = 2
    configuration.livingBound = 0
    return configuration
  }()

  static let model: ZonkeyModel = {
    do { return try ZonkeyModel(configuration) } catch { preconditionFailure("\(error)") }
  }()

  /// The same with what departs from the paper.
  static let departing: ZonkeyModel = {
    var changed = configuration
    for key in ["arcNoise", "directNoise", "allCandidates", "clipsByLevel"] {
      set("\(key)=true", in: &changed)
    }
    for level in 0...1 {
      for key in [
        "parallelDecoder", "placeMaps", "placeSums", "centred", "timeNetwork", "selfConditioning",
      ] {
        set("levels.\(level).\(key)=true", in: &changed)
      }
      set("levels.\(level).splitterReach=2", in: &changed)
    }
    do { return try ZonkeyModel(changed) } catch { preconditionFailure("\(error)") }
  }()

  /// The same with shares of latents for units, and segments that end where a start was drawn.
  static let sharing: ZonkeyModel = {
    var changed = departing.configuration
    for level in 0...1 {
      for assignment in [
        "placeMaps=false", "placeSums=false", "unitShares=true", "chosenEnds=true",
      ] {
        set("levels.\(level).\(assignment)", in: &changed)
      }
    }
    set("levels.1.noisyConcentration=8", in: &changed)
    set("levels.1.priorLayers=2", in: &changed)
    set("weights.unitPrior=1", in: &changed)
    do { return try ZonkeyModel(changed) } catch { preconditionFailure("\(error)") }
  }()

  /// The same with splitters of widths of their own.
  static let narrow: ZonkeyModel = {
    var changed = configuration
    set("levels.0.splitterWidth=12", in: &changed)
    set("levels.1.splitterWidth=8", in: &changed)
    do { return try ZonkeyModel(changed) } catch { preconditionFailure("\(error)") }
  }()

  private static func set(_ assignment: String, in configuration: inout Configuration) {
    do { try configuration.set(assignment) } catch { preconditionFailure("\(error)") }
  }

  static let weights = randomWeights(of: model)

  static func randomWeights(of model: ZonkeyModel) -> ParameterStore {
    let store = ParameterStore(count: model.parameters.count)
    var numbers = SeededNumbers(4)
    for entry in model.parameters.entries {
      let values: [Float]
      switch entry.initialization {
      case .constant(let c):
        values = numbers.floats(entry.parameter.count, scale: 0.3).map { c + $0 }
      case .normal(let s): values = numbers.floats(entry.parameter.count, scale: 1.7 * Double(s))
      case .uniform(let fanIn):
        values = numbers.floats(entry.parameter.count, scale: 1.5 / Double(fanIn).squareRoot())
      }
      for (i, value) in values.enumerated() { store.values[entry.parameter.offset + i] = value }
    }
    return store
  }

  /// The named parameters in the given ranges.
  static func entries(
    _ ranges: Range<Int>..., of model: ZonkeyModel = model
  ) -> [ParameterList.Entry] {
    model.parameters.entries.filter { entry in
      ranges.contains { $0.contains(entry.parameter.offset) }
    }
  }
}

extension GradientCheck {
  /// The check with the small model's weights, and those of the given ranges as inputs.
  func using(_ entries: [ParameterList.Entry]) -> GradientCheck {
    var check = self
    check.weights = GradientModel.weights
    check.parameters = entries
    return check
  }

  /// The check with weights of another model, and some of them as inputs.
  func using(_ entries: [ParameterList.Entry], of model: ZonkeyModel) -> GradientCheck {
    var check = self
    check.weights = GradientModel.randomWeights(of: model)
    check.parameters = entries
    return check
  }

  /// The check with other steps or bounds.
  func with(step: Double? = nil, tolerance: Double? = nil, workers: Int? = nil) -> GradientCheck {
    var check = self
    check.step = step ?? self.step
    check.tolerance = tolerance ?? self.tolerance
    check.workers = workers ?? self.workers
    return check
  }
}
