/// A document's own name, which keeps the type that it had in its source.
public enum DocumentID: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  case string(String)
  /// A JSON number as it is written.
  case number(String)

  public init(stringLiteral value: String) { self = .string(value) }

  /// The name without quotes, whatever its type.
  public var description: String {
    switch self {
    case .string(let text), .number(let text): text
    }
  }

  /// A JSON value as an id; `nil` for one that is neither a string nor a number.
  package init?(_ value: JSONValue) {
    switch value {
    case .string(let text): self = .string(text)
    case .integer(let number): self = .number(String(number))
    case .number(let number): self = .number(number.description)
    default: return nil
    }
  }
}

/// A field of a JSON object that is carried along from a document to its results.
public struct KeptField: Hashable, Sendable {
  public var name: String
  /// The value as JSON, as it is written in the source.
  public var json: [UInt8]

  public init(name: String, json: [UInt8]) {
    self.name = name
    self.json = json
  }
}

extension JSONLine {
  package mutating func field(_ key: StaticString, _ id: DocumentID) {
    switch id {
    case .string(let text): field(key, text)
    case .number(let text): field(key, json: Array(text.utf8))
    }
  }

  /// Fields that are carried along; those are left out whose names are the row's own.
  package mutating func fields(_ fields: [KeptField], except own: Set<String>) {
    for kept in fields where !own.contains(kept.name) {
      key(kept.name)
      append(json: kept.json)
    }
  }
}
