import Testing
import ZonkeyCore

/// Splitting with a model of random weights: what must hold whatever was learned.
@Suite struct DocumentEncoderTests {
  private let zonkey: Zonkey

  init() throws { zonkey = try randomZonkey() }

  private let text = Array(
    String(repeating: "Pieces of a document overlap; größer wird es nicht. ", count: 60).utf8)

  @Test(arguments: [1, 7, 64, 1000]) func piecesGiveTheSameAsTheWhole(pieceRows: Int) throws {
    let options = SplitOptions(topLevel: 1)
    let whole = try DocumentEncoder(zonkey, options: options, pieceRows: text.count)
    let pieces = try DocumentEncoder(zonkey, options: options, pieceRows: pieceRows)
    let (wanted, found) = (whole.probabilities(of: text), pieces.probabilities(of: text))
    for (a, b) in zip(wanted, found) {
      #expect(a.positions == b.positions)
      #expect(a.allowed == b.allowed)
    }
    let (first, second) = (whole.encode([text])[0].segments, pieces.encode([text])[0].segments)
    #expect(first == second)
  }

  @Test func segmentsOfUpperLevelsBeginWhereLowerOnesDo() throws {
    let levels = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: 1)).encode([text])[0]
      .segments
    #expect(Set(levels[1].map(\.start)).isSubset(of: levels[0].map(\.start)))
    #expect(levels[1].count < levels[0].count)
    #expect(levels.allSatisfy { $0.first?.start == 0 && $0.last?.end == text.count })
  }

  /// Every document alone against all of them together, in batches and pieces of several sizes.
  @Test(arguments: [16, 100, 4096]) func neighboursChangeNothing(pieceRows: Int) throws {
    let texts = [
      text, [], Array("short".utf8), Array(text[..<97]), Array("ünï".utf8), Array(text[5...]), [],
      [0x0A],
    ]
    let options = SplitOptions(rule: .sample(seed: 3), topLevel: 1)
    let together = try DocumentEncoder(zonkey, options: options, pieceRows: pieceRows)
      .encode(texts, firstNumber: 5, withLatents: true)
    for (index, text) in texts.enumerated() {
      let alone = try DocumentEncoder(zonkey, options: options)
        .encode([text], firstNumber: 5 + index, withLatents: true)
      #expect(alone == [together[index]])
      #expect(together[index].latents.count == together[index].segments[1].count * 64)
    }
  }

  /// However a document is cut into parts, they are together what it is as a whole.
  @Test(arguments: [
    SplitOptions.Rule.calibrated, .threshold(0.15), .threshold(1), .sample(seed: 3),
  ]) func partsAreTheWhole(rule: SplitOptions.Rule) throws {
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions(rule: rule, topLevel: 1))
    for text in [text, Array(text[..<40]), [0x61], Array(repeating: 0xBF, count: 300)] {
      let whole = encoder.encode([text], firstNumber: 7, withLatents: true)[0]
      for step in [1, 5, 64, 700, 5000] {
        let parts = Array(encoder.parts(of: text, number: 7, withLatents: true, step: step))
        #expect(
          [0, 1].map { level in parts.flatMap { $0.segments[level] } } == whole.segments,
          "\(step) bytes at a time")
        #expect(parts.flatMap(\.latents) == whole.latents)
        #expect(parts.allSatisfy { $0.segments[0].last?.end == $0.segments[1].last?.end })
        #expect(step > 64 || text.count <= 300 || parts.count > 10)
      }
    }
    #expect(Array(encoder.parts(of: [])).isEmpty)
  }

  /// Several encoders give what one gives and do little more together.
  @Test(arguments: [false, true]) func helpersShareTheWork(withLatents: Bool) throws {
    let options = SplitOptions(rule: .sample(seed: 3), topLevel: 1)
    // Each crew begins with nothing looked up.
    func encoders(_ count: Int) throws -> [DocumentEncoder] {
      let zonkey = try randomZonkey()
      return try (0..<count).map { _ in
        try DocumentEncoder(zonkey, options: options, pieceRows: 64)
      }
    }
    let long = (0..<30).flatMap { Array("\($0)".utf8) + text }
    func parts(_ crew: [DocumentEncoder], step: Int) -> EncodedDocument {
      EncodedDocument(
        joining: crew[0].parts(
          of: long, number: 3, withLatents: withLatents, step: step,
          helpers: Array(crew.dropFirst())),
        levelCount: 2)
    }
    let alone = try encoders(1)
    let whole = parts(alone, step: 20_000)
    for count in 2...3 {
      let crew = try encoders(count)
      #expect(parts(crew, step: 20_000) == whole)
      let counts = crew.map(\.tape.multiplyAdds)
      let (sum, one) = (counts.reduce(0, +), alone[0].tape.multiplyAdds)
      // Two may compute the same segment at a time.
      #expect(sum >= one && sum < 2 * one)
      #expect(parts(crew, step: 700) == whole)
    }
  }

  /// Longer than what is computed in one go, beside short ones.
  @Test func longDocumentsAreEncodedBesideShortOnes() throws {
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: 1))
    let long = (0..<30).flatMap { [UInt8("\($0)".utf8.count)] + text }
    let short = Array(text[..<50])
    let found = encoder.encode([short, long, [], short, short], withLatents: true)
    let whole = Array(
      encoder.parts(of: long, number: 2, withLatents: true, step: long.count))
    #expect(found[1].segments == whole[0].segments && whole.count == 1)
    #expect(found[1].latents == whole[0].latents)
    let alone = encoder.encode([short], withLatents: true)[0]
    #expect(found[0] == alone && found[3] == alone && found[4] == alone)
    #expect(found[2].segments == [[], []])
  }

  @Test func anEncoderForgetsTheDocumentBefore() throws {
    let used = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: 1))
    _ = used.encode([text])[0].segments
    let short = Array("another".utf8)
    let fresh = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: 1))
    #expect(used.encode([short]) == fresh.encode([short]))
  }

  @Test func oneByteChangesNothingFarAway() throws {
    let splitter = try DocumentEncoder(zonkey, options: SplitOptions(rule: .threshold(0.15)))
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
