import ZonkeyModel
import ZonkeyText
import ZonkeyEngine
import ZonkeyBase

/// A corpus of files as a source of crops: streamed, shuffled in a bounded buffer, read again and
/// again when it consists of files.
public final class Corpus {
  private let paths: [String]
  private let options: ReaderOptions
  private var reader: DocumentReader

  /// Opens the corpus; standard input (`-`) can be read once only.
  public init(
    paths: [String], options: ReaderOptions = ReaderOptions()
  ) throws(ZonkeyError) {
    self.paths = paths
    self.options = options
    reader = try DocumentReader(paths: paths, options: options)
  }

  /// Documents that a pass has left out as invalid, by reason; however often it is read, a corpus
  /// has each of them once.
  public var skipped: [String: Int] { reader.skipped.merging(skippedBefore) { max($0, $1) } }
  private var skippedBefore: [String: Int] = [:]

  /// The files, as a message names them.
  var name: String { paths.isEmpty ? "-" : paths.joined(separator: " ") }

  private var isRereadable: Bool { !paths.isEmpty && !paths.contains("-") }

  /// Crops for a configuration; at most about 64 MiB of text waits in the buffer.
  package func crops(
    _ configuration: Configuration, seed: UInt64, passLimit: Int?
  ) -> CropBuffer {
    let length = configuration.levels[0].documentLength
    return CropBuffer(
      source: RandomSource(seed: seed), cropLength: length, capacity: max(64, (1 << 26) / length),
      passLimit: passLimit, lineShare: configuration.departures.beginningShare,
      next: { [self] in try reader.next()?.text },
      restart: { [self] in
        guard isRereadable else { return false }
        skippedBefore = skipped
        reader = try DocumentReader(paths: paths, options: options)
        return true
      })
  }

  /// The first crops of a corpus, for validation and calibration: about `bytes` of text.
  package static func sample(
    paths: [String], options: ReaderOptions, cropLength: Int, bytes: Int
  ) throws(ZonkeyError) -> [Crop] {
    let reader = try DocumentReader(paths: paths, options: options)
    var (crops, total) = ([Crop](), 0)
    while total < bytes, let document = try reader.next() {
      guard !document.text.isEmpty else { continue }
      var end = min(cropLength, document.text.count)
      while end < document.text.count && end > 1 && document.text[end].isUTF8Continuation {
        end -= 1
      }
      crops.append(
        Crop(bytes: Array(document.text[..<end]), complete: end == document.text.count))
      total += end
    }
    return crops
  }
}
