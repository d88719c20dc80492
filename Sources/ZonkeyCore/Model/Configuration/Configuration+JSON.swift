import ZonkeyBase

/// A setting's name and where it lies.
private enum Field<Root> {
  case count(String, WritableKeyPath<Root, Int>)
  case real(String, WritableKeyPath<Root, Float>)
  case flag(String, WritableKeyPath<Root, Bool>)

  var name: String {
    switch self {
    case .count(let name, _), .real(let name, _), .flag(let name, _): return name
    }
  }

  func value(of root: Root) -> JSONValue {
    switch self {
    case .count(_, let path): return .integer(Int64(root[keyPath: path]))
    case .real(_, let path): return JSONValue(root[keyPath: path])
    case .flag(_, let path): return .bool(root[keyPath: path])
    }
  }

  func set(_ value: JSONValue, on root: inout Root, key: String) throws(ZonkeyError) {
    switch (self, value) {
    case (.count(_, let path), .integer(let number)):
      guard let number = Int(exactly: number) else {
        throw .badConfiguration(key: key, reason: "the number is too large")
      }
      root[keyPath: path] = number
    case (.real(_, let path), .integer(let number)): root[keyPath: path] = Float(number)
    case (.real(_, let path), .number(let number)): root[keyPath: path] = Float(number)
    case (.flag(_, let path), .bool(let flag)): root[keyPath: path] = flag
    case (.count, _): throw .badConfiguration(key: key, reason: "needs a whole number")
    case (.real, _): throw .badConfiguration(key: key, reason: "needs a number")
    case (.flag, _): throw .badConfiguration(key: key, reason: "needs true or false")
    }
  }
}

private func configurationFields() -> [Field<Configuration>] {
  [
    .count("vocabulary", \.vocabulary), .count("topDocumentLength", \.topDocumentLength),
    .count("feedForwardRatio", \.feedForwardRatio), .real("noiseStep", \.noiseStep),
    .real("lastNoiseStep", \.lastNoiseStep), .real("livingBound", \.livingBound),
    .real("wholeShare", \.wholeShare),
    .flag("paddedDocuments", \.paddedDocuments), .count("batch", \.batch),
    .real("learningRate", \.learningRate), .count("warmupSteps", \.warmupSteps),
    .real("decayShare", \.decayShare), .real("weightDecay", \.weightDecay),
    .real("gradientClip", \.gradientClip), .real("averageDecay", \.averageDecay),
  ]
}

private func departureFields() -> [Field<Configuration>] {
  [
    .flag("arcNoise", \.departures.arcNoise), .flag("directNoise", \.departures.directNoise),
    .flag("allCandidates", \.departures.allCandidates),
    .real("beginningShare", \.departures.beginningShare),
    .real("hiddenSpaces", \.departures.hiddenSpaces),
    .flag("clipsByLevel", \.departures.clipsByLevel),
    .count("accumulate", \.departures.accumulate),
  ]
}

private func levelFields() -> [Field<LevelConfiguration>] {
  [
    .count("width", \.width), .count("compressionVectors", \.compressionVectors),
    .count("segmentLength", \.segmentLength), .count("documentLength", \.documentLength),
    .count("segmentLimit", \.segmentLimit), .count("heads", \.heads),
    .count("compressorLayers", \.compressorLayers),
    .count("decompressorLayers", \.decompressorLayers),
    .count("denoiserLayers", \.denoiserLayers), .real("targetRate", \.targetRate),
    .count("minimumLength", \.minimumLength),
  ]
}

