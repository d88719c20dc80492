/// A JSON document as a value, with whole numbers kept apart from the others.
///
/// Read one with `init(parsing:)` (see `JSONReader`), write one with `serialised` (see
/// `JSONLine`). The grammar is RFC 8259's, without extensions.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number without fraction or exponent that fits 64 bits.
  case integer(Int64)
  /// Every other number; finite when it was read.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// What is wrong with a JSON text, and where.
///
/// Callers turn it into the `ZonkeyError` of their source, which knows the file and the line.
package struct JSONError: Error, Equatable, Sendable {
  /// Bytes from the start of the text.
  package let offset: Int
  package let reason: String

  package init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }
}

/// The members of a JSON object in the order they were written, keys unique.
///
/// Keys are compared byte by byte, not by Unicode equivalence, as every other JSON reader does.
/// Look-up is linear: objects here are configurations and output rows, not tables. Two objects
/// are equal when their members are equal in the same order.
package struct JSONObject: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  package struct Member: Equatable, Sendable {
    package let key: String
    package var value: JSONValue
  }

  package private(set) var members: [Member] = []

  package init() {}

  /// Takes literal pairs; a repeated key keeps its last value.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }

  /// Takes members whose keys the reader has found to be unique.
  package init(uniqueMembers: [Member]) { members = uniqueMembers }

  /// The value of a key; setting appends a new key and `nil` removes one.
  package subscript(key: String) -> JSONValue? {
    get {
      guard let index = index(of: key) else { return nil }
      return members[index].value
    }
    set {
      switch (index(of: key), newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  private func index(of key: String) -> Int? {
    members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
  }
}

extension JSONValue {
  /// A float by its shortest digits: 0.001, not 0.0010000000474974513; null when not finite.
  package init(_ value: Float) {
    self = value.isFinite ? .number(Double(value.description) ?? Double(value)) : .null
  }

  package var isNull: Bool { self == .null }

  package var boolValue: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  /// The whole number, if this is one.
  package var intValue: Int? {
    if case .integer(let value) = self { return Int(exactly: value) }
    return nil
  }

  /// Any number as a `Double`; whole numbers beyond 2^53 are rounded.
  package var doubleValue: Double? {
    switch self {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    default: return nil
    }
  }

  package var stringValue: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  package var arrayValue: [JSONValue]? {
    if case .array(let value) = self { return value }
    return nil
  }

  package var objectValue: JSONObject? {
    if case .object(let value) = self { return value }
    return nil
  }

  /// A member's value; `nil` when there is none or this is no object.
  package subscript(key: String) -> JSONValue? { objectValue?[key] }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
}
