import ZonkeyBase

/// Makes a line of text of a short formula in LaTeX's notation.
///
/// `\frac{a}{b}` becomes `a/b`, Greek letters and signs themselves, `x^2` becomes `x²`; names of
/// functions stay, what only sets the type goes. Formulas of several rows, and those with a command
/// that is not known, have no such line.
struct WikitextMath {
  private enum Group: Equatable {
    case plain, numerator, denominator, raised, lowered, blackboard, ignored, negated
    /// A root, with its degree when it is not the second.
    case root(String)
    /// The upper and the lower number of a binomial coefficient.
    case upper, lower
    /// A combining mark over a letter.
    case accent(String)
  }

  /// The most bytes that a formula may have; longer ones are no part of a sentence.
  private static let limit = 400

  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var output: [UInt8] = []
  private var groups: [(kind: Group, mark: Int)] = []
  private var awaited = Group.plain
  /// Where the name of a function or a fraction ends, which no letter may follow at once.
  private var wordEnd = -1
  private var isKnown = true

  /// The text of a formula; `nil` when it has no line that says the same.
  static func text(_ formula: ArraySlice<UInt8>) -> [UInt8]? {
    guard formula.count <= limit else { return nil }
    var math = WikitextMath(formula)
    return math.run() && math.isKnown ? math.output : nil
  }

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  private mutating func run() -> Bool {
    while position < bytes.endIndex {
      let byte = bytes[position]
      position += 1
      switch byte {
      case 0x5C: if !command() { return false }
      case 0x26: return false
      case 0x7B:
        groups.append((awaited, output.count))
        awaited = .plain
      case 0x7D: endGroup()
      case 0x5E: awaited = .raised
      case 0x5F: awaited = .lowered
      case 0x7E, 0x00...0x20: if awaited == .plain { space() }
      default: symbol(byte)
      }
    }
    while !groups.isEmpty { endGroup() }
    return output.contains { $0 >= 0x80 || $0.isASCIILetterOrDigit }
  }

  /// Writes one character, which may be all of a power, an index or a part of a fraction.
  private mutating func symbol(_ byte: UInt8) {
    partWords(byte)
    let mark = output.count
    output.append(byte)
    while position < bytes.endIndex, bytes[position].isUTF8Continuation {
      output.append(bytes[position])
      position += 1
    }
    finish(awaited, mark: mark)
  }

  /// Keeps a letter or digit off a word before it.
  private mutating func partWords(_ byte: UInt8) {
    if output.count == wordEnd, byte >= 0x80 || byte.isASCIILetterOrDigit { output.append(0x20) }
  }

  private mutating func space() {
    if let last = output.last, last != 0x20 { output.append(0x20) }
  }

  private mutating func endGroup() {
    guard let (kind, mark) = groups.popLast() else { return }
    finish(kind, mark: mark)
  }

  /// Gives what was written since the mark the form of its kind.
  private mutating func finish(_ kind: Group, mark: Int) {
    awaited = .plain
    if kind == .plain { return }
    while output.count > mark, output.last == 0x20 { output.removeLast() }
    let text = Array(output[min(mark, output.count)...])
    output.removeLast(text.count)
    let word = String(decoding: text, as: UTF8.self)
    switch kind {
    case .plain, .ignored: break
    case .raised, .lowered:
      while output.last == 0x20 { output.removeLast() }
      output += (kind == .raised ? ScriptText.raised(word) : ScriptText.lowered(word)).utf8
      if output.last?.isASCIILetterOrDigit == true { wordEnd = output.count }
    case .numerator:
      if let last = output.last, last.isDigit, text.first?.isDigit == true { output.append(0x20) }
      output += Self.part(text, isDivisor: false) + [0x2F]
      awaited = .denominator
    case .denominator:
      output += Self.part(text, isDivisor: true)
      wordEnd = output.count
    case .root(let degree): output += Array((degree + "√").utf8) + Self.part(text, isDivisor: true)
    case .upper:
      output += "C(".utf8 + text + [0x2C]
      awaited = .lower
    case .lower: output += text + [0x29]
    case .negated: output += text + "\u{338}".utf8
    case .blackboard: output += (Self.blackboard[word] ?? word).utf8
    case .accent(let mark):
      if word.unicodeScalars.count > 1, word.contains(where: \.isNumber) { isKnown = false }
      output += text + (word.unicodeScalars.count == 1 ? Array(mark.utf8) : [])
    }
  }

