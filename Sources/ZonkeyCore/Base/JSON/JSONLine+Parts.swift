/// Lines that are too long to lie in memory: what has been written is handed on in the middle of
/// them.
extension JSONLine {
  /// Forgets the bytes, which were handed on; the line goes on behind them.
  package mutating func removeBytes() { bytes.removeAll(keepingCapacity: true) }

  package mutating func beginArray(_ key: StaticString) {
    self.key(key)
    open(UInt8(ascii: "["))
  }

  /// Begins an array inside an array.
  package mutating func beginArray() { open(UInt8(ascii: "[")) }

  package mutating func endArray() { close(UInt8(ascii: "]")) }

  package mutating func beginString(_ key: StaticString) {
    self.key(key)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Goes on with a string; whole characters of UTF-8.
  package mutating func string(utf8 value: UnsafeRawBufferPointer) { appendEscaped(value) }

  /// Goes on with a string of base64; a multiple of three bytes except at its end.
  package mutating func string(base64 value: UnsafeRawBufferPointer) {
    Base64.append(value, to: &bytes)
  }

  package mutating func endString() {
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }
}
