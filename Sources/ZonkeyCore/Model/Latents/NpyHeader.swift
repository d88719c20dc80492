import ZonkeyBase

/// What an .npy file of latents begins with: the type of its elements, and how many there are.
///
/// The file is one structured array of numpy, one element a segment, with the fields `doc`
/// (the document's number), `start` (the segment's byte offset, -1 when unknown), `bytes` (the
/// length of the document's text, -1 when unknown) and `latent`. The title of the field `latent`
/// says of which model and level it is: `zk 1 MODEL level N`.
struct NpyHeader: Equatable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The longest header that is read; zk's own has under 300 bytes.
  static let maximumBytes = 1 << 20

  let precision: LatentsPrecision
  let level: Int
  let width: Int
  let model: String
  /// Where the fields begin in an element.
  let offsets: Offsets

  struct Offsets: Equatable {
    var number = 0
    var start = 8
    var bytes = 16
    var latent = 24
  }

  init(
    precision: LatentsPrecision, level: Int, width: Int, model: String,
    offsets: Offsets = Offsets()
  ) {
    self.precision = precision
    self.level = level
    self.width = width
    self.model = model
    self.offsets = offsets
  }

  /// The bytes of a latent, and of a whole element.
  var latentBytes: Int { width * precision.elementType.byteCount }
  var rowBytes: Int { 24 + latentBytes }

  /// The header in format version 1.0, padded so that the data is aligned.
  func serialised(rowCount: Int) -> [UInt8] {
    let text =
      "{'descr': [('doc', '<i8'), ('start', '<i8'), ('bytes', '<i8'), "
      + "(('zk 1 \(model) level \(level)', 'latent'), '\(typeName)', (\(width),))], "
      + "'fortran_order': False, 'shape': (\(rowCount),), }"
    let unpadded = Self.magic.count + 4 + text.utf8.count + 1
    let total = (unpadded + 63) / 64 * 64
    let length = UInt16(total - Self.magic.count - 4)
    var bytes = Self.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
    bytes.append(contentsOf: text.utf8)
    bytes.append(contentsOf: repeatElement(0x20, count: total - unpadded))
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private var typeName: String {
    switch precision {
    case .f32: "<f4"
    case .f16: "<f2"
    }
  }
}

// MARK: - Reading

/// Why a header is not one of latents.
struct NpyError: Error, Equatable {
  let reason: String
}

extension NpyHeader {
  /// Reads the text of a header; returns it with the number of elements.
  static func parse(_ text: [UInt8]) throws(NpyError) -> (header: NpyHeader, rowCount: Int) {
    guard let text = String(validating: text, as: UTF8.self), let literal = PythonLiteral(text),
      let type = literal["descr"], let shape = literal["shape"]?.elements
    else { throw NpyError(reason: "the .npy header is damaged; copy the file again") }
    guard let fields = type.elements else {
      throw NpyError(
        reason: "a plain array of numbers does not say of which model and level it is; save the "
          + "whole array that 'zk encode' wrote as npy, with its fields, or use JSONL")
    }
    guard shape.count == 1, let rowCount = shape[0].integer, rowCount >= 0 else {
      throw NpyError(reason: "the array is not a list of segments, one after another")
    }
    return (try header(fields: fields), rowCount)
  }

  private static func header(fields: [PythonLiteral]) throws(NpyError) -> NpyHeader {
    var places: [String: Int] = [:]
    var position = 0
    var latent: (precision: LatentsPrecision, width: Int, title: String?)?
    for field in fields {
      guard let parts = field.elements, parts.count >= 2, let type = parts[1].string else {
        throw NpyError(reason: "the .npy header lists a field that zk does not know")
      }
      let names = parts[0].elements ?? [parts[0]]
      guard let name = names.last?.string, places.updateValue(position, forKey: name) == nil else {
        throw NpyError(reason: "the .npy header lists a field without a name of its own")
      }
      if name == "latent" {
        let found = try Self.latent(type: type, shape: parts.count == 3 ? parts[2] : nil)
        latent = (found.precision, found.width, names.count == 2 ? names[0].string : nil)
        position += found.width * found.precision.elementType.byteCount
      } else if type == "<i8", parts.count == 2, ["doc", "start", "bytes"].contains(name) {
        position += 8
      } else {
        throw NpyError(
          reason: "the field '\(name.prefix(40))' of type \(type.prefix(40)) is none "
            + "of latents; keep the fields that 'zk encode' wrote")
      }
    }
    guard let latent, let number = places["doc"], let start = places["start"],
      let bytes = places["bytes"], let place = places["latent"]
    else {
      throw NpyError(
        reason: "the fields 'doc', 'start', 'bytes' and 'latent' are not all there; keep the "
          + "fields that 'zk encode' wrote")
    }
    let (model, level) = try origin(latent.title)
    return NpyHeader(
      precision: latent.precision, level: level, width: latent.width, model: model,
      offsets: Offsets(number: number, start: start, bytes: bytes, latent: place))
  }

  private static func latent(
    type: String, shape: PythonLiteral?
  ) throws(NpyError) -> (precision: LatentsPrecision, width: Int) {
    guard type == "<f4" || type == "<f2" else {
      throw NpyError(
        reason: "the latents have the type \(type.prefix(40)); convert them to '<f4' or '<f2'")
    }
    let sizes = shape?.elements ?? shape.map { [$0] }
    guard let sizes, sizes.count == 1, let width = sizes[0].integer else {
      throw NpyError(reason: "the field 'latent' does not hold rows of numbers")
    }
    if let reason = DocumentLatents.sizeProblem(count: 0, width: width) {
      throw NpyError(reason: reason)
    }
    return (type == "<f4" ? .f32 : .f16, width)
  }

  /// The model and the level that a title names.
  private static func origin(_ title: String?) throws(NpyError) -> (model: String, level: Int) {
    let words = (title ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 5, words[0] == "zk", words[3] == "level", let level = Int(words[4]),
      0...DocumentLatents.maximumLevel ~= level, Fingerprint(String(words[2])) != nil
    else {
      throw NpyError(
        reason: "the title of the field 'latent' does not say of which model and level it is; "
          + "keep the array's type as 'zk encode' wrote it")
    }
    guard words[1] == "1" else {
      throw NpyError(
        reason: "written in version \(words[1].prefix(20)) of the format, this zk reads 1; "
          + "use a newer zk")
    }
    return (String(words[2]), level)
  }
}
