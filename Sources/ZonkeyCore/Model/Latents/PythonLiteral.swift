import ZonkeyBase

/// A value of Python as numpy's headers write it: a literal of strings, whole numbers, `True`,
/// `False`, `None`, tuples, lists and dictionaries with strings as keys.
indirect enum PythonLiteral: Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  case string(String)
  /// A tuple or a list: numpy does not need the difference.
  case sequence([PythonLiteral])
  case dictionary([(key: String, value: PythonLiteral)])

  /// Reads one literal that fills the text, white space around it allowed.
  init?(_ text: String) {
    var parser = PythonParser(bytes: Array(text.utf8))
    guard let value = parser.value(depth: 0), parser.isAtEnd else { return nil }
    self = value
  }

  subscript(key: String) -> PythonLiteral? {
    guard case .dictionary(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  var elements: [PythonLiteral]? {
    if case .sequence(let elements) = self { return elements }
    return nil
  }

  var string: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  var integer: Int? {
    if case .integer(let value) = self { return value }
    return nil
  }

  static func == (left: PythonLiteral, right: PythonLiteral) -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.sequence(let left), .sequence(let right)): left == right
    case (.dictionary(let left), .dictionary(let right)):
      left.elementsEqual(right) { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }
}

/// Reads from an array, whose subscripts are checked; every failure is `nil`.
private struct PythonParser {
  let bytes: [UInt8]
  private var position = 0

  /// Dictionary, list, field, its name with title: nothing in a header nests deeper.
  private static let depthLimit = 8

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position == bytes.count
    }
  }

  mutating func value(depth: Int) -> PythonLiteral? {
    guard depth < Self.depthLimit, let first = peek() else { return nil }
    switch first {
    case UInt8(ascii: "("): return sequence(closer: UInt8(ascii: ")"), depth: depth)
    case UInt8(ascii: "["): return sequence(closer: UInt8(ascii: "]"), depth: depth)
    case UInt8(ascii: "{"): return dictionary(depth: depth)
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return integer()
    default: return word()
    }
  }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position].isBlank || bytes[position] == 0x0A {
      position += 1
    }
  }

  private mutating func peek() -> UInt8? {
    skipSpace()
    return position < bytes.count ? bytes[position] : nil
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func sequence(closer: UInt8, depth: Int) -> PythonLiteral? {
    position += 1
    var elements: [PythonLiteral] = []
    var hasComma = false
    while !skip(closer) {
      guard elements.isEmpty || hasComma, let element = value(depth: depth + 1) else { return nil }
      elements.append(element)
      hasComma = skip(UInt8(ascii: ","))
    }
    // A single value in brackets without a comma is that value, not a tuple of it.
    if closer == UInt8(ascii: ")"), elements.count == 1, !hasComma { return elements[0] }
    return .sequence(elements)
  }

  private mutating func dictionary(depth: Int) -> PythonLiteral? {
    position += 1
    var members: [(key: String, value: PythonLiteral)] = []
    var hasComma = true
    while !skip(UInt8(ascii: "}")) {
      guard hasComma, peek() != nil, let key = string(), skip(UInt8(ascii: ":")),
        !members.contains(where: { $0.key == key }), let value = value(depth: depth + 1)
      else { return nil }
      members.append((key, value))
      hasComma = skip(UInt8(ascii: ","))
    }
    return .dictionary(members)
  }

  /// A string without prefix; of escapes only those of quotes and the backslash.
  private mutating func string() -> String? {
    guard position < bytes.count else { return nil }
    let quote = bytes[position]
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
    position += 1
    var text: [UInt8] = []
    while position < bytes.count {
      var byte = bytes[position]
      position += 1
      if byte == quote { return String(validating: text, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") {
        guard position < bytes.count else { return nil }
        byte = bytes[position]
        position += 1
        guard [UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(byte) else {
          return nil
        }
      }
      text.append(byte)
    }
    return nil
  }

  private mutating func integer() -> PythonLiteral? {
    let start = position
    position += 1
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    return Int(String(decoding: bytes[start..<position], as: UTF8.self)).map { .integer($0) }
  }

  private mutating func word() -> PythonLiteral? {
    let words: [(String, PythonLiteral)] = [
      ("True", .bool(true)), ("False", .bool(false)), ("None", .none),
    ]
    for (word, value) in words where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    return nil
  }
}
