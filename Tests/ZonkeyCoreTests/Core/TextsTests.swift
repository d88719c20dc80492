import TestSupport
import Testing
import ZonkeyCore

/// The library as another package uses it: sequences of texts in, as many results out.
@Suite struct TextsTests {
  private let zonkey: Zonkey
  private let texts = (1...300).map { number in
    String(repeating: "Zeile \(number), größer wird's nicht. ", count: number % 7)
  }

  init() throws { zonkey = try randomZonkey() }

  /// A sequence that throws what it is given at its end.
  private func stream<Item: Sendable>(
    _ items: [Item], error: (any Error)? = nil
  ) -> AsyncThrowingStream<Item, any Error> {
    AsyncThrowingStream { continuation in
      for item in items { continuation.yield(item) }
      continuation.finish(throwing: error)
    }
  }

  private func all<Results: AsyncSequence>(_ results: Results) async throws -> [Results.Element] {
    var all: [Results.Element] = []
    for try await result in results { all.append(result) }
    return all
  }

  @Test(arguments: [1, 3]) func splitsAreThoseOfTheEncoder(threads: Int) async throws {
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: 1))
    let expected = encoder.encode(texts.map { Array($0.utf8) }).map(\.segments)
    let found = try zonkey.split(texts, level: 1, threads: threads)
    #expect(found.map(\.levels) == expected)
    #expect(found.map { $0.pieces.joined() } == texts)
    let later = try await all(zonkey.split(stream(texts), level: 1, threads: threads, batch: 2))
    #expect(later == found)
  }

  @Test(arguments: [0, 1]) func latentsGoDownAndUp(level: Int) async throws {
    let latents = try zonkey.encode(texts, level: level, threads: 2)
    #expect(latents.map(\.number) == Array(1...texts.count))
    #expect(latents.map(\.byteCount) == texts.map(\.utf8.count))
    #expect(try await all(zonkey.encode(stream(texts), level: level)) == latents)
    let decoded = try zonkey.decode(latents, threads: 2)
    let expected = DocumentDecoder(zonkey).decode(latents)
    #expect(decoded == expected.map { String(decoding: $0, as: UTF8.self) })
    #expect(try await all(zonkey.decode(stream(latents))) == decoded)
  }

  @Test func generatedTextsHaveNumbers() async throws {
    var options = GenerationOptions()
    (options.steps, options.maxBytes) = (2, 64)
    let three = try zonkey.generate(count: 3, options: options, threads: 2)
    #expect(three.count == 3)
    #expect(
      try await all(zonkey.generate(stream([3, 1]), options: options)) == [three[2], three[0]])
    #expect(try zonkey.generate(count: 0).isEmpty)
  }

  @Test func errorsHaveValues() async throws {
    #expect(throws: ZonkeyError.noLevel(found: 2, levelCount: 2)) {
      try zonkey.split(texts, level: 2)
    }
    var latents = try zonkey.encode(["a text", "another"], level: 0)
    latents[1].model = "other"
    #expect(
      throws: ZonkeyError.otherModel(
        source: "latents 2", document: 2, found: "other", expected: "test")
    ) { try zonkey.decode(latents) }
    let results = try zonkey.decode(stream(latents), batch: 1)
    var iterator = results.makeAsyncIterator()
    // The first text is whole: as many bytes as were encoded, which need not be valid UTF-8.
    let bytes = DocumentDecoder(zonkey).decode([latents[0]])[0]
    #expect(bytes.count == 6)
    #expect(try await iterator.next() == String(decoding: bytes, as: UTF8.self))
    await #expect(throws: ZonkeyError.self) { try await iterator.next() }
  }

  @Test func aFailingSequenceFailsTheResults() async throws {
    let failure = ZonkeyError.io(path: "p", reason: "r")
    let results = try zonkey.split(stream([String](), error: failure))
    await #expect(throws: failure) { try await all(results) }
  }

  @Test func trainingTellsEveryStepAndEndsWhenAsked() throws {
    let file = TemporaryFile(String(repeating: "all of this is read again and again, ", count: 200))
    func corpus() throws -> Corpus { try Corpus(paths: [file.path]) }
    var losses: [Float] = []
    let checkpoint = try Zonkey.train(
      on: corpus(), configuration: zonkey.configuration, seed: 3, steps: 4, threads: 2
    ) { report in
      losses.append(report.loss)
      return true
    }
    #expect(losses.count == 4 && checkpoint.state.step == 4)
    var again: [Float] = []
    let shorter = try Zonkey.train(
      on: corpus(), configuration: zonkey.configuration, seed: 3, steps: 4, threads: 1
    ) { report in
      again.append(report.loss)
      return report.step < 2
    }
    #expect(again == Array(losses.prefix(2)) && shorter.state.step == 2)
    #expect(try checkpoint.zonkey.split(["some text"])[0].pieces.joined() == "some text")
  }

  @Test func aModelIsAdaptedToOtherText() throws {
    let file = TemporaryFile(String(repeating: "nothing else is read here, nothing, ", count: 200))
    func corpus() throws -> Corpus { try Corpus(paths: [file.path]) }
    let configuration = zonkey.configuration
    let base = try Zonkey.train(
      on: corpus(), configuration: configuration, seed: 3, steps: 1, threads: 1)
    var (adapted, fresh): ([Float], [Float]) = ([], [])
    let next = try Zonkey.train(on: corpus(), from: base, seed: 4, steps: 1) { report in
      adapted.append(report.loss)
      return true
    }
    _ = try Zonkey.train(on: corpus(), configuration: configuration, seed: 4, steps: 1) { report in
      fresh.append(report.loss)
      return true
    }
    #expect(next.configuration == configuration && adapted != fresh)
    var wider = configuration
    try wider.set("levels.0.width=32")
    #expect(throws: ZonkeyError.self) {
      try Zonkey.train(on: corpus(), from: base, configuration: wider, steps: 1)
    }
  }

  @Test func aCorpusWithoutTextIsAnError() throws {
    let file = TemporaryFile("")
    #expect(throws: ZonkeyError.self) {
      try Zonkey.train(on: Corpus(paths: [file.path]), configuration: zonkey.configuration)
    }
  }
}
