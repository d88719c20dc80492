import ZonkeyEngine
import ZonkeyBase

/// The content of a checkpoint file: a model, its averaged weights, and what a run needs to go on.
///
/// One safetensors file in a zstd frame. Arrays: every parameter under its own name (training
/// weights), and with the prefixes `average.`, `adam.first.`, `adam.second.`; metadata holds the
/// configuration, the state and the calibration as JSON.
public struct Checkpoint: Sendable {
  package let model: ZonkeyModel
  package let state: TrainingState
  package let weights: ParameterStore
  package let average: ParameterStore
  package let first: ParameterStore?
  package let second: ParameterStore?
  package let calibrations: [Calibration]
  public let id: String

  package static let format = "zk-checkpoint-1"

  /// Reads and checks a checkpoint; throws `badModel` or `noInput`.
  public init(path: String) throws(ZonkeyError) {
    try self.init(path: path, forTraining: true)
  }

  /// Without `forTraining`, arrays that only training needs are left aside.
  package init(path: String, forTraining: Bool) throws(ZonkeyError) {
    let file = try CheckpointFile.read(path)
    guard file.metadata["format"] == Self.format else {
      throw .badModel(path: path, reason: "this is no zk checkpoint of format \(Self.format)")
    }
    model = try Self.model(file, path: path)
    state = try TrainingState(
      json: try Self.json(file, "state", path: path), path: path)
    let arrays = Dictionary(
      file.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    average = try Self.store(arrays, prefix: "average.", model: model, path: path)
    if forTraining, arrays["adam.first.embedding"] != nil {
      weights = try Self.store(arrays, prefix: "", model: model, path: path)
      first = try Self.store(arrays, prefix: "adam.first.", model: model, path: path)
      second = try Self.store(arrays, prefix: "adam.second.", model: model, path: path)
    } else {
      (weights, first, second) = (average, nil, nil)
    }
    let values = try Self.json(file, "calibration", path: path).arrayValue ?? []
    calibrations = values.compactMap { Calibration(json: $0) }
    guard calibrations.count == model.levels.count else {
      throw .badModel(path: path, reason: "the calibration does not fit the levels")
    }
    id = file.metadata["id"] ?? ""
  }

  package init(
    model: ZonkeyModel, state: TrainingState, weights: ParameterStore, average: ParameterStore,
    moments: (first: ParameterStore, second: ParameterStore), calibrations: [Calibration]
  ) {
    self.model = model
    self.state = state
    self.weights = weights
    self.average = average
    first = moments.first
    second = moments.second
    self.calibrations = calibrations
    id = Self.fingerprint(model, average)
  }

  /// What a checkpoint for use alone holds: the averaged weights in half precision.
  ///
  /// Rounded weights are another model, with another id.
  public init(exporting checkpoint: Checkpoint) {
    model = checkpoint.model
    state = checkpoint.state
    calibrations = checkpoint.calibrations
    average = ParameterStore(count: checkpoint.average.count)
    for entry in model.parameters.entries {
      // Maps of millions of numbers, as those of places are, need no more than six bits of mantissa
      // each, and what is rounded so takes a third less room when it is compressed.
      let isLarge = entry.parameter.count >= 1 << 20
      for i in entry.parameter.range {
        let half = Float16(checkpoint.average.values[i])
        average.values[i] = Float(isLarge ? half.rounded(toBits: 6) : half)
      }
    }
    (weights, first, second) = (average, nil, nil)
    id = Self.fingerprint(model, average)
  }

  private static func fingerprint(_ model: ZonkeyModel, _ weights: ParameterStore) -> String {
    var hasher = FingerprintHasher()
    hasher.update(model.configuration.json.serialised(sortedKeys: true))
    hasher.update(
      UnsafeRawBufferPointer(
        start: weights.values, count: weights.count * MemoryLayout<Float>.stride))
    return hasher.finish().description
  }

  /// Writes the checkpoint beside `path` and renames it over it.
  ///
  /// Without optimiser state the weights are written in half precision, which exported ones have.
  public func write(to path: String) throws(ZonkeyError) {
    let metadata = [
      "format": Self.format, "id": id,
      "configuration": String(decoding: model.configuration.json.serialised(), as: UTF8.self),
      "state": String(decoding: state.json.serialised(), as: UTF8.self),
      "calibration": String(
        decoding: JSONValue.array(calibrations.map(\.json)).serialised(), as: UTF8.self),
    ]
    var stores: [(prefix: String, store: ParameterStore)] = [("average.", average)]
    if let first, let second {
      stores += [("", weights), ("adam.first.", first), ("adam.second.", second)]
    }
    let type: ElementType = isResumable ? .float32 : .float16
    let entries = model.parameters.entries
    let header = SafetensorsHeader(
      metadata: metadata,
      arrays: stores.flatMap { prefix, _ in
        entries.map { (prefix + $0.name, type, [$0.parameter.rows, $0.parameter.columns]) }
      })
    try CheckpointFile.write(header, to: path, level: isResumable ? 1 : 19) { index in
      let (store, entry) = (stores[index / entries.count].store, entries[index % entries.count])
      return NamedArray(
        name: entry.name, shape: [entry.parameter.rows, entry.parameter.columns],
        floats: store.array(entry.parameter), type: type
      ).bytes
    }
  }

  /// The model for use, with the averaged weights.
  public var zonkey: Zonkey {
    Zonkey(model: model, weights: average, calibrations: calibrations, state: state, id: id)
  }

  /// Throws `badModel` when a weight is not finite or the id is not that of the weights.
  public func verify(path: String) throws(ZonkeyError) {
    for store in [average, weights, first, second].compactMap({ $0 }) {
      for entry in model.parameters.entries {
        guard store.array(entry.parameter).allSatisfy(\.isFinite) else {
          throw .badModel(path: path, reason: "'\(entry.name)' holds numbers that are not finite")
        }
      }
    }
    let found = Self.fingerprint(model, average)
    guard found == id else {
      throw .badModel(
        path: path, reason: "its id is \(id), but its weights have \(found): they were changed")
    }
  }

  /// Whether training can go on from here.
  public var isResumable: Bool { first != nil && second != nil }

  private static func json(
    _ file: SafetensorsFile, _ key: String, path: String
  ) throws(ZonkeyError) -> JSONValue {
    guard let text = file.metadata[key], let value = try? JSONValue(parsing: text) else {
      throw .badModel(path: path, reason: "its \(key) is missing or not JSON")
    }
    return value
  }

  private static func model(
    _ file: SafetensorsFile, path: String
  ) throws(ZonkeyError) -> ZonkeyModel {
    // What a file does not tell was not known when it was written: it means the paper's form.
    guard var configuration = Configuration.preset("paper") else {
      throw .badModel(path: path, reason: "no base configuration")
    }
    do {
      try configuration.apply(try json(file, "configuration", path: path))
      try configuration.validateForDocuments()
      return try ZonkeyModel(configuration)
    } catch .badConfiguration(let key, let reason) {
      throw .badModel(path: path, reason: "its configuration is wrong, \(key): \(reason)")
    }
  }

  private static func store(
    _ arrays: [String: NamedArray], prefix: String, model: ZonkeyModel, path: String
  ) throws(ZonkeyError) -> ParameterStore {
    let store = ParameterStore(count: model.parameters.count)
    for entry in model.parameters.entries {
      guard let array = arrays[prefix + entry.name] else {
        throw .badModel(path: path, reason: "the array \(prefix + entry.name) is missing")
      }
      let shape = [entry.parameter.rows, entry.parameter.columns]
      guard array.shape == shape else {
        throw .badModel(
          path: path,
          reason: "\(prefix + entry.name) has the shape \(array.shape), not \(shape)")
      }
      let values = try array.floats()
      (store.values + entry.parameter.offset).update(from: values, count: values.count)
    }
    return store
  }
}

extension Zonkey {
  /// Reads the model of a checkpoint for use; throws `badModel` or `noInput`.
  public convenience init(
    path: String, arithmetic: Arithmetic = .float32
  ) throws(ZonkeyError) {
    let checkpoint = try Checkpoint(path: path, forTraining: false)
    self.init(
      model: checkpoint.model, weights: checkpoint.average, calibrations: checkpoint.calibrations,
      state: checkpoint.state, id: checkpoint.id, arithmetic: arithmetic)
  }
}

extension Float16 {
  /// The nearest number with so many bits of mantissa.
  fileprivate func rounded(toBits bits: Int) -> Float16 {
    guard isFinite else { return self }
    let dropped = Float16.significandBitCount - bits
    let half: UInt16 = 1 << UInt16(dropped - 1)
    let (sum, isOver) = bitPattern.addingReportingOverflow(half)
    let rounded = Float16(bitPattern: (isOver ? bitPattern : sum) & ~(2 * half - 1))
    return rounded.isFinite ? rounded : self
  }
}
