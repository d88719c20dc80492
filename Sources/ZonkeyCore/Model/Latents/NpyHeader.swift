import ZonkeyBase

/// What an .npy file of latents begins with: a plain matrix [N, width] of numpy, the segments of
/// all documents one after another.
///
/// Which of them belong to which document, their ids, starts and lengths, the model and the level
/// stand in rows of JSON, one a document: those of the format JSONL without the numbers. They
/// follow the matrix, which is all that numpy reads, or lie in a file beside it.
struct NpyHeader: Equatable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The longest header that is read; zk's own has under 200 bytes.
  static let maximumBytes = 1 << 20

  let precision: LatentsPrecision
  let rowCount: Int
  let width: Int

  /// The bytes of a row, and of all of them.
  var rowBytes: Int { width * precision.elementType.byteCount }
  var dataBytes: Int { rowCount * rowBytes }

  /// The header in format version 1.0, padded so that the data is aligned.
  func serialised() -> [UInt8] {
    let type = precision == .f32 ? "<f4" : "<f2"
    let text =
      "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(rowCount), \(width)), }"
    let unpadded = Self.magic.count + 4 + text.utf8.count + 1
    let total = (unpadded + 63) / 64 * 64
    let length = UInt16(total - Self.magic.count - 4)
    var bytes = Self.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
    bytes.append(contentsOf: text.utf8)
    bytes.append(contentsOf: repeatElement(0x20, count: total - unpadded))
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}

// MARK: - Reading

/// Why a header is not one of latents.
struct NpyError: Error, Equatable {
  let reason: String
}

extension NpyHeader {
  /// Takes the header of an .npy file out of its beginning.
  static func read(from input: BufferedInput) throws(ZonkeyError) -> NpyHeader {
    func fail(_ offset: Int, _ reason: String) -> ZonkeyError {
      .badInput(source: input.source, line: nil, offset: offset, reason: reason)
    }
    func take(_ count: Int) throws(ZonkeyError) -> [UInt8] {
      var bytes: [UInt8] = []
      try input.take(until: count, into: &bytes)
      if bytes.count < count { throw fail(input.offset, tooShort) }
      return bytes
    }
    let version = try take(magic.count + 2).dropFirst(magic.count).first ?? 0
    guard 1...3 ~= version else {
      throw fail(
        magic.count, "version \(version) of .npy, or damaged; save it with version 1, 2 or 3")
    }
    // Version 1 has the length in two bytes, the later ones in four.
    let length = try take(version > 1 ? 4 : 2).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= maximumBytes else {
      throw fail(magic.count + 2, "a header of \(length) bytes is none of latents")
    }
    let offset = input.offset
    let text = try take(length)
    do {
      return try parse(text)
    } catch {
      throw fail(offset, error.reason)
    }
  }

  static let tooShort = "the .npy file ends too soon; it is cut off"

  /// Reads the text of a header.
  static func parse(_ text: [UInt8]) throws(NpyError) -> NpyHeader {
    guard let text = String(validating: text, as: UTF8.self), let literal = PythonLiteral(text),
      let type = literal["descr"], let shape = literal["shape"]?.elements
    else { throw NpyError(reason: "the .npy header is damaged; copy the file again") }
    guard let type = type.string, type == "<f4" || type == "<f2" else {
      throw NpyError(
        reason: "the array is not one of plain floats; give the matrix that 'zk encode' wrote as "
          + "npy, converted to '<f4' or '<f2'")
    }
    guard literal["fortran_order"] == .bool(false) else {
      throw NpyError(
        reason: "the array lies column by column; save it with numpy.ascontiguousarray")
    }
    guard shape.count == 2, let rowCount = shape[0].integer, let width = shape[1].integer else {
      throw NpyError(reason: "the array is not a matrix, a row a segment")
    }
    if let reason = DocumentLatents.sizeProblem(count: 0, width: width) {
      throw NpyError(reason: reason)
    }
    let (bytes, overflow) = rowCount.multipliedReportingOverflow(by: width * 4)
    if rowCount < 0 || overflow || bytes > 1 << 60 {
      throw NpyError(reason: "the array has \(rowCount) rows, more than there can be")
    }
    return NpyHeader(precision: type == "<f4" ? .f32 : .f16, rowCount: rowCount, width: width)
  }
}
