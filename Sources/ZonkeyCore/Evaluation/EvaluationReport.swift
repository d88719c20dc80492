import ZonkeyBase
import ZonkeyEngine
import ZonkeyModel

/// Figures in sections; every row of a section has the same keys, so that it is a table too.
package struct EvaluationReport: Sendable {
  package struct Section: Sendable {
    package let name: String
    package let rows: [JSONObject]
  }

  package private(set) var sections: [Section] = []

  mutating func add(_ name: String, _ rows: [JSONObject]) {
    sections.append(Section(name: name, rows: rows))
  }
}

/// What an evaluation does; in the order in which it does it.
package enum EvaluationPart: String, Sendable, CaseIterable {
  /// Where segments begin, beside baselines.
  case boundaries
  /// The same on text whose spaces were deleted.
  case spaces
  /// Encoded and decoded again, also with noise between.
  case roundtrip
  /// Starts that change when a letter far away does.
  case stability
  /// Texts from noise, judged beside real ones.
  case generation
}

/// How an evaluation is done.
package struct EvaluationOptions: Sendable {
  package var parts = EvaluationPart.allCases
  /// How many texts are generated, and from which seed.
  package var count = 200
  package var seed: UInt64 = 0
  package var threads = 1
  /// Texts that are judged in the place of generated ones.
  package var generated: [String]?

  package init() {}
}

