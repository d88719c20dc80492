/// Writes rows of JSON, one object a line, into a byte buffer that is used again and again.
///
/// Keys are literals of the program and are not escaped. Values are written in one pass, without
/// intermediate strings. Whatever the values, the rows are valid JSON in valid UTF-8.
struct JSONLine {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  init() {}

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }

  mutating func beginObject() {
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  /// Closes the object and ends the line.
  mutating func endLine() {
    endObject()
    bytes.append(UInt8(ascii: "\n"))
  }

  mutating func endObject() {
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  mutating func field(_ key: StaticString, _ value: Int) {
    self.key(key)
    append(value)
  }

  mutating func field(_ key: StaticString, _ value: Bool) {
    self.key(key)
    append(value ? "true" : "false")
  }

  mutating func field(_ key: StaticString, _ value: String) {
    self.key(key)
    var value = value
    value.withUTF8 { appendQuoted(UnsafeRawBufferPointer($0)) }
  }

  /// A string of UTF-8 bytes; a byte that is not part of valid UTF-8 becomes U+FFFD.
  mutating func field(_ key: StaticString, utf8 value: UnsafeRawBufferPointer) {
    self.key(key)
    appendQuoted(value)
  }

  /// A number rounded to `digits` significant digits (1…17), in its shortest form.
  ///
  /// JSON has no infinity and no not-a-number: both become `null`.
  mutating func field(_ key: StaticString, _ value: Double, digits: Int) {
    self.key(key)
    append(value, digits: digits)
  }

  mutating func field(_ key: StaticString, _ values: some Sequence<Int>) {
    self.key(key)
    appendArray(values) { $0.append($1) }
  }

  mutating func field(_ key: StaticString, _ values: some Sequence<Double>, digits: Int) {
    self.key(key)
    appendArray(values) { $0.append($1, digits: digits) }
  }

  mutating func field(_ key: StaticString, _ values: some Sequence<String>) {
    self.key(key)
    appendArray(values) { line, value in
      var value = value
      value.withUTF8 { line.appendQuoted(UnsafeRawBufferPointer($0)) }
    }
  }

  /// Bytes as base64 with padding.
  mutating func field(_ key: StaticString, base64 value: UnsafeRawBufferPointer) {
    self.key(key)
    appendBase64(value)
  }

  /// An object inside the object; `body` writes its fields.
  mutating func field(_ key: StaticString, object body: (inout JSONLine) throws -> Void) rethrows {
    self.key(key)
    beginObject()
    try body(&self)
    endObject()
  }

  /// An array of objects; `body` writes each with `beginObject` and `endObject`.
  mutating func field(_ key: StaticString, objects body: (inout JSONLine) throws -> Void) rethrows {
    self.key(key)
    bytes.append(UInt8(ascii: "["))
    needsComma = false
    try body(&self)
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  /// Begins one object of an array of objects.
  mutating func beginElement() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    beginObject()
  }

  private mutating func key(_ key: StaticString) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
    bytes.append(UInt8(ascii: "\""))
    append(key)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  private mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func appendArray<Value>(
    _ values: some Sequence<Value>, _ element: (inout JSONLine, Value) -> Void
  ) {
    bytes.append(UInt8(ascii: "["))
    var isFirst = true
    for value in values {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      element(&self, value)
    }
    bytes.append(UInt8(ascii: "]"))
  }
}

// MARK: - Values

extension JSONLine {
  private mutating func append(_ value: Int) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = bytes.count
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
      rest = quotient
    } while rest > 0
    bytes[start...].reverse()
  }

  private mutating func append(_ value: Double, digits: Int) {
    guard value.isFinite else {
      append("null" as StaticString)
      return
    }
    append(value.rounded(toDigits: digits).shortestForm)
  }

  private mutating func appendQuoted(_ value: UnsafeRawBufferPointer) {
    bytes.append(UInt8(ascii: "\""))
    var index = 0
    var plainStart = 0
    while index < value.count {
      let byte = value[index]
      let length = byte < 0x80 ? 1 : UTF8Sequence.length(at: index, in: value)
      if length > 0 && !JSONEscape.isNeeded(byte) {
        index += length
        continue
      }
      bytes.append(contentsOf: value[plainStart..<index])
      if length == 0 {
        bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
      } else {
        JSONEscape.append(byte, to: &bytes)
      }
      index += 1
      plainStart = index
    }
    bytes.append(contentsOf: value[plainStart...])
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func appendBase64(_ value: UnsafeRawBufferPointer) {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bytes.reserveCapacity(bytes.count + value.count / 3 * 4 + 6)
    bytes.append(UInt8(ascii: "\""))
    alphabet.withUTF8Buffer { letters in
      for start in stride(from: 0, to: value.count, by: 3) {
        let count = min(3, value.count - start)
        var group = UInt32(value[start]) << 16
        if count > 1 { group |= UInt32(value[start + 1]) << 8 }
        if count > 2 { group |= UInt32(value[start + 2]) }
        for place in 0..<4 {
          let index = Int(group >> (18 - 6 * UInt32(place)) & 63)
          bytes.append(place <= count ? letters[index] : UInt8(ascii: "="))
        }
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
