/// Writes JSON, most often one object a line, into a byte buffer that is used again and again.
///
/// Commas are placed by itself and no tree is built. Keys that are literals of the program are not
/// escaped. Whatever the values, the text is valid JSON in valid UTF-8, as long as the calls nest
/// properly, which is not checked.
package struct JSONLine: Sendable {
  package internal(set) var bytes: [UInt8] = []
  var needsComma = false

  /// `capacity` is the bytes that are likely to be written.
  package init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  /// Forgets what was written and keeps the memory.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  package mutating func beginObject() { open(UInt8(ascii: "{")) }

  /// Begins an object with what `line` has of one that is still open.
  package mutating func beginObject(as line: JSONLine) {
    bytes.append(contentsOf: line.bytes)
    needsComma = line.needsComma
  }

  package mutating func endObject() { close(UInt8(ascii: "}")) }

  /// Closes the object and ends the line.
  package mutating func endLine() {
    endObject()
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  package mutating func field(_ key: StaticString, _ value: Int) {
    self.key(key)
    append(value)
  }

  package mutating func field(_ key: StaticString, _ value: Bool) {
    self.key(key)
    appendWord(value ? "true" : "false")
  }

  package mutating func field(_ key: StaticString, _ value: String) {
    self.key(key)
    append(value)
  }

  /// A string of UTF-8 bytes; a byte that is not part of valid UTF-8 becomes U+FFFD.
  package mutating func field(_ key: StaticString, utf8 value: UnsafeRawBufferPointer) {
    self.key(key)
    appendQuoted(value)
  }

  /// A value that is JSON already.
  package mutating func field(_ key: StaticString, json: [UInt8]) {
    self.key(key)
    append(json: json)
  }

  /// The value of a key that is no literal, which is JSON already.
  package mutating func append(json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  /// A number rounded to `digits` significant digits (1…17), in its shortest form as a decimal.
  ///
  /// One is `1.0`: readers that take a column's type from its first rows fail on `1` before 0.5.
  /// JSON has no infinity and no not-a-number: both become `null`.
  package mutating func field(_ key: StaticString, _ value: Double, digits: Int) {
    self.key(key)
    append(value, digits: digits)
  }

  package mutating func field(_ key: StaticString, _ values: some Sequence<Int>) {
    self.key(key)
    appendArray(values) { $0.append($1) }
  }

  package mutating func field(_ key: StaticString, _ values: [[Int]]) {
    self.key(key)
    appendArray(values) { line, row in line.appendArray(row) { $0.append($1) } }
  }

  package mutating func field(_ key: StaticString, _ values: some Sequence<Double>, digits: Int) {
    self.key(key)
    appendArray(values) { $0.append($1, digits: digits) }
  }

  package mutating func field(_ key: StaticString, _ values: some Sequence<String>) {
    self.key(key)
    appendArray(values) { $0.append($1) }
  }

  /// Bytes as base64 with padding.
  package mutating func field(_ key: StaticString, base64 value: UnsafeRawBufferPointer) {
    self.key(key)
    bytes.append(UInt8(ascii: "\""))
    Base64.append(value, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// An object inside the object; `body` writes its fields.
  package mutating func field(
    _ key: StaticString, object body: (inout JSONLine) throws -> Void
  ) rethrows {
    self.key(key)
    beginObject()
    try body(&self)
    endObject()
  }

  /// An array of objects; `body` writes each with `beginObject` and `endObject`.
  package mutating func field(
    _ key: StaticString, objects body: (inout JSONLine) throws -> Void
  ) rethrows {
    self.key(key)
    open(UInt8(ascii: "["))
    try body(&self)
    close(UInt8(ascii: "]"))
  }

  /// A key that is no literal, before its value.
  package mutating func key(_ key: String) {
    append(key)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// A whole value; object members in their own order, or by the bytes of their keys.
  ///
  /// Numbers have the shortest digits that read back as the same number and the same case of
  /// `JSONValue`; those that JSON cannot hold become `null`.
  package mutating func value(_ value: JSONValue, sortedKeys: Bool = false) {
    switch value {
    case .null: appendWord("null")
    case .bool(let value): appendWord(value ? "true" : "false")
    case .integer(let value): append(Int(value))
    case .number(let value): appendExactly(value)
    case .string(let value): append(value)
    case .array(let elements):
      appendArray(elements) { $0.value($1, sortedKeys: sortedKeys) }
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
}

extension JSONValue {
  /// The value as compact JSON text; see `JSONLine` for numbers and text.
  package func serialised(sortedKeys: Bool = false) -> [UInt8] {
    var line = JSONLine()
    line.value(self, sortedKeys: sortedKeys)
    return line.bytes
  }
}

// MARK: - Parts

extension JSONLine {
  mutating func key(_ key: StaticString) {
    let (name, count) = (key.utf8Start, key.utf8CodeUnitCount)
    appendValue(most: count + 3) { out in
      out.append(UInt8(ascii: "\""))
      for place in 0..<count { out.append(name[place]) }
      out.append(UInt8(ascii: "\""))
      out.append(UInt8(ascii: ":"))
    }
    needsComma = false
  }

  /// Appends a value of at most so many bytes, and the comma before it.
  ///
  /// The array is asked once for all of them: a row has dozens of them and few hundred bytes.
  private mutating func appendValue(most: Int, _ body: (inout OutputSpan<UInt8>) -> Void) {
    let needsComma = needsComma
    bytes.append(addingCapacity: most + 1) { out in
      if needsComma { out.append(UInt8(ascii: ",")) }
      body(&out)
    }
    self.needsComma = true
  }

  /// Puts the comma before a value that follows another one.
  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func appendArray<Value>(
    _ values: some Sequence<Value>, _ element: (inout JSONLine, Value) -> Void
  ) {
    open(UInt8(ascii: "["))
    for value in values { element(&self, value) }
    close(UInt8(ascii: "]"))
  }

  private mutating func appendWord(_ text: StaticString) {
    separate()
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  package mutating func append(_ value: Int) {
    appendValue(most: 20) { out in
      if value < 0 { out.append(UInt8(ascii: "-")) }
      out.append(decimal: value.magnitude)
    }
  }

  package mutating func append(_ value: Double, digits: Int) {
    guard value.isFinite else {
      appendWord("null")
      return
    }
    if (0.1..<1).contains(value) && digits < 10 {
      appendShare(value, digits: digits)
    } else {
      separate()
      bytes.append(contentsOf: value.rounded(toDigits: digits).description.utf8)
    }
  }

  /// The same of 0.1 or more and less than 1, as most probabilities are: without the search for the
  /// shortest form of a number.
  private mutating func appendShare(_ value: Double, digits: Int) {
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    var share = Int((value * Double(scale)).rounded())
    appendValue(most: 2 + digits) { out in
      guard share < scale else {
        for byte in "1.0".utf8 { out.append(byte) }
        return
      }
      while share % 10 == 0 { share /= 10 }
      out.append(UInt8(ascii: "0"))
      out.append(UInt8(ascii: "."))
      out.append(decimal: UInt(share))
    }
  }

  private mutating func appendExactly(_ value: Double) {
    guard value.isFinite else {
      appendWord("null")
      return
    }
    separate()
    bytes.append(contentsOf: value.description.utf8)
  }

  private mutating func append(_ value: String) {
    var value = value
    value.withUTF8 { appendQuoted(UnsafeRawBufferPointer($0)) }
  }

  private mutating func appendQuoted(_ value: UnsafeRawBufferPointer) {
    // Most strings are words, as they are.
    if value.count < 64, value.allSatisfy({ $0 < 0x80 && !JSONEscape.isNeeded($0) }) {
      appendValue(most: value.count + 2) { out in
        out.append(UInt8(ascii: "\""))
        for byte in value { out.append(byte) }
        out.append(UInt8(ascii: "\""))
      }
      return
    }
    separate()
    bytes.append(UInt8(ascii: "\""))
    appendEscaped(value)
    bytes.append(UInt8(ascii: "\""))
  }

  /// What stands between the quotation marks of a string of these bytes.
  mutating func appendEscaped(_ value: UnsafeRawBufferPointer) {
    var rest = value
    while let bad = UTF8Check.firstInvalidRange(in: rest) {
      appendValid(UnsafeRawBufferPointer(rebasing: rest[..<bad.lowerBound]))
      bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
      rest = UnsafeRawBufferPointer(rebasing: rest[(bad.lowerBound + 1)...])
    }
    appendValid(rest)
  }

  private mutating func appendValid(_ value: UnsafeRawBufferPointer) {
    var start = 0
    while true {
      let end = value.firstIndex(from: start) { JSONEscape.areNeeded($0) }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: value[start..<end]))
      if end == value.count { return }
      JSONEscape.append(value[end], to: &bytes)
      start = end + 1
    }
  }
}

extension OutputSpan<UInt8> {
  fileprivate mutating func append(decimal value: UInt) {
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var (first, rest) = (digits.count, value)
    repeat {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    for place in first..<digits.count { append(digits[place]) }
  }
}