/// Computes the figures of a model with their baselines and controls.
package struct Evaluator {
  private let zonkey: Zonkey
  private let texts: [[UInt8]]
  private let train: [[UInt8]]
  private let options: EvaluationOptions
  /// Told what is being done.
  private let progress: (String) -> Void

  /// `train` are texts that the model may have seen: entropies and the judge of generated texts
  /// learn from them. Without any, what needs them is left out.
  package init(
    _ zonkey: Zonkey, texts: [[UInt8]], train: [[UInt8]], options: EvaluationOptions,
    progress: @escaping (String) -> Void = { _ in }
  ) {
    self.zonkey = zonkey
    self.texts = texts.filter { !$0.isEmpty }
    self.train = train
    self.options = options
    self.progress = progress
  }

  package func run() throws(ZonkeyError) -> EvaluationReport {
    var report = EvaluationReport()
    for part in EvaluationPart.allCases where options.parts.contains(part) {
      switch part {
      case .boundaries: report.add("boundaries", try boundaries())
      case .spaces: report.add("spaces_deleted", try spacesDeleted())
      case .roundtrip: report.add("round_trip", try roundTrips())
      case .stability: report.add("stability", try stability())
      case .generation where train.isEmpty: continue
      case .generation: report.add("generation", try generation())
      }
    }
    return report
  }

  private func evaluation(_ texts: [[UInt8]]) -> ModelEvaluation {
    ModelEvaluation(zonkey, texts: texts, threads: options.threads)
  }

  // MARK: Boundaries

  private func boundaries() throws(ZonkeyError) -> [JSONObject] {
    progress("splitting")
    let top = zonkey.levelCount - 1
    let starts = try evaluation(texts).starts(topLevel: top, rule: .calibrated)
    let models = self.models(of: train)
    let surprisals = models.map { models in texts.map { models.surprisals($0) } }
    var rows: [JSONObject] = []
    for level in 0...top {
      let target: BoundaryTarget = level == 0 ? .words : .sentences
      let targets = texts.map { BoundaryTargets(target, in: $0) }
      let own = BoundaryRow(
        texts, starts.map { $0[level] }, targets: targets, surprisals: surprisals)
      rows.append(own.json("zk level \(level)", target: target.rawValue))
      progress("baselines of level \(level)")
      let known = BaselineTexts(texts, model: level == 0 ? models : nil)
      for splitter in BaselineSplitter.allCases
      where level == 0 ? !splitter.needsModel || models != nil : splitter.isBlind {
        let row = BoundaryRow(
          texts, known.starts(splitter, meanBytes: own.meanBytes), targets: targets,
          surprisals: surprisals)
        rows.append(row.json(splitter.rawValue, target: target.rawValue))
      }
    }
    return rows
  }

  private func models(of train: [[UInt8]]) -> ByteModels? {
    guard !train.isEmpty else { return nil }
    progress("counting n-grams")
    var models = ByteModels()
    for text in train { models.add(text) }
    return models
  }

  /// Words of text without spaces, at the rate at which words begin.
  private func spacesDeleted() throws(ZonkeyError) -> [JSONObject] {
    progress("splitting without spaces")
    let deleted = texts.map { DeletedSpaces($0) }.filter { !$0.text.isEmpty }
    let bare = deleted.map(\.text)
    let targets = deleted.map(\.targets)
    let bytes = bare.reduce(0) { $0 + $1.count }
    let words = targets.reduce(bare.count) { $0 + $1.after.count }
    let meanBytes = Double(bytes) / Double(max(1, words))
    let own = BoundaryRow(
      bare, try starts(bare, meanBytes: meanBytes), targets: targets, surprisals: nil)
    var rows = [own.json("zk level 0", target: "words")]
    let models = self.models(of: train.map { DeletedSpaces($0).text })
    let known = BaselineTexts(bare, model: models)
    for splitter in BaselineSplitter.allCases
    where splitter.needsModel ? models != nil : splitter.isBlind {
      let row = BoundaryRow(
        bare, known.starts(splitter, meanBytes: meanBytes), targets: targets, surprisals: nil)
      rows.append(row.json(splitter.rawValue, target: "words"))
    }
    return rows
  }

  /// Level 0's starts with the threshold that makes segments of this mean length, by bisection.
  private func starts(_ texts: [[UInt8]], meanBytes: Double) throws(ZonkeyError) -> [[Int]] {
    let evaluation = evaluation(texts)
    let bytes = Double(texts.reduce(0) { $0 + $1.count })
    var (low, high): (Float, Float) = (0, 1)
    var best: [[Int]] = []
    for _ in 0..<14 {
      let threshold = (low + high) / 2
      best = try evaluation.starts(topLevel: 0, rule: .threshold(threshold)).map { $0[0] }
      let mean = bytes / Double(best.reduce(0) { $0 + $1.count })
      if mean < meanBytes { low = threshold } else { high = threshold }
    }
    return best
  }

  // MARK: Round trips

  private func roundTrips() throws(ZonkeyError) -> [JSONObject] {
    var rows: [JSONObject] = []
    let evaluation = evaluation(texts)
    let starts = try evaluation.starts(topLevel: zonkey.levelCount - 1, rule: .calibrated)
    let bytes = texts.reduce(0) { $0 + $1.count }
    for level in 0..<zonkey.levelCount {
      let segments = starts.reduce(0) { $0 + $1[level].count }
      let treatments: [(String, ModelEvaluation.Treatment)] = [
        ("true starts", .none), ("inferred starts", .inferredStarts), ("noise 0.1", .noise(0.1)),
        ("noise 0.2", .noise(0.2)), ("noise 0.4", .noise(0.4)),
      ]
      for (name, treatment) in treatments {
        progress("level \(level), \(name)")
        let score = try evaluation.roundTrip(level: level, treatment)
        rows.append([
          "level": .integer(Int64(level)), "latents": .string(name),
          "byte_accuracy": rounded(score.byteAccuracy, 5), "exact": rounded(score.exactShare, 4),
          "numbers_per_byte": rounded(
            Double(segments * zonkey.latentWidth(level)) / Double(max(1, bytes)), 2),
        ])
      }
    }
    return rows
  }

  private func stability() throws(ZonkeyError) -> [JSONObject] {
    progress("changing letters")
    let (far, near, starts) = try evaluation(texts).stability()
    return [
      [
        "starts": .integer(Int64(starts)), "changed_near": .integer(Int64(near)),
        "changed_far": .integer(Int64(far)),
        "far_share": rounded(Double(far) / Double(max(1, starts)), 6),
      ]
    ]
  }

  // MARK: Generation

  private func generation() throws(ZonkeyError) -> [JSONObject] {
    let made = if let given = options.generated { given } else { try generated() }
    progress("judging generated texts")
    let judge = GenerationJudge(train: train.map(Self.string), real: texts.map(Self.string))
    let figures = judge.judge(made)
    return [
      figures.generated.json("generated"), figures.real.json("real"),
      figures.trigram.json("trigram"), figures.salad.json("real, words shuffled"),
    ]
  }

  /// Bytes that are judged of a text: enough to tell it, also where a model finds no end.
  private static let largestGenerated = 4096

  private func generated() throws(ZonkeyError) -> [String] {
    progress("generating")
    var generationOptions = GenerationOptions()
    generationOptions.seed = options.seed
    generationOptions.maxBytes = Self.largestGenerated
    try zonkey.prepare(for: generationOptions, threads: options.threads)
    let generators = try (0..<max(1, options.threads)).map { _ throws(ZonkeyError) in
      try Generator(zonkey, options: generationOptions)
    }
    // No more than a share for each, so that all have work.
    let fair = (options.count + generators.count - 1) / generators.count
    let length = max(1, min(fair, 2 * Generator.together))
    let runs = (options.count + length - 1) / length
    let made = ResultSlots<[String]>(count: runs, initial: [])
    Workers(count: generators.count).forEachRun(of: 0..<options.count, length: length) {
      worker, run, numbers in
      made[run] = generators[worker].documents(numbers.map { $0 + 1 }).map {
        String(decoding: $0, as: UTF8.self).replacing("\n", with: " ")
      }
    }
    return (0..<runs).flatMap { made[$0] }
  }

  private static func string(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self) }
}

