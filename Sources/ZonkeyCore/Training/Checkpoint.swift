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

  private static let format = "zk-checkpoint-1"

  /// Reads and checks a checkpoint; throws `badModel` or `noInput`.
  public init(path: String) throws(ZonkeyError) {
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
    let isComplete = arrays["adam.first.embedding"] != nil
    weights =
      isComplete ? try Self.store(arrays, prefix: "", model: model, path: path) : average
    first =
      isComplete ? try Self.store(arrays, prefix: "adam.first.", model: model, path: path) : nil
    second =
      isComplete ? try Self.store(arrays, prefix: "adam.second.", model: model, path: path) : nil
    let values = try Self.json(file, "calibration", path: path).arrayValue ?? []
    calibrations = values.compactMap { Calibration(json: $0) }
    guard calibrations.count == model.levels.count else {
      throw .badModel(path: path, reason: "the calibration does not fit the levels")
    }
    id = file.metadata["id"] ?? ""
  }

  package init(_ trainer: Trainer, calibrations: [Calibration]) {
    model = trainer.model
    state = trainer.state
    weights = trainer.weights
    average = trainer.average
    first = trainer.optimiser.first
    second = trainer.optimiser.second
    self.calibrations = calibrations
    var hasher = FingerprintHasher()
    hasher.update(model.configuration.json.serialised(sortedKeys: true))
    hasher.update(
      UnsafeRawBufferPointer(
        start: average.values, count: average.count * MemoryLayout<Float>.stride))
    id = hasher.finish().description
  }

  /// Writes the checkpoint beside `path` and renames it over it.
  public func write(to path: String, threads: Int = 1) throws(ZonkeyError) {
    var file = SafetensorsFile(metadata: [
      "format": Self.format, "id": id,
      "configuration": String(decoding: model.configuration.json.serialised(), as: UTF8.self),
      "state": String(decoding: state.json.serialised(), as: UTF8.self),
      "calibration": String(
        decoding: JSONValue.array(calibrations.map(\.json)).serialised(), as: UTF8.self),
    ])
    var stores: [(String, ParameterStore)] = [("average.", average)]
    if let first, let second {
      stores += [("", weights), ("adam.first.", first), ("adam.second.", second)]
    }
    for (prefix, store) in stores {
      for entry in model.parameters.entries {
        let shape = [entry.parameter.rows, entry.parameter.columns]
        file.tensors.append(
          NamedArray(
            name: prefix + entry.name, shape: shape, floats: store.array(entry.parameter)))
      }
    }
    try CheckpointFile.write(file, to: path, level: 1, threads: threads)
  }

  /// The model for use, with the averaged weights.
  public var zonkey: Zonkey {
    Zonkey(model: model, weights: average, calibrations: calibrations, state: state, id: id)
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
    guard var configuration = Configuration.preset("tiny") else {
      throw .badModel(path: path, reason: "no base configuration")
    }
    do {
      try configuration.apply(try json(file, "configuration", path: path))
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
      for (i, value) in values.enumerated() { store.values[entry.parameter.offset + i] = value }
    }
    return store
  }
}

extension Trainer {
  /// The run's checkpoint, calibrated on sample texts.
  public func checkpoint(calibratedOn texts: [[UInt8]]) throws(ZonkeyError) -> Checkpoint {
    Checkpoint(
      self,
      calibrations: try Zonkey.calibrations(model: model, weights: average, texts: texts))
  }
}

extension Checkpoint {
  /// The trainer that goes on from here, over a corpus opened at its beginning.
  package func trainer(crops: CropBuffer, threads: Int, path: String) throws -> Trainer {
    guard let first, let second else {
      throw ZonkeyError.badModel(
        path: path, reason: "it holds no optimiser state, so that training cannot go on from it")
    }
    return try Trainer(
      model, state: state, weights: weights, average: average,
      optimiser: AdamW(first: first, second: second, steps: state.step), crops: crops,
      threads: threads)
  }
}