private func levelDepartureFields() -> [Field<LevelConfiguration>] {
  [
    .flag("parallelDecoder", \.departures.parallelDecoder),
    .flag("placeMaps", \.departures.placeMaps),
    .flag("placeSums", \.departures.placeSums),
    .flag("unitShares", \.departures.unitShares), .flag("centred", \.departures.centred),
    .count("splitterReach", \.departures.splitterReach),
    .count("splitterWidth", \.departures.splitterWidth),
    .flag("timeNetwork", \.departures.timeNetwork),
    .flag("selfConditioning", \.departures.selfConditioning),
    .real("noiseSkew", \.departures.noiseSkew),
    .real("noisyConcentration", \.departures.noisyConcentration),
    .count("priorLayers", \.departures.priorLayers),
    .count("fromByte", \.departures.fromByte),
    .count("noiseFromByte", \.departures.noiseFromByte),
    .count("splitterToByte", \.departures.splitterToByte),
    .count("encoderToByte", \.departures.encoderToByte),
    .real("learningRateShare", \.departures.learningRateShare),
    .count("fullRateInputs", \.departures.fullRateInputs),
    .flag("chosenEnds", \.departures.chosenEnds),
    .real("downwardGradient", \.departures.downwardGradient),
    .real("splitterGradient", \.departures.splitterGradient),
  ]
}

private func weightFields() -> [Field<LossWeights>] {
  [
    .real("collapse", \.collapse), .real("cleanExistence", \.cleanExistence),
    .real("maskedModelling", \.maskedModelling),
    .real("cleanReconstruction", \.cleanReconstruction),
    .real("cleanStitcherPosition", \.cleanStitcherPosition),
    .real("cleanStitcherSequence", \.cleanStitcherSequence),
    .real("dirtyExistence", \.dirtyExistence),
    .real("dirtyReconstruction", \.dirtyReconstruction), .real("meanBoundary", \.meanBoundary),
    .real("patch", \.patch), .real("shortSegment", \.shortSegment),
    .real("nullPosition", \.nullPosition), .real("nullSequence", \.nullSequence),
  ]
}

/// Losses that the paper does not have.
private func newWeightFields() -> [Field<LossWeights>] {
  [
    .real("rate", \.rate), .real("lineStart", \.lineStart),
    .real("unitSymbols", \.unitSymbols), .real("unitPrior", \.unitPrior),
  ]
}

/// The settings by their names; of `departures`, where `paper` is given, those alone that have other
/// values there.
private func object<Root>(
  _ root: Root, _ fields: [Field<Root>], departures: [Field<Root>], paper: Root?
) -> JSONObject {
  var object = JSONObject()
  for field in fields { object[field.name] = field.value(of: root) }
  for field in departures where paper.map({ field.value(of: $0) }) != field.value(of: root) {
    object[field.name] = field.value(of: root)
  }
  return object
}

private func assign<Root>(
  _ members: JSONObject, to root: inout Root, _ fields: [Field<Root>], prefix: String,
  except: [String] = []
) throws(ZonkeyError) {
  for member in members.members where !except.contains(member.key) {
    guard let field = fields.first(where: { $0.name == member.key }) else {
      let known = fields.map(\.name).joined(separator: ", ")
      throw .badConfiguration(
        key: prefix + member.key, reason: "unknown setting; known here: \(known)")
    }
    try field.set(member.value, on: &root, key: prefix + member.key)
  }
}

extension LossWeights {
  fileprivate func json(isWhole: Bool) -> JSONValue {
    var paper = self
    (paper.rate, paper.lineStart) = (0, 0)
    (paper.unitSymbols, paper.unitPrior) = (0, 0)
    return .object(
      object(
        self, weightFields(), departures: newWeightFields(), paper: isWhole ? nil : paper))
  }
}

extension LossWeights {
  /// Every weight by its key.
  package var named: [(key: String, value: Float)] {
    (weightFields() + newWeightFields()).compactMap { field in
      guard case .real(let name, let path) = field else { return nil }
      return (name, self[keyPath: path])
    }
  }
}

extension Configuration {
  /// The configuration as JSON, every key present.
  package var json: JSONValue { json(isWhole: true) }

  /// What a model's id is made of beside its weights: departures that it does not make are left out,
  /// so that models from before they could be made keep their ids.
  package var identity: JSONValue { json(isWhole: false) }

