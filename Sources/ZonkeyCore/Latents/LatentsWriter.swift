/// Writes the latents of one document after another.
///
/// JSONL rows can be written as they come. The other formats begin with their sizes, so their
/// rows wait in temporary files that have no name, and memory is that of one document.
public final class LatentsWriter {
  private let level: Int
  private let width: Int
  private let model: String
  private let output: any LatentsOutput

  /// Prepares a file of latents of one level of one model, `width` numbers a segment.
  ///
  /// `temporaryDirectory` needs room for all of an .npy or .safetensors file. Throws
  /// `badConfiguration` for values out of range, `cannotCreate` when the directory takes no file.
  public init(
    format: LatentsFormat, precision: LatentsPrecision, level: Int, width: Int, model: String,
    temporaryDirectory: String = "/tmp"
  ) throws(ZonkeyError) {
    let empty = DocumentLatents(number: 1, level: level, model: model, width: width, values: [])
    if let reason = empty.problem { throw .badConfiguration(key: "latents", reason: reason) }
    self.level = level
    self.width = width
    self.model = model
    output =
      switch format {
      case .jsonl: JSONLLatentsWriter(precision: precision)
      case .npy:
        try NpyLatentsWriter(
          header: NpyHeader(precision: precision, level: level, width: width, model: model),
          directory: temporaryDirectory)
      case .safetensors:
        try SafetensorsLatentsWriter(
          precision: precision, level: level, width: width, model: model,
          directory: temporaryDirectory)
      }
  }

  /// Takes a document and returns the bytes that can be written now: a row of JSONL, with its
  /// newline; nothing of the other formats.
  ///
  /// Throws `badConfiguration` for latents that do not belong in this file or that its precision
  /// cannot hold, `io` when the temporary directory is full.
  public func append(_ document: DocumentLatents) throws(ZonkeyError) -> [UInt8] {
    if document.level != level || document.width != width || document.model != model {
      throw refused(document, "are of another model, level or width than the file")
    }
    if let reason = document.problem { throw refused(document, "do not hold together: \(reason)") }
    guard let bytes = try output.append(document) else {
      let isFinite = document.values.allSatisfy(\.isFinite)
      throw refused(
        document,
        isFinite
          ? "have numbers beyond half precision; write them as f32"
          : "have numbers that are not finite; use another model")
    }
    return bytes
  }

  /// Writes the rest of the file, piece by piece; call it once, after the last document.
  ///
  /// Throws what `write` throws, and `io` when the temporary files cannot be read.
  public func finish(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    try output.finish(write)
  }

  private func refused(_ document: DocumentLatents, _ reason: String) -> ZonkeyError {
    .badConfiguration(key: "latents", reason: "those of document \(document.number) \(reason)")
  }
}

/// Writes one format; documents have been checked.
protocol LatentsOutput {
  /// What can be written now; `nil` when the numbers cannot be stored as finite ones.
  func append(_ document: DocumentLatents) throws(ZonkeyError) -> [UInt8]?
  func finish(_ write: (UnsafeRawBufferPointer) throws -> Void) throws
}
