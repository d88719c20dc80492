import TestSupport
import Testing
import ZonkeyCore

/// The judges of `zk eval`, by values that were computed by other means.
@Suite struct EvaluationTests {
  // MARK: Edit distance

  /// The textbook table of all prefixes.
  private func plainDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        (diagonal, row[j + 1]) = (
          row[j + 1], min(row[j] + 1, row[j + 1] + 1, diagonal + (x == y ? 0 : 1))
        )
      }
    }
    return row[b.count]
  }

  @Test func distanceIsThatOfTheTable() {
    var random = SeededNumbers(21)
    for length in [0, 1, 5, 63, 64, 65, 128, 130] {
      for other in [0, 1, 7, 64, 129] {
        let a = (0..<length).map { _ in UInt8(random.next() % 3) }
        let b = (0..<other).map { _ in UInt8(random.next() % 3) }
        #expect(editDistance(a, b) == plainDistance(a, b))
      }
    }
    #expect(editDistance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
  }

  @Test func aRoundTripCountsBytesAndExactTexts() {
    var score = RoundTripScore()
    score.add(Array("abcd".utf8), decoded: Array("abcd".utf8))
    score.add(Array("abcdef".utf8), decoded: Array("abxdefgh".utf8))
    #expect(score.byteAccuracy == 0.7)
    #expect(score.exactShare == 0.5)
  }

  // MARK: Targets

  @Test func wordsBeginBehindBlanksOrWithThem() {
    let targets = BoundaryTargets(.words, in: Array("one  two\tthree ".utf8))
    #expect(targets.after == [5, 9])
    #expect(targets.before == [3, 8, 14])
  }

  @Test func sentencesBeginBehindStopsAndNewlines() {
    //                      0         1          2         3
    //                      0123456789 0123456789 0123456789 01234
    let text = Array("He left. \"Why?\" She is no.1 a.\n\nnew line".utf8)
    let targets = BoundaryTargets(.sentences, in: text)
    #expect(targets.after == [9, 16, 32])
    #expect(targets.before == [8, 15, 30])
    #expect(BoundaryTargets(.sentences, in: Array("3.5 m. of x. Y".utf8)).after == [13])
  }

  @Test func deletedSpacesLeaveTheirPlaces() {
    let deleted = DeletedSpaces(Array(" a bc  d ".utf8))
    #expect(deleted.text == Array("abcd".utf8))
    #expect(deleted.targets.after == [1, 3])
  }

  @Test func aScoreIsOfTheBetterConvention() {
    let text = Array("one two three".utf8)
    let targets = BoundaryTargets(.words, in: text)
    var score = BoundaryScore()
    score.add([0, 3, 7], of: text, targets: targets)
    #expect(score.best.f1 == 1 && score.after.f1 == 0)
    #expect(score.wholeWordShare == 1)
    score.add([0, 4, 6], of: text, targets: targets)
    #expect(score.before.precision == 0.5 && score.after.recall == 0.25)
    #expect(score.meanBytes == 26.0 / 6)
  }

  // MARK: Baselines

  @Test func blindBaselinesKeepTheirRates() {
    let texts = [[UInt8]](repeating: [UInt8](repeating: 0x61, count: 3000), count: 4)
    let known = BaselineTexts(texts, model: nil)
    #expect(known.starts(.stride, meanBytes: 5.8)[0].prefix(3) == [0, 6, 12])
    let drawn = known.starts(.random, meanBytes: 6).reduce(0) { $0 + $1.count }
    #expect((1800...2200).contains(drawn))
    let rule = BaselineTexts([Array("a b  cd".utf8)], model: nil)
    #expect(rule.starts(.whitespace, meanBytes: 1) == [[0, 2, 5]])
    #expect(rule.starts(.spaceByte, meanBytes: 1) == [[0, 2, 4]])
  }

  /// Behind "ab" nothing but "c" was seen; behind "c" anything may come.
  @Test func entropyBeginsSegmentsWhereTextIsHardToPredict() {
    var (models, random) = (ByteModels(), SeededNumbers(3))
    func text(_ words: Int) -> [UInt8] {
      (0..<words).flatMap { _ in
        [
          UInt8(ascii: "a") + UInt8(random.next() % 8), UInt8(ascii: "x"), UInt8(ascii: "y"),
          UInt8(ascii: "z"),
        ]
      }
    }
    for _ in 0..<200 { models.add(text(20)) }
    let sample = [text(40), text(40)]
    let known = BaselineTexts(sample, model: models)
    for splitter in [BaselineSplitter.entropy, .entropyRise] {
      for starts in known.starts(splitter, meanBytes: 4.2) {
        #expect(starts.count > 30)
        #expect(starts.allSatisfy { $0 % 4 == 0 })
      }
    }
  }

  /// Probabilities of all bytes, known and unknown, add up to what the uniform remainder leaves.
  @Test func probabilitiesAddUp() {
    let text = Array("abracadabra".unicodeScalars.map(\.value))
    let model = NGramModel([text], order: 3)
    let context: [UInt32] = [10] + text
    let sum = (0..<1024).reduce(0.0) {
      $0 + model.probability(of: UInt32($1), after: context, end: 5)
    }
    #expect(abs(sum - 1) < 1e-9)
    #expect(model.bits([text]) < 3)
  }

  // MARK: The judge of texts

  @Test func drawsAreThoseOfPython() {
    var random = MersenneTwister(seed: 7)
    #expect(random.uniform() == 0.32383276483316237)
    #expect(random.uniform() == 0.15084917392450192)
    #expect(random.next() == 2_795_742_288)
    var (numbers, other) = (Array(0..<10), MersenneTwister(seed: 3))
    other.shuffle(&numbers)
    #expect(numbers == [1, 5, 6, 0, 9, 4, 7, 2, 8, 3])
  }

  /// Sentences of a small grammar: the order of words means something, and a soup of its words has
  /// lost that, repeats itself and is told from it.
  @Test func aSoupIsToldFromText() {
    var random = SeededNumbers(5)
    func pick(_ words: [String]) -> String { words[Int(random.next() % UInt64(words.count))] }
    func sentence() -> String {
      "the \(pick(["cat", "dog", "bird", "farmer"])) \(pick(["sees", "likes", "finds"])) "
        + "a \(pick(["small", "red", "old"])) \(pick(["house", "tree", "river", "stone"])) "
        + "near the \(pick(["town", "forest", "lake"]))"
    }
    let judge = GenerationJudge(
      train: (0..<400).map { _ in sentence() }, real: (0..<60).map { _ in sentence() })
    let text = judge.judge((0..<40).map { _ in sentence() }).generated
    let soup = judge.judge((0..<40).map { _ in "the a the near a the the a near the" }).generated
    #expect(text.orderBits > 3 * max(soup.orderBits, 0.05))
    #expect(text.wordEntropy > soup.wordEntropy + 1)
    #expect(text.reverseBits < soup.reverseBits)
    #expect(text.knownWords == 1 && soup.distinctTexts < 0.1)
    let figures = judge.judge(["qqq xxx zzz"])
    #expect(figures.generated.knownWords == 0)
    #expect(figures.generated.bitsPerCharacter > figures.real.bitsPerCharacter + 2)
  }

  /// A run of 40 characters of the training text is found wherever it stands.
  @Test func copiesAreFound() {
    let train = (0..<50).map { "line number \($0) has some words of its own and an end" }
    let judge = GenerationJudge(train: train, real: ["another text that nobody copied anywhere"])
    let copied = judge.judge([train[7] + " and more", "nothing of this was ever written there"])
    #expect(copied.generated.copied == 0.5)
  }
}
