import ZonkeyBase

/// Why a line is no JSON object with a text, and at which byte of it.
struct JSONFailure: Error {
  var offset: Int
  var reason: String
}

/// A strict scanner (RFC 8259) that takes the text, id and title out of one JSON object.
///
/// It builds no tree: other fields are checked and passed over, nested up to `depthLimit`.
/// The bytes must be UTF-8 already.
struct JSONObjectScanner {
  /// How deep other fields may nest.
  static var depthLimit: Int { 512 }

  private let bytes: [UInt8]
  private let replacesSurrogates: Bool
  var position = 0

  private init(_ bytes: [UInt8], replacesSurrogates: Bool) {
    self.bytes = bytes
    self.replacesSurrogates = replacesSurrogates
  }

  /// The names of the fields that are looked for.
  struct Names {
    let text: [UInt8]
    let id: [UInt8]
    let title = Array("title".utf8)
    let keepsOthers: Bool

    init(_ options: ReaderOptions) {
      text = Array(options.textField.utf8)
      id = Array(options.idField.utf8)
      keepsOthers = options.keepsFields
    }
  }

  /// The document of one line.
  ///
  /// The id may be a string or a number, which is kept as it is written; an id or title of
  /// another type is as good as none. Of fields of one name the last counts.
  static func document(
    in bytes: [UInt8], names: Names, replacesSurrogates: Bool
  ) throws(JSONFailure) -> Document {
    var scanner = JSONObjectScanner(bytes, replacesSurrogates: replacesSurrogates)
    return try scanner.object(names)
  }

  private mutating func object(_ names: Names) throws(JSONFailure) -> Document {
    var document = Document(text: [])
    var hasText = false
    var key: [UInt8] = []
    skipBlanks()
    try expect(0x7B, "an object does not begin with {")
    skipBlanks()
    if peek() != 0x7D {
      while true {
        try string(into: &key)
        skipBlanks()
        try expect(0x3A, "no : after a field's name")
        skipBlanks()
        let begin = position
        if key == names.text {
          guard peek() == 0x22 else {
            throw fail("the field \"\(String(decoding: key, as: UTF8.self))\" is not a string")
          }
          try string(into: &document.text)
          hasText = true
          position = key == names.id || key == names.title ? begin : position
        }
        if key == names.id {
          document.id = try name(orNumber: true)
        } else if key == names.title {
          document.title = try name(orNumber: false)?.description
        } else if key != names.text {
          try skipValue()
        }
        if names.keepsOthers && key != names.text && key != names.id {
          keep(bytes[begin..<position], named: key, in: &document)
        }
        skipBlanks()
        guard peek() == 0x2C else { break }
        position += 1
        skipBlanks()
      }
    }
    try expect(0x7D, "an object goes on without , or }")
    skipBlanks()
    if position < bytes.count { throw fail("more than one value in a line") }
    if !hasText {
      let field = String(decoding: names.text, as: UTF8.self)
      throw JSONFailure(offset: 0, reason: "the object has no field \"\(field)\"")
    }
    return document
  }

  private func keep(_ json: ArraySlice<UInt8>, named key: [UInt8], in document: inout Document) {
    let field = KeptField(name: String(decoding: key, as: UTF8.self), json: Array(json))
    if let place = document.fields.firstIndex(where: { $0.name.utf8.elementsEqual(key) }) {
      document.fields[place] = field
    } else {
      document.fields.append(field)
    }
  }

  /// A string, or a number as it is written; `nil` for a value of another type.
  private mutating func name(orNumber: Bool) throws(JSONFailure) -> DocumentID? {
    if peek() == 0x22 {
      var value: [UInt8] = []
      try string(into: &value)
      return .string(String(decoding: value, as: UTF8.self))
    }
    let begin = position
    let isNumber = peek().map { $0 == 0x2D || (0x30...0x39).contains($0) } ?? false
    try skipValue()
    guard orNumber, isNumber else { return nil }
    return .number(String(decoding: bytes[begin..<position], as: UTF8.self))
  }

  // MARK: Characters

  func peek() -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  func fail(_ reason: String) -> JSONFailure {
    JSONFailure(
      offset: position, reason: position < bytes.count ? reason : "the line ends too soon")
  }

  mutating func expect(_ byte: UInt8, _ reason: String) throws(JSONFailure) {
    guard peek() == byte else { throw fail(reason) }
    position += 1
  }

  mutating func skipBlanks() {
    while let byte = peek(), byte.isBlank || byte == 0x0A { position += 1 }
  }

  // MARK: Strings

  /// Reads a string and puts its decoded bytes into `value`.
  mutating func string(into value: inout [UInt8]) throws(JSONFailure) {
    value.removeAll(keepingCapacity: true)
    try expect(0x22, "a string is expected")
    while true {
      let begin = position
      skipPlainCharacters()
      value.append(contentsOf: bytes[begin..<position])
      guard let byte = peek() else { throw fail("") }
      switch byte {
      case 0x22:
        position += 1
        return
      case 0x5C: try escape(into: &value)
      default: throw fail("a control character in a string")
      }
    }
  }

  private mutating func skipPlainCharacters() {
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x22 || byte == 0x5C || byte < 0x20 { return }
      position += 1
    }
  }

  private mutating func escape(into value: inout [UInt8]) throws(JSONFailure) {
    position += 1
    switch peek() {
    case 0x22: value.append(0x22)
    case 0x5C: value.append(0x5C)
    case 0x2F: value.append(0x2F)
    case 0x62: value.append(0x08)
    case 0x66: value.append(0x0C)
    case 0x6E: value.append(0x0A)
    case 0x72: value.append(0x0D)
    case 0x74: value.append(0x09)
    case 0x75: return try unicodeEscape(into: &value)
    default: throw fail("an escape that JSON does not have")
    }
    position += 1
  }

  /// Reads what follows a backslash from the `u` on, with the second half of a pair.
  private mutating func unicodeEscape(into value: inout [UInt8]) throws(JSONFailure) {
    let begin = position - 1
    position += 1
    let unit = try hexDigits()
    var code = UInt32(unit)
    if UTF16.isLeadSurrogate(unit), peek() == 0x5C, position + 1 < bytes.count,
      bytes[position + 1] == 0x75
    {
      let second = position
      position += 2
      let trail = try hexDigits()
      if UTF16.isTrailSurrogate(trail) {
        code = 0x10000 + ((UInt32(unit) & 0x3FF) << 10) + (UInt32(trail) & 0x3FF)
      } else {
        position = second
      }
    }
    if let scalar = Unicode.Scalar(code) {
      value.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    } else if replacesSurrogates {
      value.append(contentsOf: UTF8.encodedReplacementCharacter)
    } else {
      throw JSONFailure(offset: begin, reason: "half of a surrogate pair")
    }
  }

  private mutating func hexDigits() throws(JSONFailure) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = peek()?.hexadecimalValue else {
        throw fail("\\u without four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
