import ZonkeyEngine
import ZonkeyBase

/// The content of a checkpoint file: a model, its averaged weights, and what a run needs to go on.
///
/// One safetensors file in a zstd frame. Arrays: every parameter under its own name (training
/// weights), and with the prefixes `average.`, `adam.first.`, `adam.second.`; metadata holds the
/// configuration, the state and the calibration as JSON. `CheckpointContent` reads and checks it.
public struct Checkpoint: Sendable {
  package let model: ZonkeyModel
  package let state: TrainingState
  package let weights: ParameterStore
  package let average: ParameterStore
  package let first: ParameterStore?
  package let second: ParameterStore?
  package let calibrations: [Calibration]
  public let lexicon: Lexicon?
  public let id: String

  /// Whether a checksum of the whole content was compared when it was read.
  package let isChecked: Bool

  /// What of a checkpoint is kept. The whole file is read and compared with its checksum anyway.
  package enum Part {
    case everything
    /// Without the arrays that only training needs.
    case model
    /// Of that, what splits, encodes and decodes at the levels up to one: the weights of those above
    /// stay zeros, and there is no lexicon.
    case levels(through: Int)
  }

  /// Reads and checks a checkpoint; throws `badModel` or `noInput`.
  public init(path: String) throws(ZonkeyError) {
    try self.init(path: path, .everything)
  }

  package init(path: String, _ part: Part) throws(ZonkeyError) {
    try self.init(SafetensorsReader(path: path), part)
  }

  /// Reads a checkpoint whose header is known: settings and shapes are compared with each other
  /// before memory is taken for any weight.
  package init(_ file: SafetensorsReader, _ part: Part) throws(ZonkeyError) {
    let content = try CheckpointContent(file)
    model = content.model
    state = content.state
    calibrations = content.calibrations
    id = file.header.metadata["id"] ?? ""
    var isTraining = false
    var topLevel = content.model.levels.count - 1
    switch part {
    case .everything: isTraining = content.isResumable
    case .model: break
    case .levels(let through): topLevel = min(max(0, through), topLevel)
    }
    if case .levels = part { lexicon = nil } else { lexicon = try content.lexicon(file) }
    average = ParameterStore(count: model.parameters.count)
    weights = isTraining ? ParameterStore(count: model.parameters.count) : average
    first = isTraining ? ParameterStore(count: model.parameters.count) : nil
    second = isTraining ? ParameterStore(count: model.parameters.count) : nil
    var stores: [CheckpointContent.Group: ParameterStore] = [.average: average]
    if isTraining { stores[.weights] = weights }
    if let first, let second { (stores[.first], stores[.second]) = (first, second) }
    isChecked = try content.read(file, through: topLevel, into: stores)
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
    lexicon = nil
    id = Self.fingerprint(model, average)
    isChecked = true
  }

  /// What a checkpoint for use alone holds: the averaged weights in half precision.
  ///
  /// Rounded weights are another model, with another id, and a lexicon makes none. Without one it
  /// keeps its own.
  public init(exporting checkpoint: Checkpoint, lexicon: Lexicon? = nil) {
    model = checkpoint.model
    state = checkpoint.state
    calibrations = checkpoint.calibrations
    self.lexicon = lexicon ?? checkpoint.lexicon
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
    isChecked = true
  }

  private static func fingerprint(_ model: ZonkeyModel, _ weights: ParameterStore) -> String {
    var hasher = FingerprintHasher()
    hasher.update(model.configuration.identity.serialised(sortedKeys: true))
    hasher.update(
      UnsafeRawBufferPointer(
        start: weights.values, count: weights.count * MemoryLayout<Float>.stride))
    return hasher.finish().description
  }

  /// Writes the checkpoint beside `path` and renames it over it.
  ///
  /// Without optimiser state the weights are written in half precision, which exported ones have.
  public func write(to path: String) throws(ZonkeyError) {
    var stores: [(group: CheckpointContent.Group, store: ParameterStore)] = [(.average, average)]
    if let first, let second {
      stores += [(.weights, weights), (.first, first), (.second, second)]
    }
    let type: ElementType = isResumable ? .float32 : .float16
    let entries = model.parameters.entries
    let arrays = stores.flatMap { group, _ in
      entries.map { entry in
        let shape = [entry.parameter.rows, entry.parameter.columns]
        return (name: group.rawValue + entry.name, type: type, shape: shape)
      }
    }
    func bytes(_ index: Int) -> ArraySlice<UInt8> {
      let (store, entry) = (stores[index / entries.count].store, entries[index % entries.count])
      return NamedArray(
        name: entry.name, shape: arrays[index].shape, floats: store.array(entry.parameter),
        type: type
      ).bytes
    }
    var metadata = metadata
    let draft = SafetensorsHeader(metadata: metadata, arrays: arrays)
    var checksum = CheckpointContent.Checksum(metadata: metadata)
    for index in draft.dataOrder { bytes(index).withUnsafeBytes { checksum.add($0) } }
    metadata[CheckpointContent.checksumKey] = checksum.text
    let header = SafetensorsHeader(metadata: metadata, arrays: arrays)
    guard header.serialised().count <= SafetensorsReader.maximumHeaderBytes else {
      throw .badConfiguration(key: "levels", reason: "a checkpoint cannot have so many layers")
    }
    try CheckpointFile.write(header, to: path, array: bytes)
  }

  private var metadata: [String: String] {
    func text(_ json: JSONValue) -> String { String(decoding: json.serialised(), as: UTF8.self) }
    var metadata = [
      "format": CheckpointContent.format, "id": id,
      "configuration": text(model.configuration.json), "state": text(state.json),
      "calibration": text(.array(calibrations.map(\.json))),
    ]
    metadata["lexicon"] = lexicon.map { text($0.json) }
    return metadata
  }

  /// The model for use, with the averaged weights.
  public var zonkey: Zonkey {
    Zonkey(
      model: model, weights: average, calibrations: calibrations, lexicon: lexicon, state: state,
      id: id)
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
}

extension Zonkey {
  /// Reads the model of a checkpoint for use; throws `badModel` or `noInput`.
  ///
  /// With a `topLevel`, to split, encode and decode at the levels up to it only, which takes less
  /// time and memory.
  public convenience init(
    path: String, arithmetic: Arithmetic = .float32, topLevel: Int? = nil
  ) throws(ZonkeyError) {
    let checkpoint = try Checkpoint(path: path, topLevel.map { .levels(through: $0) } ?? .model)
    self.init(
      model: checkpoint.model, weights: checkpoint.average, calibrations: checkpoint.calibrations,
      lexicon: checkpoint.lexicon, state: checkpoint.state, id: checkpoint.id,
      arithmetic: arithmetic, topLevel: topLevel)
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
