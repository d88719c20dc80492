import ZonkeyBase

/// Writes the latents of one document after another.
///
/// JSONL rows can be written as they come. The other formats begin with their sizes, so their
/// rows wait in temporary files that have no name, and memory is that of one document; a long
/// document comes in parts, and its row of JSONL waits in such files too.
public final class LatentsWriter {
  private let format: LatentsFormat
  private let precision: LatentsPrecision
  private let level: Int
  private let width: Int
  private let model: String
  private let output: any LatentsOutput

  /// Prepares a file of latents of one level of one model, `width` numbers a segment.
  ///
  /// `temporaryDirectory` needs room for all of an .npy or .safetensors file, or for the longest row
  /// of JSONL. Throws
  /// `badConfiguration` for values out of range, `cannotCreate` when the directory takes no file.
  public init(
    format: LatentsFormat, precision: LatentsPrecision, level: Int, width: Int, model: String,
    temporaryDirectory: String = "/tmp"
  ) throws(ZonkeyError) {
    let empty = DocumentLatents(number: 1, level: level, model: model, width: width, values: [])
    if let reason = empty.problem { throw .badConfiguration(key: "latents", reason: reason) }
    self.format = format
    self.precision = precision
    self.level = level
    self.width = width
    self.model = model
    output =
      switch format {
      case .jsonl:
        JSONLLatentsWriter(precision: precision, empty: empty, directory: temporaryDirectory)
      case .npy:
        try NpyLatentsWriter(
          precision: precision, empty: empty, directory: temporaryDirectory)
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
    try append(prepare(document))
  }

  /// Does of `append` what depends on no other document; any thread may call it.
  package func prepare(_ document: DocumentLatents) throws(ZonkeyError) -> PreparedLatents {
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
    guard let numbers = precision.encode(document.values) else {
      throw refusal(of: document.values, number: document.number)
    }
    let isRow = format == .jsonl
    let row =
      format == .safetensors
      ? []
      : JSONLLatentsWriter.row(document, precision: precision, numbers: isRow ? numbers : nil)
    var rest = document
    rest.values = []
    return PreparedLatents(
      document: rest, count: document.count, numbers: isRow ? [] : numbers, row: row)
  }

  /// Does the rest of it, document after document.
  package func append(_ prepared: PreparedLatents) throws(ZonkeyError) -> [UInt8] {
    try output.append(prepared)
  }

  /// Takes a long document whose latents come in parts, and writes what can be written now: what
  /// `append` gives of them together, but for the limits on a document's size. `onPart` is called
  /// behind each part.
  ///
  /// Returns its number of segments. Throws as `append` does, and what `write` and `onPart` throw; a
  /// document that was refused leaves a file that cannot be completed.
  @discardableResult
  public func append(
    _ document: LongDocument, parts: some Sequence<EncodedDocument>,
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    onPart: (EncodedDocument) throws -> Void = { _ in }
  ) throws -> Int {
    for part in parts {
      guard part.segments.count == level + 1,
        part.latents.count == (part.segments.last ?? []).count * width
      else {
        throw ZonkeyError.badConfiguration(
          key: "latents", reason: "a part is of another level or width than the file")
      }
      guard try output.append(part: part) else {
        throw refusal(of: part.latents, number: document.number)
      }
      try onPart(part)
    }
    return try output.endLong(document, write)
  }

  /// What readers will say against a long document of these numbers of segments, from level 0 up;
  /// `nil` when they take it.
  public func doubt(segments: [Int]) -> String? {
    let count = segments.last ?? 0
    let (values, starts) = (count * width, segments.reduce(0, +))
    // A start has up to eleven digits and a comma.
    let rowBytes = values * precision.elementType.byteCount / 3 * 4 + 12 * starts
    let fitsRow =
      format != .jsonl
      || starts < JSONLLatentsReader.maximumRowValues
        && rowBytes < JSONLLatentsReader.maximumRowBytes
    if fitsRow && values <= DocumentLatents.maximumValueCount { return nil }
    return "has \(count) latents of \(width) numbers, more than zk decode takes of one document"
  }

  /// Why numbers cannot be stored.
  private func refusal(of values: [Float], number: Int) -> ZonkeyError {
    guard values.allSatisfy(\.isFinite) else {
      return .badModel(
        path: "model \(model)",
        reason: "gives latents that are not finite for document \(number); use another model")
    }
    return .badConfiguration(
      key: "precision",
      reason: "f16 cannot hold the latents of document \(number); write them as f32")
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

/// A document's latents as a writer takes them.
package struct PreparedLatents: Sendable {
  /// Without its numbers.
  package let document: DocumentLatents
  /// How many segments it has.
  package let count: Int
  /// The numbers as they are stored, but for JSONL.
  let numbers: ArraySlice<UInt8>
  /// The row of JSON, where the format has one.
  let row: [UInt8]
}

/// Writes one format; documents have been checked.
protocol LatentsOutput {
  /// What can be written now.
  func append(_ prepared: PreparedLatents) throws(ZonkeyError) -> [UInt8]
  /// Takes a part of a long document; false when the numbers cannot be stored as finite ones.
  func append(part: EncodedDocument) throws(ZonkeyError) -> Bool
  /// Ends the document whose parts were taken, writes what can be written now, and returns the
  /// number of its segments.
  func endLong(
    _ document: LongDocument, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Int
  func finish(
    _ write: (UnsafeRawBufferPointer) throws -> Void,
    table: ((UnsafeRawBufferPointer) throws -> Void)?
  ) throws
}
