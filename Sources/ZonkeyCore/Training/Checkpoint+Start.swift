import ZonkeyBase
import ZonkeyEngine
import ZonkeyModel
import ZonkeyPlatform

extension Checkpoint {
  /// The configuration, as what a run from here begins with.
  public var configuration: Configuration { model.configuration }

  /// Throws `badConfiguration` with the first setting by which these weights do not fit.
  ///
  /// Levels may be added on top or left out; those that both have must have units of one width.
  public func checkStart(_ configuration: Configuration) throws(ZonkeyError) {
    let own = self.configuration
    func check(_ key: String, _ wanted: Int, _ there: Int) throws(ZonkeyError) {
      guard wanted != there else { return }
      throw .badConfiguration(
        key: key, reason: "is \(wanted) here, but \(there) in the model to start from")
    }
    try check("vocabulary", configuration.vocabulary, own.vocabulary)
    for (index, (a, b)) in zip(configuration.levels, own.levels).enumerated() {
      try check("levels.\(index).width", a.width, b.width)
    }
  }

  /// Copies the averaged weights to those arrays of another model that have their names and shapes;
  /// returns how many.
  package func copyWeights(to weights: ParameterStore, of other: ZonkeyModel) -> Int {
    var count = 0
    for (entry, source) in sources(of: other) {
      guard let source else { continue }
      (weights.values + entry.parameter.offset).update(
        from: average.values + source.offset, count: source.count)
      count += 1
    }
    return count
  }

  /// The arrays of another model that have none of their name and shape here.
  func newArrays(of other: ZonkeyModel) -> [ParameterList.Entry] {
    sources(of: other).filter { $0.source == nil }.map(\.entry)
  }

  /// The arrays of another model, each with the one of its name and shape here.
  private func sources(
    of other: ZonkeyModel
  ) -> [(entry: ParameterList.Entry, source: Parameter?)] {
    let own = Dictionary(
      model.parameters.entries.map { ($0.name, $0.parameter) }, uniquingKeysWith: { a, _ in a })
    return other.parameters.entries.map { entry in
      let source = own[entry.name]
      let fits = source?.rows == entry.parameter.rows && source?.columns == entry.parameter.columns
      return (entry, fits ? source : nil)
    }
  }

  /// How many arrays of a model of this configuration begin with weights of this file, and of how
  /// many.
  public func fit(_ configuration: Configuration) throws(ZonkeyError) -> (taken: Int, all: Int) {
    let other = try ZonkeyModel(configuration)
    return (
      copyWeights(to: ParameterStore(count: other.parameters.count), of: other),
      other.parameters.entries.count
    )
  }
}

extension Configuration {
  /// Throws `badConfiguration` when a run of so many steps ends before a stage of it begins.
  public func checkStages(steps: Int) throws(ZonkeyError) {
    let batches = Double(steps) * Double(departures.accumulate)
    let bytes = Int(bounded: batches * Double(batch) * Double(levels[0].documentLength))
    for (index, level) in levels.enumerated() {
      for (key, from) in [
        ("fromByte", level.departures.fromByte), ("noiseFromByte", level.departures.noiseFromByte),
      ] where from >= bytes {
        throw .badConfiguration(
          key: "levels.\(index).\(key)",
          reason: "is \(from), but \(steps) steps see at most \(bytes) bytes: it never begins")
      }
    }
  }
}
