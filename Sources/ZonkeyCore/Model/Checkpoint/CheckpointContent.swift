import ZonkeyBase
import ZonkeyEngine

/// What a checkpoint's header says, compared with what it must say.
///
/// Nothing in the file is believed. The settings are validated first; they tell the name and the
/// shape of every array, which the header must have and no others.
package struct CheckpointContent {
  /// The format that is written, and read.
  package static let format = "\(formatName)1"
  static let formatName = "zk-checkpoint-"
  static let checksumKey = "checksum"

  /// The kinds of arrays, by what stands before a parameter's name.
  enum Group: String, CaseIterable {
    case average = "average."
    case weights = ""
    case first = "adam.first."
    case second = "adam.second."
  }

  let model: ZonkeyModel
  let state: TrainingState
  let calibrations: [Calibration]
  /// Whether the arrays that only training needs are there too.
  let isResumable: Bool
  /// By name.
  private let places: [String: (group: Group, parameter: Parameter)]

  /// Throws `badModel` for a header that is not one of a checkpoint.
  init(_ file: SafetensorsReader) throws(ZonkeyError) {
    let (metadata, path) = (file.header.metadata, file.path)
    try Self.checkFormat(metadata["format"], path: path)
    model = try Self.model(metadata, path: path)
    state = try TrainingState(json: try Self.json(metadata, "state", path: path), path: path)
    if let counts = state.levelSteps, counts.count != model.levels.count {
      throw .badModel(path: path, reason: "its state tells steps of \(counts.count) levels")
    }
    calibrations = try Self.calibrations(metadata, levels: model.levels.count, path: path)
    isResumable = file.header.entries.contains { !$0.name.hasPrefix(Group.average.rawValue) }
    var places: [String: (group: Group, parameter: Parameter)] = [:]
    for group in isResumable ? Group.allCases : [.average] {
      for entry in model.parameters.entries {
        places[group.rawValue + entry.name] = (group, entry.parameter)
      }
    }
    self.places = places
    try checkArrays(file)
  }

  /// Compares names, types and shapes with those that the settings make.
  private func checkArrays(_ file: SafetensorsReader) throws(ZonkeyError) {
    func fail(_ reason: String) -> ZonkeyError { .badModel(path: file.path, reason: reason) }
    for entry in file.header.entries {
      guard let parameter = places[entry.name]?.parameter else {
        throw fail(
          "the array \(entry.name) belongs to no model of these settings; use a zk as new as the "
            + "file")
      }
      let shape = [parameter.rows, parameter.columns]
      guard entry.shape == shape else {
        throw fail("\(entry.name) has the shape \(entry.shape.prefix(8)), not \(shape)")
      }
      guard entry.type.isFloatingPoint else {
        throw fail("\(entry.name) holds \(entry.type.rawValue) where floats should be")
      }
    }
    // Names are unique, so with none too many as many as there must be are all of them.
    guard file.header.entries.count == places.count else {
      let found = Set(file.header.entries.map(\.name))
      let missing = places.keys.filter { !found.contains($0) }.min() ?? ""
      throw fail("the array \(missing) is missing")
    }
  }

  /// Reads all arrays, those of the groups and of the levels that are wanted into their stores;
  /// whether a checksum covered everything.
  func read(
    _ file: SafetensorsReader, through topLevel: Int, into stores: [Group: ParameterStore]
  ) throws(ZonkeyError) -> Bool {
    let end = model.levels[topLevel].range.upperBound
    let wanted = file.header.metadata[Self.checksumKey]
    // The compression's own checksum covers the same bytes.
    var checksum =
      wanted != nil && !file.isChecked ? Checksum(metadata: file.header.metadata) : nil
    for index in file.header.dataOrder {
      let entry = file.header.entries[index]
      let place = places[entry.name]
      var target = place.flatMap { place in
        place.parameter.offset < end
          ? stores[place.group].map { $0.values + place.parameter.offset } : nil
      }
      try file.forEachPiece(of: entry) { piece in
        checksum?.add(piece)
        guard let values = target else { return }
        entry.type.readFloats(piece, into: values)
        target = values + piece.count / entry.type.byteCount
      }
    }
    try file.finish()
    if let checksum, checksum.text != wanted {
      throw .badModel(
        path: file.path,
        reason: "its checksum is not that of its content: it is damaged; copy it again or use an "
          + "older one")
    }
    return file.isChecked || checksum != nil
  }

  /// The checksum of metadata and arrays, which covers what the id leaves out.
  struct Checksum {
    private var hasher = FingerprintHasher()

    init(metadata: [String: String]) {
      let sorted = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for (key, value) in sorted where key != CheckpointContent.checksumKey {
        for text in [key, value] {
          hasher.update(text.utf8.count)
          hasher.update(text.utf8)
        }
      }
    }

    /// Adds the next bytes in the order of the data.
    mutating func add(_ bytes: UnsafeRawBufferPointer) { hasher.update(bytes) }

    var text: String { hasher.finish().description }
  }
}

extension CheckpointContent {
  private static func checkFormat(_ found: String?, path: String) throws(ZonkeyError) {
    guard found != format else { return }
    let version = found.flatMap {
      $0.hasPrefix(formatName) ? Int($0.dropFirst(formatName.count)) : nil
    }
    guard let version, version > 1 else {
      throw .badModel(path: path, reason: "this is no zk checkpoint of format \(format)")
    }
    throw .badModel(
      path: path,
      reason: "written in format \(version) of checkpoints, this zk reads 1; use a newer zk")
  }

  private static func json(
    _ metadata: [String: String], _ key: String, path: String
  ) throws(ZonkeyError) -> JSONValue {
    guard let text = metadata[key], let value = try? JSONValue(parsing: text) else {
      throw .badModel(path: path, reason: "its \(key) is missing or not JSON")
    }
    return value
  }

  private static func model(
    _ metadata: [String: String], path: String
  ) throws(ZonkeyError) -> ZonkeyModel {
    // What a file does not tell was not known when it was written: it means the paper's form.
    guard var configuration = Configuration.preset("paper") else {
      throw .badModel(path: path, reason: "no base configuration")
    }
    do {
      try configuration.apply(try json(metadata, "configuration", path: path))
      try configuration.validateForDocuments()
      return try ZonkeyModel(configuration)
    } catch .badConfiguration(let key, let reason) {
      throw .badModel(path: path, reason: "its configuration is wrong, \(key): \(reason)")
    }
  }

  private static func calibrations(
    _ metadata: [String: String], levels: Int, path: String
  ) throws(ZonkeyError) -> [Calibration] {
    let values = try json(metadata, "calibration", path: path).arrayValue ?? []
    let calibrations = values.compactMap { Calibration(json: $0) }
    guard calibrations.count == levels, values.count == levels else {
      throw .badModel(path: path, reason: "the calibration does not fit the levels")
    }
    return calibrations
  }

  /// A model may have none.
  func lexicon(_ file: SafetensorsReader) throws(ZonkeyError) -> Lexicon? {
    let (metadata, path) = (file.header.metadata, file.path)
    guard metadata["lexicon"] != nil else { return nil }
    let value = try Self.json(metadata, "lexicon", path: path)
    let lengths = model.levels.map(\.configuration.segmentLength)
    guard let lexicon = Lexicon(json: value, segmentLengths: lengths) else {
      throw .badModel(path: path, reason: "its lexicon is wrong")
    }
    return lexicon
  }
}
