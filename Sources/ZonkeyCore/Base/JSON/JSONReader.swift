extension JSONValue {
  /// Nesting that a text may have unless the caller says otherwise.
  package static let defaultMaximumDepth = 64

  /// Reads one JSON text that fills all the bytes, white space around it allowed.
  ///
  /// Throws for anything outside RFC 8259: bad UTF-8, lone surrogates, repeated keys, numbers
  /// beyond a `Double`, bytes after the value, nesting deeper than `maximumDepth`, and more than
  /// `maximumValues` values, each of which takes memory.
  package init(
    parsing bytes: [UInt8], maximumDepth: Int = defaultMaximumDepth, maximumValues: Int = .max
  ) throws(JSONError) {
    var reader = JSONReader(
      bytes: bytes, maximumDepth: maximumDepth, valuesLeft: maximumValues)
    self = try reader.document()
  }

  package init(
    parsing text: String, maximumDepth: Int = defaultMaximumDepth
  ) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
  }

  package init(
    parsing bytes: ArraySlice<UInt8>, maximumDepth: Int = defaultMaximumDepth
  ) throws(JSONError) {
    try self.init(parsing: Array(bytes), maximumDepth: maximumDepth)
  }
}

/// A strict recursive-descent reader of one JSON text.
///
/// It reads from an array, whose subscripts are checked in every build, so that a mistake here
/// cannot read foreign memory; the depth limit keeps the recursion off the end of the stack.
struct JSONReader {
  let bytes: [UInt8]
  let maximumDepth: Int
  private var valuesLeft: Int
  private var position = 0

  init(bytes: [UInt8], maximumDepth: Int, valuesLeft: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
    self.valuesLeft = valuesLeft
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    if position < bytes.count { throw error("unexpected bytes after the value") }
    return value
  }

  private func error(_ reason: String, at offset: Int? = nil) -> JSONError {
    JSONError(offset: offset ?? position, reason: reason)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    guard let first = current else { throw error("the text ends where a value should be") }
    guard valuesLeft > 0 else { throw error("more values than are read") }
    valuesLeft -= 1
    switch first {
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("no value begins like this")
    }
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let end = position + word.utf8CodeUnitCount
    let matches =
      end <= bytes.count
      && word.withUTF8Buffer { bytes[position..<end].elementsEqual($0) }
    guard matches else { throw error("no value begins like this") }
    position = end
    return value
  }

  private mutating func enter(depth: Int) throws(JSONError) {
    if depth > maximumDepth { throw error("nested deeper than \(maximumDepth) levels") }
    position += 1
    skipSpace()
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    try enter(depth: depth)
    var elements: [JSONValue] = []
    if skip(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value(depth: depth))
      skipSpace()
      if skip(UInt8(ascii: "]")) { return elements }
      guard skip(UInt8(ascii: ",")) else { throw error("expected ',' or ']' in an array") }
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    try enter(depth: depth)
    var members: [JSONObject.Member] = []
    var known = KeySet()
    if skip(UInt8(ascii: "}")) { return JSONObject() }
    while true {
      skipSpace()
      let start = position
      guard current == UInt8(ascii: "\"") else { throw error("expected a key in an object") }
      let key = try string()
      guard known.insert(key, members: members) else {
        throw error("the key \"\(key.prefix(80))\" appears twice", at: start)
      }
      skipSpace()
      guard skip(UInt8(ascii: ":")) else { throw error("expected ':' after a key") }
      members.append(JSONObject.Member(key: key, value: try value(depth: depth)))
      skipSpace()
      if skip(UInt8(ascii: "}")) { return JSONObject(uniqueMembers: members) }
      guard skip(UInt8(ascii: ",")) else { throw error("expected ',' or '}' in an object") }
    }
  }
}

/// Finds repeated keys: by comparison while they are few, by hashing when they are many.
private struct KeySet {
  private var hashed: Set<[UInt8]> = []

  /// False when the key is among `members` already.
  mutating func insert(_ key: String, members: [JSONObject.Member]) -> Bool {
    if members.count < 16 {
      return !members.contains { $0.key.utf8.elementsEqual(key.utf8) }
    }
    if hashed.isEmpty { hashed = Set(members.map { Array($0.key.utf8) }) }
    return hashed.insert(Array(key.utf8)).inserted
  }
}

// MARK: - Numbers

extension JSONReader {
  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      position += 1
    }
    if position == start { throw error("expected a digit") }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    let isNegative = skip(UInt8(ascii: "-"))
    let firstDigit = position
    try digits()
    if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
      throw error("a number has no leading zeros", at: start)
    }
    let isZero = bytes[firstDigit] == UInt8(ascii: "0")
    var isWhole = true
    if skip(UInt8(ascii: ".")) {
      isWhole = false
      try digits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isWhole = false
      position += 1
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // -0 is a number with a sign that an integer would lose.
    if isWhole, !(isZero && isNegative), let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw error("the number is out of range", at: start)
    }
    return .number(value)
  }
}

// MARK: - Strings

extension JSONReader {
  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var run = position
    var unescaped: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        let whole = run == start + 1
        if !whole { unescaped.append(contentsOf: bytes[run..<position]) }
        let text = whole ? utf8(bytes[run..<position]) : utf8(unescaped[...])
        guard let text else { throw error("bad UTF-8 in a string", at: start) }
        return text
      case UInt8(ascii: "\\"):
        unescaped.append(contentsOf: bytes[run..<position])
        try escape(into: &unescaped)
        run = position
      case 0..<0x20: throw error("a control character in a string must be escaped")
      default: position += 1
      }
    }
    throw error("the string does not end", at: start)
  }

  private func utf8(_ slice: ArraySlice<UInt8>) -> String? {
    slice.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
  }

  private mutating func escape(into output: inout [UInt8]) throws(JSONError) {
    position += 1
    guard let kind = current else { throw error("the string does not end") }
    position += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(kind)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"): output.append(contentsOf: Array(String(try scalar()).utf8))
    default: throw error("unknown escape in a string", at: position - 2)
    }
  }

  /// The character of one `\uXXXX`, or of two that form a surrogate pair.
  private mutating func scalar() throws(JSONError) -> Character {
    let start = position - 2
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code) {
      guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
        throw error("half of a surrogate pair", at: start)
      }
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else {
        throw error("half of a surrogate pair", at: start)
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw error("half of a surrogate pair", at: start)
    }
    return Character(scalar)
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
        byte < 0x80
      else { throw error("expected four hexadecimal digits") }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
