/// Writes JSON into a byte buffer, part by part, commas placed by itself.
///
/// Made for output rows: no tree is built and the buffer is used again after
/// `removeAll(keepingCapacity:)`. Numbers are the shortest that read back as the same value;
/// those that JSON cannot hold (infinities, not-a-number) become `null`. Text outside ASCII is
/// written as it is. Calls must nest properly: the writer does not check them.
package struct JSONWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init() {}

  /// Forgets what was written, for the next row.
  package mutating func removeAll(keepingCapacity: Bool = true) {
    bytes.removeAll(keepingCapacity: keepingCapacity)
    needsComma = false
  }

  package mutating func beginObject() { open(UInt8(ascii: "{")) }
  package mutating func endObject() { close(UInt8(ascii: "}")) }
  package mutating func beginArray() { open(UInt8(ascii: "[")) }
  package mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Ends a row; the next value stands by itself.
  package mutating func newline() {
    bytes.append(0x0A)
    needsComma = false
  }

  package mutating func key(_ key: String) {
    string(key)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func null() { ascii("null") }
  package mutating func bool(_ value: Bool) { ascii(value ? "true" : "false") }
  package mutating func integer(_ value: Int) { ascii(String(value)) }

  package mutating func number(_ value: Double) {
    value.isFinite ? ascii(value.description) : null()
  }

  /// A single-precision number, with the digits that single precision needs and no more.
  package mutating func number(_ value: Float) {
    value.isFinite ? ascii(value.description) : null()
  }

  package mutating func string(_ value: String) {
    var value = value
    value.withUTF8 { text(utf8: UnsafeRawBufferPointer($0)) }
  }

  /// A string from bytes that the caller knows to be UTF-8.
  package mutating func text(utf8: UnsafeRawBufferPointer) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    var run = 0
    for index in 0..<utf8.count {
      let byte = utf8[index]
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[run..<index]))
      escape(byte)
      run = index + 1
    }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[run..<utf8.count]))
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// A whole value; object members in their own order, or by the bytes of their keys.
  package mutating func value(_ value: JSONValue, sortedKeys: Bool = false) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .integer(let value): ascii(String(value))
    case .number(let value): number(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element, sortedKeys: sortedKeys) }
      endArray()
    case .object(let object):
      beginObject()
      let members =
        sortedKeys
        ? object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        : object.members
      for member in members {
        key(member.key)
        self.value(member.value, sortedKeys: sortedKeys)
      }
      endObject()
    }
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func ascii(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
    needsComma = true
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    default:
      bytes.append(contentsOf: "u00".utf8)
      for digit in [byte >> 4, byte & 15] {
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
  }
}

extension JSONValue {
  /// The value as compact JSON text; see `JSONWriter` for numbers and text.
  package func serialised(sortedKeys: Bool = false) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(self, sortedKeys: sortedKeys)
    return writer.bytes
  }
}
