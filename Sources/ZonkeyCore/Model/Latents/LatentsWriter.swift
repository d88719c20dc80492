import ZonkeyBase

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
          precision: precision, width: width, directory: temporaryDirectory)
      case .safetensors:
        try SafetensorsLatentsWriter(
          precision: precision, level: level, width: width, model: model,
          directory: temporaryDirectory)
      }
  }

  /// Takes a document and returns the bytes that can be written now: a row of JSONL, with its
  /// newline; nothing of the other formats.
  ///
  /// Throws `badConfiguration` for latents that do not belong in this file or are beyond its
  /// precision, `badInput` for those that do not hold together or are too many, `badModel` for
  /// numbers that are not finite, `io` when the temporary directory is full. A document that was
  /// refused leaves the file as it was, except after `io`.
  public func append(_ document: DocumentLatents) throws(ZonkeyError) -> [UInt8] {
    if document.level != level || document.width != width || document.model != model {
      throw .badConfiguration(
        key: "latents",
        reason: "those of document \(document.number) are of another model, level or width than "
          + "the file; write each to its own file")
    }
    if let reason = document.problem {
      throw .badInput(
        source: "latents of document \(document.number)", line: nil, offset: nil, reason: reason)
    }
    guard let bytes = try output.append(document) else {
      guard document.values.allSatisfy(\.isFinite) else {
        throw .badModel(
          path: "model \(model)",
          reason: "gives latents that are not finite for document \(document.number); use another "
            + "model")
      }
      throw .badConfiguration(
        key: "precision",
        reason: "f16 cannot hold the latents of document \(document.number); write them as f32")
    }
    return bytes
  }

  /// Writes the rest of the file, piece by piece; call it once, after the last document.
  ///
  /// `table` writes the rows of the documents of an .npy matrix to their own file; without it they
  /// follow the matrix.
  ///
  /// Throws what `write` throws, and `io` when the temporary files cannot be read.
  public func finish(
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    table: ((UnsafeRawBufferPointer) throws -> Void)? = nil
  ) throws {
    try output.finish(write, table: table)
  }
}

/// Writes one format; documents have been checked.
protocol LatentsOutput {
  /// What can be written now; `nil` when the numbers cannot be stored as finite ones.
  func append(_ document: DocumentLatents) throws(ZonkeyError) -> [UInt8]?
  func finish(
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    table: ((UnsafeRawBufferPointer) throws -> Void)?
  ) throws
}
