import ZonkeyBase

/// Splitters that a learned one is compared with. Each gives the starts of every text, 0 first.
package enum BaselineSplitter: String, Sendable, CaseIterable {
  /// A start where the next byte is hard to predict, as byte-latent models do.
  case entropy
  /// A start where the next byte is harder to predict than the one before.
  case entropyRise = "entropy_rise"
  /// The same with a second model that reads backwards: entropies of both sides added.
  case entropyBothSides = "entropy_both_sides"
  case entropyRiseBothSides = "entropy_rise_both_sides"
  /// A start behind every blank.
  case whitespace
  /// A start behind a byte that is neither letter nor digit and not behind another such byte.
  case spaceByte = "space_byte"
  case stride
  case random

  /// Whether it needs a model of n-grams.
  package var needsModel: Bool {
    switch self {
    case .entropy, .entropyRise, .entropyBothSides, .entropyRiseBothSides: true
    case .whitespace, .spaceByte, .stride, .random: false
    }
  }
}

/// Texts with what the baselines need to know of them.
package struct BaselineTexts {
  private let texts: [[UInt8]]
  /// The entropy of every byte from what stands before it, and of the byte before from what follows.
  private let forward: [[Double]]
  private let backward: [[Double]]

  /// Without models only splitters that need none may be asked for.
  package init(_ texts: [[UInt8]], model: ByteModels?) {
    self.texts = texts
    forward = model.map { $0.entropies(texts) } ?? []
    backward = model.map { $0.backwardEntropies(texts) } ?? []
  }

  /// The starts of every text. Those that have a threshold get the one that makes segments of
  /// `meanBytes` on these texts; `stride` is the nearest whole number.
  package func starts(_ splitter: BaselineSplitter, meanBytes: Double) -> [[Int]] {
    switch splitter {
    case .entropy: return highest(forward, meanBytes: meanBytes)
    case .entropyRise: return highest(forward.map(rises), meanBytes: meanBytes)
    case .entropyBothSides: return highest(sums(forward, backward), meanBytes: meanBytes)
    case .entropyRiseBothSides:
      return highest(
        sums(forward.map(rises), backward.map(falls)), meanBytes: meanBytes)
    case .whitespace:
      return marked { text, i in
        BoundaryTargets.isBlank(text[i - 1]) && !BoundaryTargets.isBlank(text[i])
      }
    case .spaceByte:
      return marked { text, i in
        isSeparator(text[i - 1]) && (i < 2 || !isSeparator(text[i - 2]))
      }
    case .stride:
      let length = max(1, Int(meanBytes.rounded()))
      return texts.map { text in
        var last = 0
        return starts(text) { i in
          guard i - last >= length else { return false }
          last = i
          return true
        }
      }
    case .random:
      var random = MersenneTwister(seed: 1)
      let rate = 1 / max(1, meanBytes)
      return texts.map { text in starts(text) { _ in random.uniform() < rate } }
    }
  }

  /// Starts at the places with the highest values: as many as segments of the wanted mean length
  /// make. Ties with the last of them begin nothing.
  private func highest(_ values: [[Double]], meanBytes: Double) -> [[Int]] {
    let candidates = zip(texts, values).flatMap { text, values in
      text.indices.dropFirst().map { text[$0].isUTF8Continuation ? -Double.infinity : values[$0] }
    }.sorted(by: >)
    let byteCount = texts.reduce(0) { $0 + $1.count }
    let wanted = Int(Double(byteCount) / meanBytes) - texts.count
    guard !candidates.isEmpty else { return texts.map { starts($0) { _ in false } } }
    let cut = candidates[min(candidates.count - 1, max(0, wanted))]
    return zip(texts, values).map { text, values in starts(text) { values[$0] > cut } }
  }

  private func marked(_ begins: (_ text: [UInt8], _ place: Int) -> Bool) -> [[Int]] {
    texts.map { text in starts(text) { begins(text, $0) } }
  }

  /// 0 and every other place where a character begins and `begins` holds.
  private func starts(_ text: [UInt8], _ begins: (Int) -> Bool) -> [Int] {
    text.isEmpty
      ? [] : [0] + text.indices.dropFirst().filter { !text[$0].isUTF8Continuation && begins($0) }
  }

  private func rises(_ values: [Double]) -> [Double] {
    values.indices.map { $0 == 0 ? values[$0] : values[$0] - values[$0 - 1] }
  }

  /// By how much each value lies above the next: the rise of one who reads backwards.
  private func falls(_ values: [Double]) -> [Double] {
    values.indices.map { $0 + 1 == values.count ? values[$0] : values[$0] - values[$0 + 1] }
  }

  private func sums(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    zip(a, b).map { a, b in zip(a, b).map { $0 + $1 } }
  }

  private func isSeparator(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    let isAlphanumeric =
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lower)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    return !isAlphanumeric && !byte.isUTF8Continuation
  }
}

/// N-gram models of bytes that read forwards and backwards.
package struct ByteModels: Sendable {
  private var forward = NGramModel(order: 6)
  private var backward = NGramModel(order: 6)

  package init() {}

  package mutating func add(_ text: [UInt8]) {
    let symbols = text.map { UInt32($0) }
    forward.add(symbols)
    backward.add(symbols.reversed())
  }

  /// -log₂ of every byte's probability.
  package func surprisals(_ text: [UInt8]) -> [Double] {
    forward.surprisals(text.map { UInt32($0) })
  }

  /// The entropy of every byte, given those before it.
  func entropies(_ texts: [[UInt8]]) -> [[Double]] {
    var cache = EntropyCache(forward)
    return texts.map { cache.entropies($0.map { UInt32($0) }) }
  }

  /// At every place the entropy of the byte before it, given those from there on; at 0, 0.
  func backwardEntropies(_ texts: [[UInt8]]) -> [[Double]] {
    var cache = EntropyCache(backward)
    return texts.map { text in
      let found = cache.entropies(text.reversed().map { UInt32($0) })
      return text.indices.map { $0 == 0 ? 0 : found[text.count - $0] }
    }
  }
}

/// Entropies by context, each computed once.
private struct EntropyCache {
  private let model: NGramModel
  private var known: [UInt64: Double] = [:]

  init(_ model: NGramModel) { self.model = model }

  mutating func entropies(_ text: [UInt32]) -> [Double] {
    let line = [10] + text
    return text.indices.map { i in
      let context = model.entropyContext(after: line, end: i + 1)
      if let entropy = known[context] { return entropy }
      let entropy = model.entropy(after: line, end: i + 1)
      known[context] = entropy
      return entropy
    }
  }
}
