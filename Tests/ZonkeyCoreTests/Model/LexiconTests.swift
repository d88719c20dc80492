import TestSupport
import Testing

import ZonkeyCore

/// The segments that a model knows, and what is rounded to them.
@Suite struct LexiconTests {
  private static let words = [" one", " two", " three", " fourteen"]

  private func lexicon(
    _ words: [String], counts: [Int]? = nil, lengths: [SegmentLengths] = []
  ) -> Lexicon {
    lexicon(
      words, placed: (counts ?? words.map { _ in 3 }).map { [$0, 0, 0, 0] }, lengths: lengths)
  }

  private func lexicon(
    _ words: [String], placed: [SIMD4<Int>], lengths: [SegmentLengths] = []
  ) -> Lexicon {
    Lexicon(
      counted: Dictionary(uniqueKeysWithValues: zip(words.map { Array($0.utf8) }, placed)),
      lengths: lengths)
  }

  private func model(with lexicon: Lexicon?, hasPrior: Bool = false) throws -> Zonkey {
    let zonkey = try randomZonkey(hasPrior ? ["levels.1.priorLayers=1"] : [])
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
    let written = lexicon(
      [" naïve", "\"\\", "\n"], placed: [[4, 1, 0, 2], [4, 0, 0, 0], [0, 1, 1, 1]],
      lengths: [SegmentLengths(inner: [0, 2, 5], last: [1])])
    let json = try JSONValue(parsing: String(decoding: written.json.serialised(), as: UTF8.self))
    #expect(Lexicon(json: json, segmentLengths: [16, 16]) == written)
  }

