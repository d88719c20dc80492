import TestSupport
import Testing

import ZonkeyCore

/// The segments that a model knows, and what is rounded to them.
@Suite struct LexiconTests {
  private static let words = [" one", " two", " three", " fourteen"]

  private func lexicon(_ words: [String], counts: [Int]? = nil) -> Lexicon {
    let counts = counts ?? words.map { _ in 3 }
    return Lexicon(
      counted: Dictionary(uniqueKeysWithValues: zip(words.map { Array($0.utf8) }, counts)))
  }

  private func model(with lexicon: Lexicon?) throws -> Zonkey {
    let zonkey = try randomZonkey()
    return Zonkey(
      model: zonkey.model, weights: zonkey.weights, calibrations: zonkey.calibrations,
      lexicon: lexicon, state: zonkey.state, id: zonkey.id)
  }

  @Test func theMostFrequentComeFirstAndTheSeldomAreLeftOut() {
    let found = lexicon([" b", " a", " c", " d"], counts: [5, 5, 9, 2])
    #expect(found.segments.map { String(decoding: $0, as: UTF8.self) } == [" c", " a", " b"])
    #expect(found.counts == [9, 5, 5])
  }

  @Test func itIsReadAsItWasWritten() throws {
    let written = lexicon([" naïve", "\"\\", "\n"], counts: [7, 4, 3])
    let json = try JSONValue(parsing: String(decoding: written.json.serialised(), as: UTF8.self))
    #expect(Lexicon(json: json, segmentLength: 16) == written)
  }

  @Test(arguments: [
    #"{"segments":[],"counts":[]}"#, #"{"segments":["a"]}"#, #"{"segments":["a"],"counts":[1,2]}"#,
    #"{"segments":["a"],"counts":[0]}"#, #"{"segments":[""],"counts":[1]}"#,
    #"{"segments":["abcde"],"counts":[1]}"#, #"{"segments":["a",1],"counts":[1,1]}"#,
    #"{"segments":["a"],"counts":[1e30]}"#, #"[]"#,
  ])
  func whatIsNoLexiconIsRefused(text: String) throws {
    #expect(Lexicon(json: try JSONValue(parsing: text), segmentLength: 4) == nil)
  }

  /// A limit that is no whole number of rounds: what is counted up to it is the same.
  @Test func countingDoesNotDependOnTheThreads() throws {
    let zonkey = try randomZonkey()
    let found = try [1, 2, 3].map { threads in
      try Corpus(paths: [fixturePath("demo-wiki.xml")])
        .lexicon(of: zonkey, bytes: 4000, threads: threads)
    }
    #expect(found[0].counts.reduce(0, +) > 100)
    #expect(found[1] == found[0] && found[2] == found[0])
  }

  @Test func latentsAreRoundedToTheirOwnSegments() throws {
    let words = lexicon(Self.words)
    let zonkey = try model(with: words)
    let table = try #require(try zonkey.lexiconTable(below: 1))
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions())
    // More than are compared at once.
    let wanted = (0..<200).map { words.segments[$0 * 7 % words.segments.count] }
    let latents = encoder.latents(ofSegments: wanted)
    #expect(table.nearest(latents, on: table.tape()) == wanted)
    // Their length says nothing.
    #expect(table.nearest(latents.map { 0.5 * $0 }, on: table.tape()) == wanted)
  }

  /// Between two segments that are as near the more frequent one is taken.
  @Test func frequencyDecidesWhereDirectionDoesNot() throws {
    let words = lexicon([" one", " two"], counts: [3, 3000])
    let table = try #require(try model(with: words).lexiconTable(below: 1))
    let zeros = [Float](repeating: 0, count: 32)
    #expect(table.nearest(zeros, on: table.tape()) == [Array(" two".utf8)])
  }

  /// Whether a text is made of the words alone.
  private func isMadeOfWords(_ text: [UInt8]) -> Bool {
    let text = String(decoding: text, as: UTF8.self)
    return text.split(separator: " ").allSatisfy { Self.words.contains(" " + $0) }
  }

  @Test func textsFromNoiseAreMadeOfIt() throws {
    var options = GenerationOptions()
    (options.steps, options.maxBytes) = (3, 200)
    let zonkey = try model(with: lexicon(Self.words))
    let texts = try Generator(zonkey, options: options).documents([1, 2, 3])
    for text in texts {
      // The last word may be cut.
      #expect(isMadeOfWords(Array(text[..<(text.lastIndex(of: 0x20) ?? 0)])))
      #expect(text.count > 0)
    }
    let without = try Generator(model(with: nil), options: options).documents([1, 2, 3])
    #expect(!without.allSatisfy(isMadeOfWords))
    // Level 0 knows bytes alone.
    options.level = 0
    #expect(
      try Generator(zonkey, options: options).documents([1])
        == Generator(model(with: nil), options: options).documents([1]))
  }

  @Test func threadsMakeTheSameTable() throws {
    var options = GenerationOptions()
    (options.steps, options.maxBytes) = (3, 200)
    let texts = try [1, 3].map { threads in
      // More than a thread makes at once.
      let zonkey = try model(with: lexicon((0..<1200).map { " w\($0)" }))
      try zonkey.prepare(for: options, threads: threads)
      return try Generator(zonkey, options: options).documents([1, 2])
    }
    #expect(texts[0] == texts[1] && texts[0].allSatisfy { !$0.isEmpty })
  }

  /// A text that is allowed more bytes begins like one that is allowed few.
  @Test(arguments: [false, true]) func aLimitOnlyCuts(hasLexicon: Bool) throws {
    let zonkey = try model(with: hasLexicon ? lexicon(Self.words) : nil)
    func texts(_ maxBytes: Int) throws -> [[UInt8]] {
      var options = GenerationOptions()
      (options.steps, options.maxBytes) = (3, maxBytes)
      return try Generator(zonkey, options: options).documents([1, 2, 3])
    }
    #expect(try texts(9) == texts(200).map { Array($0.prefix(9)) })
  }

  @Test func gapsAreFilledWithIt() throws {
    var options = GenerationOptions()
    options.steps = 2
    let infiller = try Infiller(model(with: lexicon(Self.words)), options: options)
    let document = GappedDocument(
      known: [Array("some text".utf8), Array(" and more".utf8)], gaps: [3])
    let filling = infiller.fill(document, number: 1)[0]
    #expect(!filling.isEmpty && isMadeOfWords(filling))
  }
}