/// A number with some digits behind the point.
private func rounded(_ value: Double, _ digits: Int) -> JSONValue {
  let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
  return value.isFinite ? .number((value * scale).rounded(.toNearestOrEven) / scale) : .null
}

extension BaselineSplitter {
  /// Whether it looks at nothing but the number of bytes.
  fileprivate var isBlind: Bool { self == .stride || self == .random }
}

/// The figures of one splitter on some texts.
private struct BoundaryRow {
  private let score: BoundaryScore
  /// How much starts concentrate where the next byte is surprising: the mean surprisal of the bytes
  /// at starts over that of all bytes (after SOMBRERO, arXiv 2601.22805; ours under a 6-gram).
  private let enrichment: Double?

  init(
    _ texts: [[UInt8]], _ starts: [[Int]], targets: [BoundaryTargets], surprisals: [[Double]]?
  ) {
    var score = BoundaryScore()
    for i in texts.indices { score.add(starts[i], of: texts[i], targets: targets[i]) }
    self.score = score
    enrichment = surprisals.map { surprisals in
      let all = surprisals.joined()
      let chosen = zip(surprisals, starts).flatMap { bits, starts in
        starts.filter { $0 > 0 }.map { bits[$0] }
      }
      let mean = all.reduce(0, +) / Double(max(1, all.count))
      return chosen.reduce(0, +) / Double(max(1, chosen.count)) / max(mean, 1e-9)
    }
  }

  var meanBytes: Double { score.meanBytes }

  func json(_ splitter: String, target: String) -> JSONObject {
    [
      "splitter": .string(splitter), "target": .string(target),
      "mean_bytes": rounded(score.meanBytes, 3), "precision": rounded(score.best.precision, 4),
      "recall": rounded(score.best.recall, 4), "f1": rounded(score.best.f1, 4),
      "f1_after": rounded(score.after.f1, 4), "f1_before": rounded(score.before.f1, 4),
      "single_words": rounded(score.wholeWordShare, 4),
      "enrichment": enrichment.map { rounded($0, 3) } ?? .null,
    ]
  }
}

extension GenerationJudge.Figures {
  fileprivate func json(_ name: String) -> JSONObject {
    [
      "texts": .string(name), "bits_per_char": rounded(bitsPerCharacter, 4),
      "order_bits": rounded(orderBits, 4), "reverse_bits": rounded(reverseBits, 4),
      "word_entropy": rounded(wordEntropy, 4), "known_words": rounded(knownWords, 4),
      "distinct_pairs": rounded(distinctPairs, 4), "distinct": rounded(distinctTexts, 4),
      "copied": rounded(copied, 4), "chars": .integer(Int64(characterCount)),
      "length_p10_p50_p90": .array(lengths.map { .integer(Int64($0)) }),
    ]
  }
}
