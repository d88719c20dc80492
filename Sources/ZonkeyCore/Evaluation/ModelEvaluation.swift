import Synchronization
import ZonkeyBase
import ZonkeyEngine
import ZonkeyModel

/// The figures of a model on texts, from inside; each verb's own output would give the same.
package final class ModelEvaluation {
  private let zonkey: Zonkey
  private let texts: [[UInt8]]
  private let workers: Workers
  /// How many texts go through an encoder or decoder together; results do not depend on it.
  private let batch = 16

  /// `texts` are what the figures are about; empty ones are left out.
  package init(_ zonkey: Zonkey, texts: [[UInt8]], threads: Int) {
    self.zonkey = zonkey
    self.texts = texts.filter { !$0.isEmpty }
    workers = Workers(count: threads)
  }

  /// The starts of the segments of every text, level by level: [text][level].
  package func starts(topLevel: Int, rule: SplitOptions.Rule) throws(ZonkeyError) -> [[[Int]]] {
    try starts(of: texts, options: SplitOptions(rule: rule, topLevel: topLevel))
  }

  private func starts(
    of texts: [[UInt8]], options: SplitOptions
  ) throws(ZonkeyError) -> [[[Int]]] {
    let encoders = try encoders(options)
    return mapped(texts) { worker, texts in
      encoders[worker].encode(texts).map { $0.segments.map { $0.map(\.start) } }
    }
  }

  // MARK: Round trip

  /// What a text's latents went through before they are decoded.
  package enum Treatment: Sendable, Equatable {
    /// Decoded as they are, by their true starts.
    case none
    /// Decoded without the starts and lengths.
    case inferredStarts
    /// Noise of this level is added (model §5), from 0 to 1.
    case noise(Float)
  }

  /// Texts encoded at a level in half precision and decoded again.
  package func roundTrip(level: Int, _ treatment: Treatment) throws(ZonkeyError) -> RoundTripScore {
    let encoders = try encoders(SplitOptions(topLevel: level))
    var options = DecodeOptions()
    options.infersStarts = treatment == .inferredStarts
    let decoders = (0..<workers.count).map { _ in DocumentDecoder(zonkey, options: options) }
    let decoded = mapped(texts) { [self] worker, texts in
      let encoded = encoders[worker].encode(texts, withLatents: true)
      let treated = zip(texts, encoded).map { text, encoded in
        latents(of: text, encoded, level: level, treatment)
      }
      return decoders[worker].decode(treated).map(Self.repaired)
    }
    var score = RoundTripScore()
    for (text, decoded) in zip(texts, decoded) { score.add(text, decoded: decoded) }
    return score
  }

  private func latents(
    of text: [UInt8], _ encoded: EncodedDocument, level: Int, _ treatment: Treatment
  ) -> DocumentLatents {
    let width = zonkey.latentWidth(level)
    var values = encoded.latents.map { Float(Float16($0)) }
    if case .noise(let t) = treatment { addNoise(of: t, to: &values, width: width, text: text) }
    return DocumentLatents(
      number: 1, level: level, model: zonkey.id, width: width, values: values,
      starts: encoded.segments[level].map(\.start),
      inner: level > 0 ? encoded.segments[..<level].map { $0.map(\.start) } : nil,
      byteCount: text.count)
  }

  /// √t·z + √(1 - t)·x, brought back to the length of x. The text seeds the draws.
  private func addNoise(of t: Float, to values: inout [Float], width: Int, text: [UInt8]) {
    let source = RandomSource(seed: 0x401)
    let seed = text.reduce(UInt64(text.count)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let noise = source.normal(source.key(seed), count: values.count)
    for first in stride(from: 0, to: values.count, by: width) {
      let row = first..<first + width
      let length = row.reduce(Float(0)) { $0 + values[$1] * values[$1] }.squareRoot()
      for i in row { values[i] = (1 - t).squareRoot() * values[i] + t.squareRoot() * noise[i] }
      let mixed = row.reduce(Float(0)) { $0 + values[$1] * values[$1] }.squareRoot()
      for i in row { values[i] *= length / max(mixed, 1e-9) }
    }
  }

  /// What a model made as the lines that `zk decode` prints.
  private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    String(decoding: bytes, as: UTF8.self).utf8.map { $0 == 0x0A ? 0x20 : $0 }
  }

  // MARK: Stability

  /// One letter of every text is changed to another: starts of level 0 that came or went more than
  /// a segment's length away, and starts in all.
  package func stability() throws(ZonkeyError) -> (far: Int, near: Int, starts: Int) {
    let source = RandomSource(seed: 0x57AB)
    var (changed, places) = ([[UInt8]](), [Int]())
    for (number, text) in texts.enumerated() {
      var text = text
      let first = source.index(source.key(UInt64(number)), below: text.count)
      // Only letters of ASCII are changed, so that the text stays UTF-8.
      let place = (text[first...].indices.first { isLetter(text[$0]) }) ?? -1
      if place >= 0 { text[place] += 1 }
      changed.append(text)
      places.append(place)
    }
    let before = try starts(topLevel: 0, rule: .calibrated)
    let after = try starts(of: changed, options: SplitOptions())
    let reach = zonkey.configuration.levels[0].segmentLength
    var (far, near, count) = (0, 0, 0)
    for (index, place) in places.enumerated() where place >= 0 {
      let difference = Set(before[index][0]).symmetricDifference(after[index][0])
      far += difference.count { abs($0 - place) > reach }
      near += difference.count { abs($0 - place) <= reach }
      count += before[index][0].count
    }
    return (far, near, count)
  }

  /// A letter with another behind it in the alphabet.
  private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "y")).contains(byte | 0x20)
  }

  // MARK: Helpers

  private func encoders(_ options: SplitOptions) throws(ZonkeyError) -> [DocumentEncoder] {
    var encoders: [DocumentEncoder] = []
    for _ in 0..<workers.count { encoders.append(try DocumentEncoder(zonkey, options: options)) }
    return encoders
  }

  /// `body` over batches of texts, in order.
  private func mapped<Output: Sendable>(
    _ texts: [[UInt8]], _ body: @escaping (_ worker: Int, _ texts: [[UInt8]]) -> [Output]
  ) -> [Output] {
    let pieces = stride(from: 0, to: texts.count, by: batch).map {
      $0..<min($0 + batch, texts.count)
    }
    let results = Mutex([[Output]](repeating: [], count: pieces.count))
    workers.run(pieces.count) { worker, piece in
      let found = body(worker, Array(texts[pieces[piece]]))
      results.withLock { $0[piece] = found }
    }
    return results.withLock { $0 }.flatMap { $0 }
  }
}
