import Testing
import ZonkeyCore

/// Decoding with a model of random weights: what must hold whatever was learned.
@Suite struct DocumentDecoderTests {
  private let zonkey: Zonkey
  private let texts = [
    Array(String(repeating: "Pieces overlap; größer wird es nicht. ", count: 40).utf8),
    [], Array("short".utf8), Array("ünï".utf8), [0x0A],
    Array(String(repeating: "0123456789", count: 33).utf8),
  ]

  init() throws { zonkey = try randomZonkey() }

  private func latents(level: Int, of texts: [[UInt8]]? = nil) throws -> [DocumentLatents] {
    let texts = texts ?? self.texts
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: level))
    return zip(texts, encoder.encode(texts, withLatents: true)).enumerated().map { index, pair in
      DocumentLatents(
        number: index + 1, id: nil, level: level, model: zonkey.id,
        width: zonkey.latentWidth(level), values: pair.1.latents,
        starts: pair.1.segments[level].map(\.start),
        inner: level > 0 ? pair.1.segments[..<level].map { $0.map(\.start) } : nil,
        byteCount: pair.0.count)
    }
  }

  @Test(arguments: [0, 1]) func knownStartsGiveTheTrueLength(level: Int) throws {
    let documents = try latents(level: level)
    for document in documents { try zonkey.check(document, source: "test") }
    let decoded = DocumentDecoder(zonkey).decode(documents)
    #expect(decoded.map(\.count) == texts.map(\.count))
  }

  @Test(arguments: [0, 1], [false, true]) func neighboursChangeNothing(
    level: Int, infers: Bool
  ) throws {
    let documents = try latents(level: level)
    var options = DecodeOptions()
    options.infersStarts = infers
    let decoder = DocumentDecoder(zonkey, options: options)
    let together = decoder.decode(documents)
    #expect(documents.map { decoder.decode([$0])[0] } == together)
  }

  /// Several decoders give what one gives and do little more together.
  @Test(arguments: [0, 1], [false, true]) func helpersShareTheWork(
    level: Int, infers: Bool
  ) throws {
    var options = DecodeOptions()
    options.infersStarts = infers
    // Each crew begins with nothing looked up.
    func decoders(_ count: Int) throws -> [DocumentDecoder] {
      let zonkey = try randomZonkey()
      return (0..<count).map { _ in DocumentDecoder(zonkey, options: options) }
    }
    let long = Array(repeating: texts[0], count: 20).flatMap { $0 }
    for document in try latents(level: level, of: texts + [long]) {
      let alone = try decoders(1)
      let whole = alone[0].decode([document])[0]
      for count in 1...3 {
        let crew = try decoders(count)
        #expect(crew[0].decode(document, helpers: Array(crew.dropFirst())) == whole)
        let counts = crew.map(\.tape.multiplyAdds)
        let (sum, one) = (counts.reduce(0, +), alone[0].tape.multiplyAdds)
        // One segment more is decoded with each run.
        #expect(sum >= one && sum <= one + one / 20)
      }
    }
  }

  @Test func withoutStartsTheyAreInferred() throws {
    let known = try latents(level: 1)
    let unknown = known.map { document in
      var document = document
      (document.starts, document.inner, document.byteCount) = (nil, nil, nil)
      return document
    }
    var options = DecodeOptions()
    options.infersStarts = true
    #expect(
      DocumentDecoder(zonkey).decode(unknown)
        == DocumentDecoder(zonkey, options: options).decode(known))
  }

  @Test func foreignLatentsAreRefused() throws {
    let good = try latents(level: 1)[0]
    let changes: [(inout DocumentLatents) -> Void] = [
      { $0.model = "0123456789abcdef" }, { $0.level = 2 }, { $0.level = 0 }, { $0.width = 8 },
      { $0.byteCount = 100_000 },
    ]
    for change in changes {
      var bad = good
      change(&bad)
      #expect(throws: ZonkeyError.self) { try zonkey.check(bad, source: "test") }
    }
    // What is unknown is inferred, not refused.
    var loose = good
    loose.inner = nil
    try zonkey.check(loose, source: "test")
  }
}
