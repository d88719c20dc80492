import Foundation
import ZonkeyCore

/// The model and the text that the benchmarks run on.
struct Workload {
  enum Segments: String {
    /// Freshly initialised weights, every window with all its positions, as published.
    case dense
    /// Segments that begin at spaces, and positions that hardly exist left out.
    case sharp
  }

  let model: ZonkeyModel
  let weights: ParameterStore

  /// The model of the published measurements: width 64, two levels, windows of 16.
  ///
  /// `sharp` does what training does to the splitters, without training: their last maps are set
  /// so that level 0 begins a segment at every space (mean length 5 to 7 in English) and level 1
  /// at every seventh unit on average, with probabilities near 0 and 1, and rows of existence
  /// below 1e-3 are dropped. (The model that comes with zk is like that: mean lengths 5.9 and 6.8,
  /// 98 of 100 starts of level 1 certain.) The caps leave room for all documents' segments.
  init(_ segments: Segments) throws {
    try self.init(try Self.published(segments))
    guard segments == .sharp else { return }
    beginAtSpaces()
    beginAtUnits(share: 1 / 7)
  }

  /// Fresh weights of any configuration.
  init(_ configuration: Configuration) throws {
    model = try ZonkeyModel(configuration)
    weights = ParameterStore(count: model.parameters.count)
    model.initialize(weights, random: RandomSource(seed: 7))
  }

  /// The model for use; starts can be drawn, there is no calibration.
  func zonkey(_ arithmetic: Arithmetic = .float32) -> Zonkey {
    let blank = Calibration(probabilities: [], positions: 1)
    return Zonkey(
      model: model, weights: weights, calibrations: model.levels.map { _ in blank },
      state: TrainingState(seed: 7), id: "", arithmetic: arithmetic)
  }

  private static func published(_ segments: Segments) throws -> Configuration {
    // The other presets depart from the published form.
    guard var configuration = Configuration.preset("paper") else {
      throw ZonkeyError.badConfiguration(key: "preset", reason: "paper is missing")
    }
    try configuration.apply(
      JSONValue(
        parsing: """
          {"levels": [
            {"width": 64, "compressionVectors": 4, "segmentLength": 16, "documentLength": 1024,
             "segmentLimit": \(segments == .dense ? 512 : 640), "heads": 4, "compressorLayers": 2,
             "decompressorLayers": 1, "denoiserLayers": 2},
            {"width": 256, "compressionVectors": 4, "segmentLength": 16, "documentLength": 128,
             "segmentLimit": 64, "heads": 4, "compressorLayers": 2, "decompressorLayers": 1,
             "denoiserLayers": 2}],
           "vocabulary": 258, "topDocumentLength": 16, "feedForwardRatio": 4, "batch": 3,
           "paddedDocuments": true}
          """))
    configuration.livingBound = segments == .dense ? 0 : 1e-3
    return configuration
  }

  /// The published configuration, dense, with other quantities; its caps on segments never bind.
  static func scaled(
    documents: Int = 1, crop: Int = 1024, width: Int = 64, levels: Int = 2
  ) throws -> Configuration {
    var configuration = try published(.dense)
    let pattern = configuration.levels[0]
    configuration.batch = documents
    configuration.levels = (0..<levels).map { index in
      var level = pattern
      level.width = width << (2 * index)
      // A document has an eighth of the units of the level below, as published.
      level.documentLength = crop >> (3 * index)
      level.segmentLimit = documents * level.documentLength
      return level
    }
    configuration.topDocumentLength = crop >> (3 * levels)
    return configuration
  }

  /// Sets level 0's last splitting map to the direction of the space's embedding: its logit is
  /// near +10 on spaces, near -10 on others.
  private func beginAtSpaces() {
    let splitter = model.levels[0].splitter
    let width = model.levels[0].configuration.width
    let space = weights.values + model.embedding.offset + 32 * width
    var square: Float = 0
    for j in 0..<width { square += space[j] * space[j] }
    let gain = 20 * Float(width).squareRoot()
    let map = weights.values + splitter.fromSequence.weight.offset
    for j in 0..<width { map[j] = gain * space[j] / square }
    weights.values[splitter.fromSequence.bias.offset] = -gain / 2
  }

