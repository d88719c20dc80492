import ZonkeyBase

/// Makes a line of text of a short formula in LaTeX's notation.
///
/// `\frac{a}{b}` becomes `a/b`, Greek letters and signs themselves, `x^2` becomes `x²`; names of
/// functions stay, what only sets the type goes. Formulas of several rows have no such line.
struct WikitextMath {
  private enum Group {
    case plain, numerator, denominator, root, raised, lowered
  }

  /// The most bytes that a formula may have; longer ones are no part of a sentence.
  private static let limit = 400

  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var output: [UInt8] = []
  private var groups: [(kind: Group, mark: Int)] = []
  private var awaited = Group.plain

  /// The text of a formula; `nil` when it is too long or has rows.
  static func text(_ formula: ArraySlice<UInt8>) -> [UInt8]? {
    guard formula.count <= limit else { return nil }
    var math = WikitextMath(formula)
    return math.run() ? math.output : nil
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
    let mark = output.count
    output.append(byte)
    while position < bytes.endIndex, bytes[position].isUTF8Continuation {
      output.append(bytes[position])
      position += 1
    }
    finish(awaited, mark: mark)
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
    if kind == .raised || kind == .lowered {
      while output.last == 0x20 { output.removeLast() }
    }
    let part = Self.isSimple(text, kind) ? text : [0x28] + text + [0x29]
    switch kind {
    case .plain: break
    case .numerator:
      output += part + [0x2F]
      awaited = .denominator
    case .denominator: output += part
    case .root: output += "√".utf8 + part
    case .raised:
      let raised = TemplateQuantity.raised(String(decoding: text, as: UTF8.self))
      output += raised.hasPrefix("^") ? "^".utf8 + part : Array(raised.utf8)
    case .lowered: output += "_".utf8 + part
    }
  }

  /// Whether a part needs no parentheses: it is a number, a letter or, where no sign follows that
  /// could be taken for its own, a word.
  private static func isSimple(_ text: [UInt8], _ kind: Group) -> Bool {
    if text.allSatisfy({ $0.isDigit || $0 == 0x2E }) { return true }
    if kind == .numerator || kind == .lowered {
      return text.allSatisfy { $0 >= 0x80 || $0.isASCIILetterOrDigit }
    }
    return String(decoding: text, as: UTF8.self).unicodeScalars.count == 1
  }

  /// Reads what follows a backslash; false when it makes rows.
  private mutating func command() -> Bool {
    let begin = position
    while position < bytes.endIndex, bytes[position] | 0x20 >= 0x61, bytes[position] | 0x20 <= 0x7A
    {
      position += 1
    }
    if position == begin { return sign() }
    let name = String(decoding: bytes[begin..<position], as: UTF8.self)
    switch name {
    case "begin", "end", "cr", "matrix", "cases", "atop", "over", "choose", "array": return false
    case "frac", "dfrac", "tfrac", "cfrac": awaited = .numerator
    case "sqrt": root()
    case "left", "right":
      // The delimiter that is none is written as a point.
      if position < bytes.endIndex, bytes[position] == 0x2E { position += 1 }
    case _ where Self.unseen.contains(name): break
    case "quad", "qquad": space()
    default: write(name)
    }
    return true
  }

  /// A root with a degree in brackets loses it.
  private mutating func root() {
    if position < bytes.endIndex, bytes[position] == 0x5B,
      let end = bytes[position...].firstIndex(of: 0x5D)
    {
      position = end + 1
    }
    awaited = .root
  }

  private mutating func write(_ name: String) {
    let mark = output.count
    if let sign = Self.signs[name] ?? WikitextScanner.named(name).map({ String($0) }) {
      output += Array(sign.utf8)
    } else {
      if let last = output.last, last.isASCIILetterOrDigit { output.append(0x20) }
      output += Array(name.utf8)
      if position < bytes.endIndex, bytes[position].isASCIILetterOrDigit { output.append(0x20) }
    }
    if awaited != .plain { finish(awaited, mark: mark) }
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

  /// Commands that say how to set what follows.
  private static let unseen: Set<String> = [
    "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr",
    "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "mathrm", "mathbf", "mathit",
    "mathcal", "mathbb", "mathfrak", "mathsf", "mathtt", "boldsymbol", "bold", "text", "textrm",
    "textbf", "textit", "mbox", "hbox", "operatorname", "rm", "bf", "it", "cal", "vec", "hat",
    "bar",
    "overline", "underline", "tilde", "widehat", "widetilde", "dot", "ddot", "overrightarrow",
    "Bbb",
    "rightharpoonup", "color", "hline", "nonumber", "label", "mathop", "mathrel", "mathbin",
    "bigskip", "phantom", "textsf", "texttt", "scriptscriptstyle", "mathring", "acute", "grave",
  ]

  private static let signs = [
    "cdot": "·", "cdots": "…", "ldots": "…", "dots": "…", "dotsc": "…", "dotsb": "…",
    "thicksim": "~",
    "vdots": "…", "leq": "≤", "geq": "≥",
    "leqslant": "≤", "geqslant": "≥", "neq": "≠", "approx": "≈", "sim": "~", "simeq": "≃",
    "infty": "∞", "pm": "±", "mp": "∓", "to": "→", "rightarrow": "→", "longrightarrow": "→",
    "leftarrow": "←", "mapsto": "↦", "Rightarrow": "⇒", "Leftrightarrow": "⇔", "iff": "⇔",
    "leftrightarrow": "↔", "rightleftharpoons": "⇌", "subset": "⊂", "subseteq": "⊆", "supset": "⊃",
    "in": "∈", "notin": "∉", "partial": "∂", "exists": "∃", "forall": "∀", "land": "∧", "lor": "∨",
    "neg": "¬", "lnot": "¬", "wedge": "∧", "vee": "∨", "emptyset": "∅", "varnothing": "∅",
    "hbar": "ħ", "ell": "ℓ", "prime": "′", "langle": "⟨", "rangle": "⟩", "mid": "|", "vert": "|",
    "Vert": "‖", "circ": "∘", "degree": "°", "ast": "*", "star": "⋆", "bullet": "•", "div": "÷",
    "propto": "∝", "ll": "≪", "gg": "≫", "varepsilon": "ε", "varphi": "φ", "vartheta": "θ",
    "varrho": "ρ", "varsigma": "ς", "setminus": "∖", "backslash": "\\", "lbrace": "{",
    "rbrace": "}", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "angle": "∠",
    "parallel": "∥", "cong": "≅", "oint": "∮", "iint": "∬", "bigcup": "⋃", "bigcap": "⋂",
    "models": "⊨", "vdash": "⊢", "top": "⊤", "bot": "⊥", "Re": "Re", "Im": "Im", "aleph": "ℵ",
    "colon": ":", "lt": "<", "gt": ">", "triangle": "△", "square": "□", "implies": "⇒",
  ]
}
