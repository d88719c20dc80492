import TestSupport
import Testing
import ZonkeyCore

/// A model that was read for its lower levels only.
@Suite struct LowerLevelsTests {
  private static let text = Array("Lower levels split and encode as those of the whole.".utf8)

  /// A checkpoint with a lexicon, for use and for going on with.
  private func write(to folder: String) throws -> [String] {
    let zonkey = try randomZonkey()
    let moments = ParameterStore(count: zonkey.weights.count)
    let checkpoint = Checkpoint(
      model: zonkey.model, state: zonkey.state, weights: zonkey.weights, average: zonkey.weights,
      moments: (moments, moments), calibrations: zonkey.calibrations)
    let lexicon = Lexicon(counted: [Array(" levels".utf8): [3, 0, 0, 0]])
    try Checkpoint(exporting: checkpoint, lexicon: lexicon).write(to: "\(folder)/use")
    try checkpoint.write(to: "\(folder)/training")
    return ["\(folder)/use", "\(folder)/training"]
  }

  private func encoded(by zonkey: Zonkey, level: Int) throws -> EncodedDocument {
    try DocumentEncoder(zonkey, options: SplitOptions(topLevel: level))
      .encode([Self.text], withLatents: true)[0]
  }

  @Test func theyAreThoseOfTheWhole() throws {
    try withTemporaryFolder { folder in
      for path in try write(to: folder) {
        let whole = try Zonkey(path: path)
        for level in 0...1 {
          let part = try Zonkey(path: path, topLevel: level)
          let (one, other) = try (encoded(by: part, level: level), encoded(by: whole, level: level))
          #expect(one.segments == other.segments && one.latents == other.latents)
          #expect(one.segments[level].count > 1 && part.id == whole.id)
        }
      }
    }
  }

  @Test func whatLiesAboveIsLeftAside() throws {
    try withTemporaryFolder { folder in
      for path in try write(to: folder) {
        let part = try Zonkey(path: path, topLevel: 0)
        let above = part.model.levels[1].splitterRange.lowerBound
        #expect((above..<part.weights.count).allSatisfy { part.weights.values[$0] == 0 })
        #expect(part.lexicon == nil)
      }
    }
  }

  @Test func levelsThatAreNotThereAreSaidSo() throws {
    try withTemporaryFolder { folder in
      let path = try write(to: folder)[0]
      for level in [-3, 2, .max] {
        let zonkey = try Zonkey(path: path, topLevel: level)
        #expect(throws: ZonkeyError.self) { try encoded(by: zonkey, level: level) }
      }
    }
  }
}
