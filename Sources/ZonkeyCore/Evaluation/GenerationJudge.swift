import ZonkeyPlatform

/// How much texts look like real ones, measured with n-grams of Unicode scalars.
///
/// Bits a character alone say little: a soup of frequent words scores better than real text.
/// `orderBits` tells whether the order of words means anything, `reverseBits` whether the variety of
/// real text is covered, `wordEntropy` whether the vocabulary is.
package struct GenerationJudge {
  /// The figures of one set of texts.
  package struct Figures: Sendable, Equatable {
    /// Bits a character under a 6-gram model of the training text.
    package var bitsPerCharacter = 0.0
    /// By how much these rise when the words of each text are shuffled.
    package var orderBits = 0.0
    /// Bits a character of real text under a 4-gram model of these texts.
    package var reverseBits = 0.0
    /// Entropy of the words' frequencies, in bits a word.
    package var wordEntropy = 0.0
    /// Share of the words that the training text has more than once.
    package var knownWords = 0.0
    /// Share of the pairs of neighbouring words that are different pairs.
    package var distinctPairs = 0.0
    /// Share of the texts that are like no other.
    package var distinctTexts = 0.0
    /// Share of the texts with a run of 40 characters from the training text.
    package var copied = 0.0
    package var characterCount = 0
    /// Lengths in characters at 10, 50 and 90 %.
    package var lengths = [0, 0, 0]
  }

  private static let runLength = 40
  private let model: NGramModel
  private let train: [[UInt32]]
  private let vocabulary: Set<[UInt32]>
  private let real: [[UInt32]]

  /// `train` and `real` must have no text in common.
  package init(train: [String], real: [String]) {
    self.train = train.map(\.symbols)
    model = NGramModel(self.train, order: 6)
    var counts: [[UInt32]: Int] = [:]
    for text in self.train { for word in words(text) { counts[lowercased(word), default: 0] += 1 } }
    vocabulary = Set(counts.filter { $0.value > 1 }.keys)
    var real = real.map(\.symbols)
    var random = MersenneTwister(seed: 7)
    random.shuffle(&real)
    self.real = real
    drawing = random
  }

  /// The generator behind the shuffle of the real texts; the trigram's texts are drawn from it.
  private let drawing: MersenneTwister

  /// Figures of the texts, of real text cut to the same lengths, of text drawn from a model of
  /// character trigrams, and of real text with its words shuffled.
  package func judge(
    _ made: [String]
  ) -> (generated: Figures, real: Figures, trigram: Figures, salad: Figures) {
    let made = made.map(\.symbols).filter { !$0.isEmpty }
    let repeats = Array(
      repeatElement(real, count: made.count / max(1, real.count) + 1).joined())
    let same = zip(repeats, made).map { Array($0.prefix($1.count)) }
    var random = drawing
    let sampler = TrigramSampler(train)
    let floor = made.map { sampler.text(length: $0.count, random: &random) }
    // Other real text of the same size: the second halves.
    let other = zip(repeats.reversed(), made).map { Array($0[($0.count / 2)...].prefix($1.count)) }
    let sets = [made, same, floor, shuffled(same)]
    let copies = copiedRuns(sets)
    let figures = sets.map { self.figures(of: $0, other: other, copies: copies) }
    return (figures[0], figures[1], figures[2], figures[3])
  }

  private func figures(
    of texts: [[UInt32]], other: [[UInt32]], copies: Set<ArraySlice<UInt32>>
  ) -> Figures {
    var figures = Figures()
    let found = texts.flatMap(words)
    let lowered = found.map(lowercased)
    let pairs = zip(found, found.dropFirst()).map { $0 + [0] + $1 }
    let lengths = texts.isEmpty ? [0] : texts.map(\.count).sorted()
    figures.bitsPerCharacter = model.bits(texts)
    figures.orderBits = model.bits(shuffled(texts)) - model.bits(texts.map { joined(split($0)) })
    figures.reverseBits = NGramModel(texts, order: 4).bits(other)
    figures.wordEntropy = entropy(lowered)
    figures.knownWords = share(of: lowered.count { vocabulary.contains($0) }, in: found.count)
    figures.distinctPairs = share(of: Set(pairs).count, in: pairs.count)
    figures.distinctTexts = share(of: Set(texts).count, in: texts.count)
    figures.copied = share(
      of: texts.count { runs($0).contains { copies.contains($0) } }, in: texts.count)
    figures.characterCount = lengths.reduce(0, +)
    figures.lengths = [0.1, 0.5, 0.9].map { lengths[Int($0 * Double(lengths.count - 1))] }
    return figures
  }

  private func share(of part: Int, in whole: Int) -> Double { Double(part) / Double(max(1, whole)) }

  // MARK: Words

  private func shuffled(_ texts: [[UInt32]]) -> [[UInt32]] {
    var random = MersenneTwister(seed: 3)
    return texts.map { text in
      var words = split(text)
      random.shuffle(&words)
      return joined(words)
    }
  }

  private func split(_ text: [UInt32]) -> [ArraySlice<UInt32>] {
    text.split { Unicode.Scalar($0)?.isBlank ?? false }
  }

  private func joined(_ words: [ArraySlice<UInt32>]) -> [UInt32] {
    Array(words.joined(separator: [0x20]))
  }

  private func entropy(_ words: [[UInt32]]) -> Double {
    var counts: [[UInt32]: Int] = [:]
    for word in words { counts[word, default: 0] += 1 }
    let total = Double(max(1, words.count))
    // In a fixed order: the sum's last bits must not depend on the run.
    return counts.values.sorted().reduce(0) { sum, count in
      let p = Double(count) / total
      return sum - p * log2(p)
    }
  }

  // MARK: Copies

  /// The runs of a text that are looked for in the training text, one at every tenth place.
  private func runs(_ text: [UInt32]) -> [ArraySlice<UInt32>] {
    stride(from: 0, to: max(0, text.count - Self.runLength), by: 10).map {
      text[$0..<$0 + Self.runLength]
    }
  }

  /// Those runs of all texts that stand in the training text.
  private func copiedRuns(_ sets: [[[UInt32]]]) -> Set<ArraySlice<UInt32>> {
    let wanted = Set(sets.joined().flatMap(runs))
    let joined = Array(train.joined(separator: [10]))
    guard joined.count >= Self.runLength, !wanted.isEmpty else { return [] }
    var byHash: Set<UInt64> = []
    for run in wanted { byHash.insert(RollingHash(run).value) }
    var found: Set<ArraySlice<UInt32>> = []
    var hash = RollingHash(joined[..<Self.runLength])
    for start in 0...joined.count - Self.runLength {
      if start > 0 { hash.roll(out: joined[start - 1], in: joined[start - 1 + Self.runLength]) }
      if byHash.contains(hash.value) {
        let run = joined[start..<start + Self.runLength]
        if wanted.contains(run) { found.insert(run) }
      }
    }
    return found
  }
}

