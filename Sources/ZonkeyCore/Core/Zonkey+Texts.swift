import ZonkeyBase
import ZonkeyModel
import ZonkeyPlatform

/// A text and its learned segments.
public struct SplitText: Sendable, Equatable {
  public let text: String
  /// The segments of levels 0 ... the one asked for; those of a level tile the text.
  public let levels: [[Segment]]

  /// The text cut into the segments of the highest level asked for.
  public var pieces: [String] {
    let bytes = Array(text.utf8)
    return (levels.last ?? []).map { String(decoding: bytes[$0.start..<$0.end], as: UTF8.self) }
  }
}

// Every function takes a sequence of texts and gives as many results in the same order, computed
// on `threads` threads (all processors by default), on which no result depends. With an
// `AsyncSequence` results come as texts do; `batch` is the most that are computed together, and 1
// answers every text before the next is read.

extension Zonkey {
  /// Splits texts into learned segments.
  ///
  /// `level` is the highest one that is split. Throws `noLevel` when the model does not have it.
  public func split(
    _ texts: some Sequence<String>, level: Int = 0, rule: SplitOptions.Rule = .calibrated,
    threads: Int? = nil
  ) throws(ZonkeyError) -> [SplitText] {
    try splitting(level, rule, threads, batch: 64).run(texts)
  }

  /// Splits texts as they come.
  public func split<Texts: AsyncSequence<String, any Error>>(
    _ texts: Texts, level: Int = 0, rule: SplitOptions.Rule = .calibrated, threads: Int? = nil,
    batch: Int = 64
  ) throws(ZonkeyError) -> AsyncResults<Texts, SplitText> {
    AsyncResults(base: texts, work: try splitting(level, rule, threads, batch: batch))
  }

  /// Encodes texts to the latents of a level, the highest by default.
  ///
  /// Throws `noLevel` when the model does not have the level.
  public func encode(
    _ texts: some Sequence<String>, level: Int? = nil, threads: Int? = nil
  ) throws(ZonkeyError) -> [DocumentLatents] {
    try encoding(level, threads, batch: 64).run(texts)
  }

  /// Encodes texts as they come.
  public func encode<Texts: AsyncSequence<String, any Error>>(
    _ texts: Texts, level: Int? = nil, threads: Int? = nil, batch: Int = 64
  ) throws(ZonkeyError) -> AsyncResults<Texts, DocumentLatents> {
    AsyncResults(base: texts, work: try encoding(level, threads, batch: batch))
  }

  /// Decodes latents to texts; bytes that are no valid UTF-8 become U+FFFD.
  ///
  /// Throws `otherModel` and others when latents are not this model's or do not fit it.
  public func decode(
    _ latents: some Sequence<DocumentLatents>, options: DecodeOptions = DecodeOptions(),
    threads: Int? = nil
  ) throws(ZonkeyError) -> [String] {
    try decoding(options, threads, batch: 64).run(latents)
  }

  /// Decodes latents as they come.
  public func decode<Latents: AsyncSequence<DocumentLatents, any Error>>(
    _ latents: Latents, options: DecodeOptions = DecodeOptions(), threads: Int? = nil,
    batch: Int = 64
  ) throws(ZonkeyError) -> AsyncResults<Latents, String> {
    AsyncResults(base: latents, work: try decoding(options, threads, batch: batch))
  }

  /// Generates texts from noise: the documents 1 ... `count` of the options' seed.
  ///
  /// Throws `noLevel` when the model does not have the level that starts from noise.
  public func generate(
    count: Int = 1, options: GenerationOptions = GenerationOptions(), threads: Int? = nil
  ) throws(ZonkeyError) -> [String] {
    try generating(options, threads).run(count < 1 ? [] : Array(1...count))
  }

  /// Generates the documents with these numbers as the numbers come.
  public func generate<Numbers: AsyncSequence<Int, any Error>>(
    _ numbers: Numbers, options: GenerationOptions = GenerationOptions(), threads: Int? = nil
  ) throws(ZonkeyError) -> AsyncResults<Numbers, String> {
    AsyncResults(base: numbers, work: try generating(options, threads))
  }

  // MARK: The work

  private func splitting(
    _ level: Int, _ rule: SplitOptions.Rule, _ threads: Int?, batch: Int
  ) throws(ZonkeyError) -> TextWork<String, SplitText> {
    let (encoders, workers) = try encoders(SplitOptions(rule: rule, topLevel: level), threads)
    return TextWork(workers: workers, batch: max(1, batch), bytes: { $0.utf8.count }) {
      worker, texts, first in
      let found = encoders[worker].encode(texts.map { Array($0.utf8) }, firstNumber: first)
      return zip(texts, found).map { .success(SplitText(text: $0, levels: $1.segments)) }
    }
  }

  private func encoding(
    _ level: Int?, _ threads: Int?, batch: Int
  ) throws(ZonkeyError) -> TextWork<String, DocumentLatents> {
    let level = level ?? levelCount - 1
    let (encoders, workers) = try encoders(SplitOptions(topLevel: level), threads)
    return TextWork(workers: workers, batch: max(1, batch), bytes: { $0.utf8.count }) {
      worker, texts, first in
      let found = encoders[worker].encode(
        texts.map { Array($0.utf8) }, firstNumber: first, withLatents: true)
      return zip(texts, found).enumerated().map { index, pair in
        .success(
          DocumentLatents(
            pair.1, of: self, number: first + index, byteCount: pair.0.utf8.count))
      }
    }
  }

  private func encoders(
    _ options: SplitOptions, _ threads: Int?
  ) throws(ZonkeyError) -> (PerWorker<DocumentEncoder>, Int) {
    let workers = max(1, threads ?? System.processorCount)
    let encoders = try PerWorker(workers) { () throws(ZonkeyError) in
      try DocumentEncoder(self, options: options)
    }
    return (encoders, workers)
  }

  private func decoding(
    _ options: DecodeOptions, _ threads: Int?, batch: Int
  ) throws(ZonkeyError) -> TextWork<DocumentLatents, String> {
    let workers = max(1, threads ?? System.processorCount)
    let decoders = try PerWorker(workers) { DocumentDecoder(self, options: options) }
    return TextWork(
      workers: workers, batch: max(1, batch), bytes: { $0.byteCount ?? $0.count * 8 }
    ) { worker, documents, first in
      documents.enumerated().map { index, document in
        do throws(ZonkeyError) {
          try self.check(document, source: "latents \(first + index)")
          let bytes = decoders[worker].decode([document])[0]
          return .success(String(decoding: bytes, as: UTF8.self))
        } catch {
          return .failure(error)
        }
      }
    }
  }

  private func generating(
    _ options: GenerationOptions, _ threads: Int?
  ) throws(ZonkeyError) -> TextWork<Int, String> {
    let workers = max(1, threads ?? System.processorCount)
    try prepare(for: options, threads: workers)
    let generators = try PerWorker(workers) { () throws(ZonkeyError) in
      try Generator(self, options: options)
    }
    return TextWork(workers: workers, batch: 2 * Generator.together, bytes: { _ in 1 << 7 }) {
      worker, numbers, _ in
      generators[worker].documents(Array(numbers)).map {
        .success(String(decoding: $0, as: UTF8.self))
      }
    }
  }
}
