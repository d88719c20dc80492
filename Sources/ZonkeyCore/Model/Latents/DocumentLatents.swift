import ZonkeyBase

/// The latents of one document at one level.
///
/// N segments give N rows of `width` numbers. Offsets count bytes in the document's text.
public struct DocumentLatents: Sendable, Equatable {
  /// The most numbers that one document may have, 1 GiB of them in memory.
  public static let maximumValueCount = 1 << 28
  /// The longest text that they may be of, in bytes.
  public static let maximumByteCount = 1 << 40
  /// The largest number of a document: the whole numbers that every reader of JSON holds.
  public static let maximumNumber = 1 << 53
  /// The widest row.
  public static let maximumWidth = 1 << 20
  /// The highest level.
  public static let maximumLevel = 15

  /// The document's place in the input, from 1.
  public var number: Int
  /// The document's own name, when it has one.
  public var id: DocumentID?
  /// Fields of its JSON object that are carried along.
  public var fields: [KeptField] = []
  public var level: Int
  /// The id of the model that made them, 16 hexadecimal digits.
  public var model: String
  /// The numbers of a segment, C·D.
  public var width: Int
  /// [N, width], row-major.
  public var values: [Float]
  /// The byte offsets where the N segments start, ascending, the first 0; `nil` when unknown.
  public var starts: [Int]?
  /// For each level below this one the byte offsets where its segments start, from level 0 up;
  /// `nil` when unknown, and always at level 0.
  public var inner: [[Int]]?
  /// The length of the document's text; `nil` when unknown.
  public var byteCount: Int?

  public init(
    number: Int, id: DocumentID? = nil, level: Int, model: String, width: Int, values: [Float],
    starts: [Int]? = nil, inner: [[Int]]? = nil, byteCount: Int? = nil
  ) {
    self.number = number
    self.id = id
    self.level = level
    self.model = model
    self.width = width
    self.values = values
    self.starts = starts
    self.inner = inner
    self.byteCount = byteCount
  }

  /// The number of segments, N.
  public var count: Int { width > 0 ? values.count / width : 0 }
}

/// How latents lie in a file.
public enum LatentsFormat: String, CaseIterable, Sendable {
  /// One JSON object a document, with the numbers as base64 of little-endian floats.
  case jsonl
  /// A matrix of numpy with a row a segment, and rows of JSON for the documents behind or beside
  /// it.
  case npy
  /// Named arrays over the segments of all documents.
  case safetensors
}

extension LatentsFormat {
  /// The format that a file's name asks for by `.npy` or `.safetensors`, compressed or not; else JSONL.
  public init(ofFile path: String) {
    let name = path.hasSuffix(".zst") ? path.dropLast(4) : path[...]
    self = Self.allCases.first { name.hasSuffix(".\($0.rawValue)") } ?? .jsonl
  }

  /// The name of the file with the rows of an .npy matrix: of NAME.npy it is NAME.npy.jsonl, and of
  /// a compressed NAME.npy.zst NAME.npy.jsonl.zst.
  public static func tableName(of path: String) -> String {
    path.hasSuffix(".zst") ? path.dropLast(4) + ".jsonl.zst" : path + ".jsonl"
  }
}

/// What the numbers are in a file; in memory they are always `Float`.
public enum LatentsPrecision: String, CaseIterable, Sendable {
  case f32
  /// Rounded to the nearest number of half precision, ties to even.
  case f16
}

// MARK: - Checks

