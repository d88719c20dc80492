import Testing
import ZonkeyCore

/// Splitting with a model of random weights: what must hold whatever was learned.
@Suite struct SplitterTests {
  private let zonkey: Zonkey

  init() throws {
    var configuration = try #require(Configuration.preset("tiny"))
    try configuration.apply(
      JSONValue(
        parsing: """
          {"levels": [
            {"width": 16, "compressionVectors": 2, "segmentLength": 12, "documentLength": 64,
             "heads": 2, "compressorLayers": 1, "denoiserLayers": 1},
            {"width": 32, "compressionVectors": 2, "segmentLength": 8, "documentLength": 32,
             "heads": 2, "compressorLayers": 1, "denoiserLayers": 1}]}
          """))
    let model = try ZonkeyModel(configuration)
    let weights = ParameterStore(count: model.parameters.count)
    model.initialize(weights, random: RandomSource(seed: 11))
    let text = Array("calibration needs some text of its own".utf8)
    zonkey = Zonkey(
      model: model, weights: weights,
      calibrations: try Zonkey.calibrations(model: model, weights: weights, texts: [text]),
      state: TrainingState(seed: 11), id: "test")
  }

  private let text = Array(
    String(repeating: "Pieces of a document overlap; größer wird es nicht. ", count: 60).utf8)

  @Test(arguments: [1, 7, 64, 1000]) func piecesGiveTheSameAsTheWhole(pieceLength: Int) throws {
    let options = SplitOptions(topLevel: 1)
    let whole = try Splitter(zonkey, options: options, pieceLength: text.count)
    let pieces = try Splitter(zonkey, options: options, pieceLength: pieceLength)
    let (wanted, found) = (whole.probabilities(of: text), pieces.probabilities(of: text))
    for (a, b) in zip(wanted, found) {
      #expect(a.positions == b.positions)
      #expect(zip(a.allowed, b.allowed).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    let (first, second) = (whole.segments(of: text), pieces.segments(of: text))
    for (a, b) in zip(first, second) {
      #expect(a.map(\.start) == b.map(\.start))
      #expect(a.map(\.end) == b.map(\.end))
    }
  }

  @Test func segmentsOfUpperLevelsBeginWhereLowerOnesDo() throws {
    let levels = try Splitter(zonkey, options: SplitOptions(topLevel: 1)).segments(of: text)
    #expect(Set(levels[1].map(\.start)).isSubset(of: levels[0].map(\.start)))
    #expect(levels[1].count < levels[0].count)
    #expect(levels.allSatisfy { $0.first?.start == 0 && $0.last?.end == text.count })
  }

  @Test func aSplitterForgetsTheDocumentBefore() throws {
    let used = try Splitter(zonkey, options: SplitOptions(topLevel: 1))
    _ = used.segments(of: text)
    let short = Array("another".utf8)
    let fresh = try Splitter(zonkey, options: SplitOptions(topLevel: 1))
    #expect(used.segments(of: short) == fresh.segments(of: short))
  }

  @Test func oneByteChangesNothingFarAway() throws {
    let splitter = try Splitter(zonkey, options: SplitOptions(rule: .threshold(0.15)))
    let before = splitter.probabilities(of: text)[0].allowed
    var changed = text
    let place = 1500
    changed[place] = UInt8(ascii: "#")
    let after = splitter.probabilities(of: changed)[0].allowed
    let reach = zonkey.model.levels[0].splitterReach
    // Positions without a possible start are left out of both alike before the changed byte.
    for i in 0..<place - 100 - reach { #expect(before[i] == after[i]) }
    #expect(before != after)
  }
}
