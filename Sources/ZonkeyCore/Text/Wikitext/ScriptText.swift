/// Powers and indices in a line of text: with Unicode's own characters where each has one,
/// otherwise after `^` and `_`, in parentheses where it is not clear where they end.
enum ScriptText {
  /// What stands above the line.
  static func raised(_ text: String) -> String { written(text, highs, mark: "^") }

  /// What stands below the line.
  static func lowered(_ text: String) -> String { written(text, lows, mark: "_") }

  private static func written(
    _ text: String, _ forms: [Unicode.Scalar: Unicode.Scalar], mark: String
  ) -> String {
    let text = text.trimmed
    var result = ""
    var isAfterPlain = false
    for scalar in text.unicodeScalars {
      // A power of a power, `2^(3²)`, is not the power of both, `2³²`.
      let form = forms[scalar]
      let isNested = isAfterPlain && form == scalar
      guard let form, !isNested else {
        return mark + (isOneThing(text) ? text : "(" + text + ")")
      }
      if form != scalar { isAfterPlain = true }
      result.unicodeScalars.append(form)
    }
    return result
  }

  /// Whether a text reads as one number or one letter.
  private static func isOneThing(_ text: String) -> Bool {
    text.count == 1
      || (text.first != "."
        && text.unicodeScalars.allSatisfy {
          $0.properties.generalCategory == .decimalNumber || $0 == "."
        })
  }

  /// Superscripts that are words, not powers, by what stands before them.
  ///
  /// `before` is the text before, without the superscript. English `19th` is `19` and `th`,
  /// French `XIXe` is `XIX` and `e`, and `Mme` is an abbreviation.
  static func isOrdinary(_ text: String, after before: ArraySlice<UInt8>, language: String) -> Bool
  {
    guard let last = before.last else { return false }
    let word = text.lowercased()
    let isNumber = last.isDigit || "IVXLCDM".utf8.contains(last)
    if isNumber, ordinals.contains(word) { return true }
    if isNumber, let own = ordinalsByLanguage[language], own.contains(word) { return true }
    return !last.isDigit && last.isASCIILetterOrDigit && abbreviations.contains(word)
  }

  private static let ordinals: Set<String> = [
    "st", "nd", "rd", "th", "er", "ère", "ere", "re", "ème", "eme", "nde", "ste", "ers", "res",
    "èmes", "ième",
  ]
  private static let ordinalsByLanguage: [String: Set<String>] = [
    "fr": ["e", "es", "d", "de", "o", "è"], "nl": ["e", "de"], "ca": ["r", "n", "t", "è", "a"],
    "it": ["o", "a", "e", "i"], "es": ["o", "a", "er", "os", "as"], "pt": ["o", "a", "os", "as"],
    "sv": ["a", "e"],
  ]
  private static let abbreviations: Set<String> = [
    "me", "mes", "lle", "lles", "gr", "mgr", "cie", "os", "ie", "te", "tes", "bre", "ac",
  ]

  private static let highs = table(
    "0123456789+-−–=()niⁿⁱ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱⁿⁱ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾")
  private static let lows = table("0123456789+-−–=()₀₁₂₃₄₅₆₇₈₉", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎₀₁₂₃₄₅₆₇₈₉")

  private static func table(_ from: String, _ to: String) -> [Unicode.Scalar: Unicode.Scalar] {
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (key, value) in zip(from.unicodeScalars, to.unicodeScalars) { table[key] = value }
    return table
  }
}

extension StringProtocol {
  /// The text without blanks at its ends.
  var trimmed: String {
    guard let begin = unicodeScalars.firstIndex(where: { !$0.isBlank }),
      let end = unicodeScalars.lastIndex(where: { !$0.isBlank })
    else { return "" }
    return String(self[begin...end])
  }
}

extension Unicode.Scalar {
  fileprivate var isBlank: Bool {
    isASCII ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace
  }
}