  /// A part of a fraction, in parentheses unless it is a number, a letter or, where no sign follows
  /// that could be taken for its own, a word.
  private static func part(_ text: [UInt8], isDivisor: Bool) -> [UInt8] {
    let isNumber = text.allSatisfy { $0.isDigit || $0 == 0x2E }
    let isWord = !isDivisor && text.allSatisfy { $0 >= 0x80 || $0.isASCIILetterOrDigit }
    let isLetter = String(decoding: text, as: UTF8.self).unicodeScalars.count == 1
    return isNumber || isWord || isLetter ? text : [0x28] + text + [0x29]
  }

  /// Reads what follows a backslash; false when it makes rows or is not known.
  private mutating func command() -> Bool {
    let begin = position
    while position < bytes.endIndex, bytes[position] | 0x20 >= 0x61, bytes[position] | 0x20 <= 0x7A
    {
      position += 1
    }
    if position == begin { return sign() }
    let name = String(decoding: bytes[begin..<position], as: UTF8.self)
    switch name {
    case "frac", "dfrac", "tfrac", "cfrac": awaited = .numerator
    case "binom", "dbinom", "tbinom": awaited = .upper
    case "sqrt": return root()
    case "mathbb", "Bbb": awaited = .blackboard
    case "not": awaited = .negated
    case "color", "textcolor", "label", "tag", "phantom", "hspace", "vspace", "mspace", "hphantom",
      "vphantom", "definecolor":
      awaited = .ignored
    case "left", "right", "middle":
      // The delimiter that is none is written as a point.
      if position < bytes.endIndex, bytes[position] == 0x2E { position += 1 }
    case "operatorname": if position < bytes.endIndex, bytes[position] == 0x2A { position += 1 }
    case "pmod": output += (output.last == 0x20 ? "mod " : " mod ").utf8
    case "quad", "qquad": space()
    default: return write(name)
    }
    return true
  }

  /// A root, perhaps with its degree in brackets; false when that is no number or letter.
  private mutating func root() -> Bool {
    var degree = ""
    if position < bytes.endIndex, bytes[position] == 0x5B {
      guard let end = bytes[position...].firstIndex(of: 0x5D) else { return false }
      degree = ScriptText.raised(String(decoding: bytes[(position + 1)..<end], as: UTF8.self))
      position = end + 1
      if degree.hasPrefix("^") { return false }
    }
    awaited = .root(degree == "²" ? "" : degree)
    return true
  }

  private mutating func write(_ name: String) -> Bool {
    if MathSigns.unseen.contains(name) { return true }
    if let mark = MathSigns.accents[name] {
      awaited = .accent(mark)
      return true
    }
    let mark: Int
    if let sign = MathSigns.signs[name] {
      let isLetter = sign.first?.isLetter == true
      if isLetter { partWords(0x80) }
      mark = output.count
      output += Array(sign.utf8)
      // The blank that ends the name of a sign is none of the text where there is none before it.
      let touches = mark > 0 && output[mark - 1] != 0x20
      if !isLetter, touches, position < bytes.endIndex, bytes[position] == 0x20 { position += 1 }
    } else if MathSigns.functions.contains(name) {
      if let last = output.last, last >= 0x80 || last.isASCIILetterOrDigit { output.append(0x20) }
      mark = output.count
      output += Array(name.utf8)
      wordEnd = output.count
    } else {
      return false
    }
    if awaited != .plain { finish(awaited, mark: mark) }
    return true
  }

  /// A backslash before what is no letter: a blank, a row's end, or the sign itself.
  private mutating func sign() -> Bool {
    guard position < bytes.endIndex else { return true }
    let byte = bytes[position]
    position += 1
    switch byte {
    case 0x5C: return false
    case 0x21, 0x2F: break
    case 0x00...0x20, 0x2C, 0x3A, 0x3B, 0x3E: space()
    case 0x7C: output += "‖".utf8
    default: symbol(byte)
    }
    return true
  }

  private static let blackboard = [
    "R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "P": "ℙ", "H": "ℍ", "F": "𝔽", "1": "𝟙",
  ]
}
