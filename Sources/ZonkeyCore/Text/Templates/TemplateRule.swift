/// The templates of which a pattern is too simple a description, by the names that tables use.
enum TemplateRule: String, Sendable {
  /// `{{convert|5|km|mi}}`: the measure as it was written.
  case convert
  /// `{{val|1.5|0.2|e=3|u=m}}`: a value with its uncertainty, power of ten and unit.
  case value
  /// French `{{unité|3|km||h|-1}}`: a number, units and their exponents.
  case unit
  /// Italian `{{M|5|k|m}}`: a number, a prefix and a unit.
  case prefixedUnit = "prefixed-unit"
  /// `{{coord|52|31|N|13|24|E}}`.
  case coordinates
  /// Year, month and day, in the order that the text after the rule's name gives, `ymd` by default.
  case date
  /// English `{{as of|2010|3}}`.
  case asOf = "as-of"
  /// `{{chem|SO|4|2-}}`.
  case formula
  /// `{{chem2|SO4(2-)}}`.
  case shortFormula = "short-formula"
  /// `{{frac|1|2}}`.
  case fraction
  /// `{{nihongo|a|b|c}}`: the first argument, the others in parentheses.
  case parenthesis
  /// A link to another language: its label, or its page here, or there when that is all there is.
  case link
  /// All arguments with the text after the rule's name between them.
  case join
  /// The last argument.
  case last
  /// All of the named arguments that the text lists.
  case named
  /// `{{music|flat}}`.
  case accidental

  /// The text; `nil` when the arguments have no meaning that is known.
  func rendered(_ call: TemplateCall, _ text: String) -> [UInt8]? {
    let given = call.arguments
    if given.isEmpty { return [] }
    switch self {
    case .join, .last, .named, .parenthesis, .link: return words(given, text)
    default: break
    }
    // A number of which a part is missing would be another number.
    if given.hole != nil { return nil }
    return number(call, text).map { Array($0.utf8) }
  }

  private func words(_ given: TemplateArguments, _ text: String) -> [UInt8]? {
    switch self {
    case .last: return Array(given.positional.last ?? [])
    case .parenthesis: return Self.withParenthesis(given)
    case .link: return Self.link(given)
    case .named:
      let names = text.split(separator: ",")
      let values = names.compactMap { given[String($0)] }
      return values.isEmpty ? Array(given[1]) : Array(values.joined(separator: ", ".utf8))
    default:
      let parts = given.positional.filter { !$0.isEmpty }
      return Array(parts.joined(separator: text.utf8))
    }
  }

  private func number(_ call: TemplateCall, _ text: String) -> String? {
    let given = call.arguments
    switch self {
    case .convert: return TemplateQuantity.converted(given, call.locale)
    case .value: return TemplateQuantity.value(given, call.locale)
    case .unit: return TemplateUnits.french(given, call.locale)
    case .prefixedUnit: return TemplateUnits.italian(given)
    case .coordinates: return TemplateQuantity.coordinates(given)
    case .date: return TemplateDate.text(given, order: text, call.locale)
    case .asOf: return TemplateDate.asOf(given, call.locale)
    case .formula: return ChemicalText.formula(given.words)
    case .shortFormula: return ChemicalText.short(given.string(1))
    case .fraction: return TemplateQuantity.fraction(given)
    case .accidental: return Self.accidental(given.string(1))
    default: return nil
    }
  }

  /// The first argument, the others after it in parentheses.
  private static func withParenthesis(_ given: TemplateArguments) -> [UInt8] {
    let parts = given.positional.filter { !$0.isEmpty }
    guard let first = parts.first else { return [] }
    if parts.count == 1 { return Array(first) }
    let others: [UInt8] = Array(parts.dropFirst().joined(separator: ", ".utf8))
    return Array(first) + [0x20, 0x28] + others + [0x29]
  }

  /// The words of a link to an article of another language.
  ///
  /// Where the first argument is a language's code the next is the page, as in `{{ill|de|Haus}}`.
  private static func link(_ given: TemplateArguments) -> [UInt8] {
    for name in ["label", "lt", "display", "text", "txt", "testo", "نص", "عر"] {
      if let label = given[name] { return Array(label) }
    }
    var words = given.positional[...]
    if words.count > 1, let first = words.first,
      Languages.isCode(String(decoding: first, as: UTF8.self))
    {
      words.removeFirst()
    }
    return Array(words.first ?? [])
  }

  private static func accidental(_ name: String) -> String? {
    switch name.lowercased() {
    case "flat", "b": "♭"
    case "sharp", "#": "♯"
    case "natural", "n": "♮"
    default: nil
    }
  }
}

/// Text of chemical formulas.
enum ChemicalText {
  /// Symbols, counts and charges, each an argument: `SO`, `4`, `2-`.
  static func formula(_ parts: [String]) -> String? {
    var result = ""
    for part in parts where !part.isEmpty {
      let digits = part.prefix { $0.isASCII && $0.isNumber }
      let rest = part.dropFirst(digits.count)
      switch (digits.isEmpty, rest) {
      case (false, ""): result += ScriptText.lowered(part)
      case (_, "+"), (_, "-"), (_, "−"): result += ScriptText.raised(part)
      default: result += part
      }
    }
    return result
  }

  /// A formula or equation of the simplest kind; `nil` when it has commands or arrows with text.
  static func equation(_ text: String) -> String? {
    guard text.count <= 200, !text.contains(where: { "\\{}_$[#".contains($0) }) else { return nil }
    let words = text.split(separator: " ").map { word in
      switch word {
      case "->": "→"
      case "<-": "←"
      case "<=>": "⇌"
      case "<->": "↔"
      case "+": "+"
      default: short(String(word))
      }
    }
    return words.contains(nil) ? nil : words.compactMap { $0 }.joined(separator: " ")
  }

  /// A formula in one word: digits after a symbol are counts, `(2-)` and a sign at the end charges.
  static func short(_ text: String) -> String? {
    var result = ""
    var rest = text[...]
    while let character = rest.first {
      if character == "(", let end = rest.firstIndex(of: ")") {
        let inner = rest[rest.index(after: rest.startIndex)..<end]
        if let sign = inner.last, "+-−".contains(sign), inner.dropLast().allSatisfy(\.isNumber) {
          result += ScriptText.raised(String(inner))
          rest = rest[rest.index(after: end)...]
          continue
        }
      }
      if character == "^" {
        let charge = rest.dropFirst().prefix { $0.isNumber || "+-−".contains($0) }
        if charge.isEmpty { return nil }
        result += ScriptText.raised(String(charge))
        rest = rest.dropFirst(charge.count + 1)
        continue
      }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      if !digits.isEmpty {
        let isCount = result.last.map { $0.isLetter || $0 == ")" || $0 == "]" } ?? false
        result += isCount ? ScriptText.lowered(String(digits)) : String(digits)
        rest = rest.dropFirst(digits.count)
      } else {
        rest = rest.dropFirst()
        let isCharge = rest.isEmpty && "+-−".contains(character)
        result += isCharge ? ScriptText.raised(String(character)) : String(character)
      }
    }
    return result
  }
}