  /// Scales and shifts level 1's last splitting maps so that the units with the highest logits
  /// begin segments, nearly all with certainty: which units these are is left to the fresh weights.
  private func beginAtUnits(share: Float) {
    let (tape, draws) = (
      Tape(weights: weights, workers: Workers(count: 1), recording: false), Self.draws
    )
    let step = TrainingStep(model: model, tape: tape)
    let crops = Self.crops(model.configuration.batch, length: 1024)
    let latents = step.run(
      symbols: crops, draws: draws, gradients: nil, keepLatents: true, weight: step.weight
    ).latents[0]
    let (level, width) = (model.levels[1], model.levels[1].configuration.width)
    tape.reset()
    let units = tape.constant(latents, columns: width)
    let p = level.boundaryProbability(
      units, offsets: [0, Int32(units.rows)], on: tape
    ).array
    let logits = p.map { Foundation.log($0 / (1 - $0)) }.sorted()
    let threshold = logits[Int(Float(logits.count) * (1 - share))]
    let middle = logits[logits.count / 2]
    // A logit's distance from the threshold times this is its new value.
    let gain = 100 / max(threshold - middle, 1e-6)
    let splitter = level.splitter
    for map in [splitter.fromSequence.weight, splitter.fromSequence.bias, splitter.fromFeatures] {
      for i in map.range { weights.values[i] *= gain }
    }
    let (bias, root) = (weights.values[splitter.bias.offset], Float(width).squareRoot())
    weights.values[splitter.fromSequence.bias.offset] +=
      gain * bias + root * (gain * (level.priorLogit - threshold) - level.priorLogit) - bias
  }

  /// The draws of every step that is measured: of the first of this seed these come nearest to
  /// the mean number of dense segments.
  static var draws: RandomDraws { RandomDraws(source: RandomSource(seed: 11), step: 3) }

  /// `count` crops of `length` characters, each from another place of the text.
  static func crops(_ count: Int, length: Int) -> [DocumentSymbols] {
    (0..<count).map { crop in
      let symbols = (0..<length).map { Int32(text[(crop * 389 + $0) % text.count]) }
      return DocumentSymbols(symbols: symbols, real: length, complete: false)
    }
  }

  /// The text again and again in lines of 300 to 600 bytes that end with a sentence, `bytes` of
  /// it or a little more.
  static func paragraphs(bytes: Int) -> [[UInt8]] {
    let sentences = text.split(whereSeparator: { $0 == 46 || $0 == 10 })
    var (paragraphs, paragraph, count) = ([[UInt8]](), [UInt8](), 0)
    while count < bytes {
      for sentence in sentences {
        paragraph += sentence + [46]
        guard paragraph.count >= 300 else { continue }
        paragraphs.append(Array(paragraph.drop { $0 == 32 }))
        count += paragraph.count
        paragraph = []
      }
    }
    return paragraphs
  }

  /// Plain English of 1.6 kB: the segments' lengths depend on nothing else of it.
  private static let text = Array(
    """
    The harbour of the old town lies behind a long wall of grey stone, and in the winter months \
    the boats are pulled up on the sand before the storms arrive. Every family that lives there \
    owns a part of one of them. In spring the planks are scraped and painted, the nets are hung \
    over the fences of the gardens, and the children are sent along the beach to look for floats \
    that the sea has carried away. By the end of April nobody talks about anything but the wind. \
    There is a small school on the hill with two teachers, and the lessons stop whenever a sail \
    comes round the point. People say that the bell of the chapel was once part of a ship, which \
    struck the rocks in a fog three hundred years ago; its name can still be read on the rim. On \
    market days farmers bring cheese, apples and wool down the valley and take home salt and \
    dried fish. The road follows the river and crosses it eleven times, because the people who \
    built it could never agree on which bank belonged to whom. At the sixth bridge stands an inn \
    where travellers stay when the water is high. Its kitchen is known for a soup of leeks and \
    smoked eel, and its owner for a habit of telling the same story to every guest, each time \
    with another ending. In autumn the inn is full of painters who come for the light. They sit \
    between the willows from morning until dusk, complain about the mist, and leave behind them \
    pictures of cows that the innkeeper hangs in the hall. When the first snow closes the pass, \
    the valley is quiet again, and letters take a week to reach the coast.\n
    """.utf8)
}

extension DocumentSymbols {
  /// The text's bytes.
  var bytes: [UInt8] { symbols.prefix(real).map { UInt8($0) } }
}