extension DocumentLatents {
  /// What keeps this from being the latents of a document; `nil` when nothing does.
  ///
  /// Everything but the numbers themselves: sizes within the limits, starts that ascend from 0
  /// and lie inside the text, and starts of each level among those of the level below.
  package var problem: String? {
    if !(1...Self.maximumNumber).contains(number) {
      return "the document's number is \(number); they count from 1"
    }
    if level < 0 || level > Self.maximumLevel {
      return "the level is \(level), outside 0…\(Self.maximumLevel)"
    }
    if Fingerprint(model) == nil { return "the model's id is not 16 hexadecimal digits" }
    if let reason = Self.sizeProblem(count: count, width: width) { return reason }
    if values.count != count * width {
      return "\(values.count) numbers do not fill rows of \(width)"
    }
    if let byteCount, byteCount > Self.maximumByteCount {
      return "a text of \(byteCount) bytes is longer than any"
    }
    if let byteCount, byteCount < 0 || (byteCount == 0) != (count == 0) {
      return "\(count) segments do not fit to \(byteCount) bytes of text"
    }
    if let starts, starts.count != count {
      return "\(starts.count) starts do not fit to \(count) segments"
    }
    if let inner, inner.count != level || level == 0 {
      return "inner has the starts of \(inner.count) levels at level \(level)"
    }
    return startsProblem
  }

  /// What is wrong with the sizes of an array of latents, told before any memory is taken.
  static func sizeProblem(count: Int, width: Int) -> String? {
    if width < 1 || width > maximumWidth {
      return "rows have \(width) numbers, outside 1…\(maximumWidth)"
    }
    let (valueCount, overflow) = count.multipliedReportingOverflow(by: width)
    if count < 0 { return "the shape has the negative size \(count)" }
    if overflow || valueCount > maximumValueCount {
      return "\(count) segments of \(width) numbers are more than the \(maximumValueCount) numbers "
        + "that a document may have; cut the text into smaller documents"
    }
    return nil
  }

  private var startsProblem: String? {
    var finer: [Int]?
    for (level, starts) in (inner ?? []).enumerated() {
      let name = "inner starts of level \(level)"
      if let reason = problem(of: starts, name, among: finer) { return reason }
      finer = starts
    }
    return starts.flatMap { problem(of: $0, "starts", among: finer) }
  }

  /// What is wrong with one level's starts, which must be `among` those of the level below.
  private func problem(of starts: [Int], _ name: String, among finer: [Int]?) -> String? {
    if starts.isEmpty != (count == 0) { return "\(name): \(starts.count) at \(count) segments" }
    var last = -1
    var place = 0
    for start in starts {
      if last < 0 && start != 0 { return "\(name): the first is \(start), not 0" }
      if start <= last { return "\(name): \(start) does not lie behind \(last)" }
      if let byteCount, start >= byteCount {
        return "\(name): \(start) lies outside the text of \(byteCount) bytes"
      }
      if let finer {
        while place < finer.count, finer[place] < start { place += 1 }
        if place == finer.count || finer[place] != start {
          return "\(name): \(start) is no start of the level below"
        }
      }
      last = start
    }
    return nil
  }
}

// MARK: - Bytes

extension LatentsPrecision {
  /// The type of a stored number.
  var elementType: ElementType {
    switch self {
    case .f32: .float32
    case .f16: .float16
    }
  }

  /// The first magnitude that becomes an infinity.
  private var bound: Float {
    switch self {
    case .f32: .infinity
    case .f16: 65520
    }
  }

  /// The little-endian bytes of numbers; `nil` when one is not finite, or becomes so.
  package func encode(_ values: [Float]) -> ArraySlice<UInt8>? {
    guard values.allSatisfy({ $0.magnitude < bound }) else { return nil }
    return NamedArray(name: "", shape: [values.count], floats: values, type: elementType).bytes
  }

  /// Appends the numbers that little-endian bytes stand for.
  ///
  /// The bytes must be whole numbers of elements. Returns the place of the first number, from
  /// the first appended one, that is not finite.
  package func decode(_ bytes: UnsafeRawBufferPointer, into values: inout [Float]) -> Int? {
    let first = values.count
    switch self {
    case .f32:
      for place in stride(from: 0, to: bytes.count, by: 4) {
        let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
        values.append(Float(bitPattern: UInt32(littleEndian: bits)))
      }
    case .f16:
      for place in stride(from: 0, to: bytes.count, by: 2) {
        let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)
        values.append(Float(half: UInt16(littleEndian: bits)))
      }
    }
    return values[first...].firstIndex { !$0.isFinite }.map { $0 - first }
  }
}