  private func json(isWhole: Bool) -> JSONValue {
    var paper = self
    paper.departures = .none
    var out = object(
      self, configurationFields(), departures: departureFields(), paper: isWhole ? nil : paper)
    out["levels"] = .array(
      levels.map { level in
        var paper = level
        paper.departures = .none
        var members = object(
          level, levelFields(), departures: levelDepartureFields(), paper: isWhole ? nil : paper)
        // No weights of its own is a setting too.
        members["weights"] = level.weights?.json(isWhole: isWhole) ?? (isWhole ? .null : nil)
        return .object(members)
      })
    out["weights"] = weights.json(isWhole: isWhole)
    return .object(out)
  }

  /// Changes the settings that `json` names; unknown keys and wrong types are errors.
  ///
  /// `levels` replaces the list: each entry changes the level at its place, further entries start
  /// as copies of the last level with the width that follows from it.
  package mutating func apply(_ json: JSONValue) throws(ZonkeyError) {
    guard case .object(let members) = json else {
      throw .badConfiguration(key: "(file)", reason: "needs a JSON object")
    }
    try assign(
      members, to: &self, configurationFields() + departureFields(), prefix: "",
      except: ["levels", "weights"])
    if let value = members["weights"] {
      guard case .object(let members) = value else {
        throw .badConfiguration(key: "weights", reason: "needs an object")
      }
      try assign(members, to: &weights, weightFields() + newWeightFields(), prefix: "weights.")
    }
    if let value = members["levels"] { try applyLevels(value) }
  }

  private mutating func applyLevels(_ value: JSONValue) throws(ZonkeyError) {
    guard case .array(let entries) = value, (1...6).contains(entries.count) else {
      throw .badConfiguration(key: "levels", reason: "needs a list of 1 to 6 objects")
    }
    var changed: [LevelConfiguration] = []
    for (index, entry) in entries.enumerated() {
      guard case .object(let members) = entry else {
        throw .badConfiguration(key: "levels.\(index)", reason: "needs an object")
      }
      var level = index < levels.count ? levels[index] : changed[index - 1]
      if index >= levels.count { level.width = changed[index - 1].latentWidth }
      try assign(
        members, to: &level, levelFields() + levelDepartureFields(), prefix: "levels.\(index).",
        except: ["weights"])
      if members["weights"]?.isNull == true {
        level.weights = nil
      } else if let value = members["weights"] {
        guard case .object(let members) = value else {
          throw .badConfiguration(key: "levels.\(index).weights", reason: "needs an object")
        }
        var own = level.weights ?? weights
        try assign(
          members, to: &own, weightFields() + newWeightFields(), prefix: "levels.\(index).weights.")
        level.weights = own
      }
      changed.append(level)
    }
    levels = changed
  }

  /// Sets one value by its dotted key, such as `levels.0.targetRate=0.2`.
  package mutating func set(_ assignment: String) throws(ZonkeyError) {
    guard let equals = assignment.firstIndex(of: "=") else {
      throw .badConfiguration(key: assignment, reason: "write it as key=value")
    }
    let key = String(assignment[..<equals])
    let text = String(assignment[assignment.index(after: equals)...])
    guard let value = try? JSONValue(parsing: text) else {
      throw .badConfiguration(key: key, reason: "\(text) is no number, true or false")
    }
    let parts = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    switch (parts.count, parts[0]) {
    case (3, "levels"):
      guard let index = Int(parts[1]), levels.indices.contains(index) else {
        throw .badConfiguration(
          key: key, reason: "there are levels 0 to \(levels.count - 1) here")
      }
      try assign(
        [parts[2]: value], to: &levels[index], levelFields() + levelDepartureFields(),
        prefix: "levels.\(index).")
    case (4, "levels") where parts[2] == "weights":
      guard let index = Int(parts[1]), levels.indices.contains(index) else {
        throw .badConfiguration(
          key: key, reason: "there are levels 0 to \(levels.count - 1) here")
      }
      var own = levels[index].weights ?? weights
      try assign(
        [parts[3]: value], to: &own, weightFields() + newWeightFields(),
        prefix: "levels.\(index).weights.")
      levels[index].weights = own
    case (2, "weights"):
      try assign(
        [parts[1]: value], to: &weights, weightFields() + newWeightFields(), prefix: "weights.")
    default:
      try assign([key: value], to: &self, configurationFields() + departureFields(), prefix: "")
    }
  }
}