  @Test(arguments: [
    #"{"segments":[],"counts":[]}"#, #"{"segments":["a"]}"#, #"{"segments":["a"],"counts":[1,2]}"#,
    #"{"segments":["a"],"counts":[0]}"#, #"{"segments":[""],"counts":[1]}"#,
    #"{"segments":["abcde"],"counts":[1]}"#, #"{"segments":["a",1],"counts":[1,1]}"#,
    #"{"segments":["a"],"counts":[1e30]}"#, #"[]"#,
    #"{"segments":["a"],"counts":[1],"lengths":[]}"#,
    placed("[2]", "[]"), placed("[1,0]", "[]"), placed("[0]", "1"), placed("[0]", "[3]"),
    placed("[0]", #"[{"inner":[1]}]"#), placed("[0]", #"[{"inner":[0],"last":[]}]"#),
    placed("[0]", #"[{"inner":[1,1,1],"last":[]}]"#),
    placed("[0]", #"[{"inner":[-1],"last":[2]}]"#),
    placed("[0]", #"[{"inner":[1],"last":[]},{"inner":[1],"last":[]}]"#),
  ])
  func whatIsNoLexiconIsRefused(text: String) throws {
    #expect(Lexicon(json: try JSONValue(parsing: text), segmentLengths: [4, 2]) == nil)
  }

  private static func placed(_ starts: String, _ lengths: String) -> String {
    #"{"segments":["a"],"counts":[1],"documentStarts":\#(starts),"segmentStarts":[0],"#
      + #""segmentEnds":[0],"lengths":\#(lengths)}"#
  }

  /// What the refused ones are changed from.
  @Test func aSmallOneIsRead() throws {
    let json = try JSONValue(parsing: Self.placed("[1]", #"[{"inner":[1],"last":[0,1]}]"#))
    #expect(Lexicon(json: json, segmentLengths: [4, 2])?.placed == [[0, 1, 0, 0]])
  }

  @Test func oneOfBeforeSaysNothingOfPlaces() throws {
    let json = try JSONValue(parsing: #"{"segments":["a"],"counts":[1]}"#)
    let found = try #require(Lexicon(json: json, segmentLengths: [4, 2]))
    #expect(found.placed == [[1, 0, 0, 0]] && found.lengths.isEmpty)
  }

  @Test func lengthsAreDrawnAsOftenAsTheyWere() {
    var lengths = SegmentLengths()
    for (units, isLast) in [(3, false), (1, true), (3, false), (2, true)] {
      lengths.add(units, isLast: isLast)
    }
    #expect(lengths == SegmentLengths(inner: [0, 0, 2], last: [1, 1]))
    let all = (0..<lengths.count).map { lengths[$0] }
    #expect(all.map(\.units) == [3, 3, 1, 2])
    #expect(all.map(\.isLast) == [false, false, true, true])
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

  @Test func placesAndLengthsAreCounted() throws {
    try withTemporaryFolder { folder in
      let line = "Lines that are the same, thirty times and one line for ever.\n"
      let path = "\(folder)/lines.txt"
      try String(repeating: line, count: 30).write(toFile: path, atomically: true, encoding: .utf8)
      let found = try Corpus(paths: [path]).lexicon(of: try randomZonkey(), threads: 1)
      let sums = found.placed.reduce(SIMD4<Int>(), &+)
      let lengths = try #require(found.lengths.first)
      #expect(sums[Lexicon.Place.documentStart.rawValue] == 30)
      #expect(lengths.last.reduce(0, +) == 30)
      #expect(sums[Lexicon.Place.segmentEnd.rawValue] > 0)
      let units =
        (lengths.inner.enumerated().map { ($0 + 1) * $1 }
          + lengths.last.enumerated().map { ($0 + 1) * $1 })
      #expect(sums.wrappedSum() == units.reduce(0, +))
    }
  }

  @Test func latentsAreRoundedToTheirOwnSegments() throws {
    let words = lexicon(Self.words)
    let zonkey = try model(with: words)
    let table = try #require(try zonkey.lexiconTable(below: 1))
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions())
    // More than are compared at once.
    let wanted = (0..<200).map { words.segments[$0 * 7 % words.segments.count] }
    let latents = encoder.latents(ofSegments: wanted)
    #expect(table.nearest(latents, at: wanted.map { _ in .inside }, on: table.tape()) == wanted)
    // Their length says nothing.
    #expect(
      table.nearest(latents.map { 0.5 * $0 }, at: wanted.map { _ in .inside }, on: table.tape())
        == wanted)
  }

  /// Between two segments that are as near the more frequent one is taken.
  @Test func frequencyDecidesWhereDirectionDoesNot() throws {
    let words = lexicon([" one", " two"], counts: [3, 3000])
    let table = try #require(try model(with: words).lexiconTable(below: 1))
    let zeros = [Float](repeating: 0, count: 32)
    for place in Lexicon.Place.allCases {
      #expect(table.nearest(zeros, at: [place], on: table.tape()) == [Array(" two".utf8)])
    }
  }

  /// Where nothing else decides, segments stand where they stood in text.
  @Test func placeDecidesWhereDirectionDoesNot() throws {
    let words = ["One", " Two", " three", " four."]
    let placed: [SIMD4<Int>] = [[0, 30, 1, 0], [9, 3, 30, 0], [40, 0, 2, 1], [2, 1, 0, 30]]
    let table = try #require(
      try model(with: lexicon(words, placed: placed)).lexiconTable(below: 1))
    let places: [Lexicon.Place] = [.segmentEnd, .inside, .documentStart, .segmentStart]
    let zeros = [Float](repeating: 0, count: 32 * places.count)
    let found = table.nearest(zeros, at: places, on: table.tape())
    #expect(found == [3, 2, 0, 1].map { Array(words[$0].utf8) })
  }

  /// Among segments that are as likely before anything was learned: as often as they are wanted, and
  /// where a document begins those alone that stood there.
  @Test func segmentsAreDrawnByTheirOdds() throws {
    let words = lexicon(
      ["One", " two", " three"], placed: [[0, 900, 0, 0], [900, 0, 9, 0], [9, 0, 900, 0]])
    let table = try #require(
      try model(with: words, hasPrior: true).priorTable())
    func drawn(_ place: Lexicon.Place) -> [Int] {
      let uniform = (0..<400).map { (Float($0) + 0.5) / 400 }
      let choices = table.drawn(
        [Float](repeating: 0, count: 400 * 32), at: uniform.map { _ in place }, uniform: uniform,
        on: table.tape())
      return (0...3).map { number in choices.count { ($0 ?? 3) == number } }
    }
    let order = ["One", " two", " three"].map { word in
      words.segments.firstIndex(of: Array(word.utf8)) ?? 0
    }
    #expect(drawn(.inside).allSatisfy { (90...110).contains($0) })
    #expect(drawn(.documentStart)[order[0]] > 390)
    #expect(drawn(.segmentStart)[order[0]] < 2)
    // A segment of level 1 has a unit at least.
    #expect(drawn(.documentStart)[3] == 0 && drawn(.segmentStart)[3] == 0)
  }

  /// Texts of so many segments, of so many units each, as the lexicon counted.
  @Test func textsEndAsItsLengthsSay() throws {
    var options = GenerationOptions()
    options.steps = 2
    func texts(_ lengths: SegmentLengths) throws -> [Int] {
      let zonkey = try model(with: lexicon([" a"], lengths: [lengths]))
      return try Generator(zonkey, options: options).documents(Array(1...40)).map { $0.count / 2 }
    }
    #expect(try texts(SegmentLengths(last: [0, 0, 1])).allSatisfy { $0 == 3 })
    let long = try texts(SegmentLengths(inner: [0, 1], last: [0, 1]))
    #expect(Set(long).count > 2 && long.allSatisfy { $0 % 2 == 0 && $0 > 0 })
  }

  /// Whether a text is made of the words alone.
  private func isMadeOfWords(_ text: [UInt8]) -> Bool {
    let text = String(decoding: text, as: UTF8.self)
    return text.split(separator: " ").allSatisfy { Self.words.contains(" " + $0) }
  }

  @Test(arguments: [false, true]) func textsFromNoiseAreMadeOfIt(hasPrior: Bool) throws {
    var options = GenerationOptions()
    (options.steps, options.maxBytes) = (3, 200)
    let zonkey = try model(with: lexicon(Self.words), hasPrior: hasPrior)
    let texts = try Generator(zonkey, options: options).documents([1, 2, 3])
    for text in texts {
      // The last word may be cut.
      #expect(isMadeOfWords(Array(text[..<(text.lastIndex(of: 0x20) ?? 0)])))
      #expect(text.count > 0)
    }
    // None depends on those beside it.
    #expect(try Generator(zonkey, options: options).documents([2]) == [texts[1]])
    let without = try Generator(model(with: nil, hasPrior: hasPrior), options: options)
      .documents([1, 2, 3])
    #expect(!without.allSatisfy(isMadeOfWords))
    // Level 0 knows bytes alone.
    options.level = 0
    #expect(
      try Generator(zonkey, options: options).documents([1])
        == Generator(model(with: nil, hasPrior: hasPrior), options: options).documents([1]))
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
  @Test(arguments: [false, true], [false, true])
  func aLimitOnlyCuts(hasLexicon: Bool, hasPrior: Bool) throws {
    let zonkey = try model(with: hasLexicon ? lexicon(Self.words) : nil, hasPrior: hasPrior)
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