/// A hash of a run of symbols that can go on by one.
private struct RollingHash {
  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
  private(set) var value: UInt64 = 0
  private let highest: UInt64

  init(_ run: ArraySlice<UInt32>) {
    highest = run.dropFirst().reduce(1) { power, _ in power &* Self.base }
    value = run.reduce(0) { $0 &* Self.base &+ UInt64($1) }
  }

  mutating func roll(out: UInt32, in symbol: UInt32) {
    value = (value &- UInt64(out) &* highest) &* Self.base &+ UInt64(symbol)
  }
}

/// Texts drawn from the counts of what follows two characters.
private struct TrigramSampler {
  /// What follows each context, in the order in which it was first seen: by the context's length.
  private var followers = [[UInt64: [(element: UInt32, weight: Int)]]](repeating: [:], count: 3)

  init(_ texts: [[UInt32]]) {
    var places = [[UInt64: Int]](repeating: [:], count: 3)
    for text in texts {
      let text = [10] + text
      for i in text.indices.dropFirst() {
        for length in 0...min(2, i) {
          let context = packed(text[i - length..<i])
          let key = context << 21 | UInt64(text[i])
          if let place = places[length][key] {
            followers[length][context]?[place].weight += 1
          } else {
            places[length][key] = followers[length][context]?.count ?? 0
            followers[length][context, default: []].append((text[i], 1))
          }
        }
      }
    }
  }

  func text(length: Int, random: inout MersenneTwister) -> [UInt32] {
    var out: [UInt32] = [10]
    while out.count <= length {
      var context = out.suffix(2)
      while !context.isEmpty && followers[context.count][packed(context)] == nil {
        context.removeFirst()
      }
      guard let next = followers[context.count][packed(context)].flatMap({ random.choice($0) })
      else { break }
      out.append(next)
    }
    return Array(out.dropFirst())
  }

  /// Scalars have 21 bits.
  private func packed(_ context: ArraySlice<UInt32>) -> UInt64 {
    context.reduce(0) { $0 << 21 | UInt64($1) }
  }
}

/// Runs of ASCII letters and apostrophes.
private func words(_ text: [UInt32]) -> [[UInt32]] {
  text.split { symbol in
    !(symbol == 0x27 || (0x41...0x5A).contains(symbol) || (0x61...0x7A).contains(symbol))
  }.map(Array.init)
}

private func lowercased(_ word: [UInt32]) -> [UInt32] {
  word.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
}

extension String {
  fileprivate var symbols: [UInt32] { unicodeScalars.map(\.value) }
}
