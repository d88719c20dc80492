extension JSONObjectScanner {
  /// Checks and passes over a value of any type.
  mutating func skipValue() throws(JSONFailure) {
    // The closing brackets that are awaited, innermost last.
    var closers: [UInt8] = []
    while true {
      skipBlanks()
      var isOpened = false
      switch peek() {
      case 0x7B: isOpened = try open(0x7D, &closers)
      case 0x5B: isOpened = try open(0x5D, &closers)
      case 0x22: try skipString()
      case 0x74: try skipWord("true")
      case 0x66: try skipWord("false")
      case 0x6E: try skipWord("null")
      default: try skipNumber()
      }
      if isOpened { continue }
      if try !closeOrGoOn(&closers) { return }
    }
  }

  /// Enters an array or object; false when it is empty, and so is passed over already.
  private mutating func open(_ closer: UInt8, _ closers: inout [UInt8]) throws(JSONFailure) -> Bool
  {
    if closers.count == Self.depthLimit {
      throw fail("nested more than \(Self.depthLimit) deep")
    }
    position += 1
    skipBlanks()
    if peek() == closer {
      position += 1
      return false
    }
    closers.append(closer)
    if closer == 0x7D { try skipName() }
    return true
  }

  /// After a value: closes what ends, and returns whether another value follows.
  private mutating func closeOrGoOn(_ closers: inout [UInt8]) throws(JSONFailure) -> Bool {
    while let closer = closers.last {
      skipBlanks()
      if peek() == closer {
        position += 1
        closers.removeLast()
        continue
      }
      try expect(
        0x2C, closer == 0x7D ? "an object goes on without , or }" : "no , or ] in an array")
      skipBlanks()
      if closer == 0x7D { try skipName() }
      return true
    }
    return false
  }

  private mutating func skipName() throws(JSONFailure) {
    try skipString()
    skipBlanks()
    try expect(0x3A, "no : after a field's name")
  }

  private mutating func skipString() throws(JSONFailure) {
    var ignored: [UInt8] = []
    try string(into: &ignored)
  }

  private mutating func skipWord(_ word: StaticString) throws(JSONFailure) {
    for index in 0..<word.utf8CodeUnitCount {
      try expect(word.utf8Start[index], "not a JSON value")
    }
  }

  private mutating func skipNumber() throws(JSONFailure) {
    if peek() == 0x2D { position += 1 }
    if peek() == 0x30 {
      position += 1
    } else {
      try skipDigits()
    }
    if peek() == 0x2E {
      position += 1
      try skipDigits()
    }
    if peek() == 0x65 || peek() == 0x45 {
      position += 1
      if peek() == 0x2B || peek() == 0x2D { position += 1 }
      try skipDigits()
    }
  }

  private mutating func skipDigits() throws(JSONFailure) {
    let begin = position
    while let byte = peek(), (0x30...0x39).contains(byte) { position += 1 }
    if position == begin { throw fail("not a JSON value") }
  }
}

extension UInt8 {
  /// The value of a hexadecimal digit.
  var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x37
    case 0x61...0x66: self - 0x57
    default: nil
    }
  }
}
