/// Text of the templates of numbers with units in other languages than English.
enum TemplateUnits {
  /// French `{{unité|3|km||h|-1}}`: a number, then units, each with its exponent after it.
  ///
  /// Further numbers come after words that join numbers, as in `20|à|30|km`.
  static func french(_ given: TemplateArguments, _ locale: WikiLocale) -> String? {
    let words = given.words
    guard let first = words.first, given.hasOnly(["e"]) else { return nil }
    var text = shown(first, locale)
    if let exponent = given.string("e") { text += "×10" + ScriptText.raised(exponent) }
    var index = 1
    var isFirstUnit = true
    while index < words.count {
      let word = words[index]
      let next = index + 1 < words.count ? words[index + 1] : ""
      index += 1
      if word.isEmpty { continue }
      if joints.contains(word) {
        guard isNumber(next) else { return nil }
        text += (word == "-" || word == "–" ? "–" : " \(word) ") + shown(next, locale)
        index += 1
        continue
      }
      if isNumber(word) { return nil }
      let exponent = next.replacing("−", with: "-")
      var unit = word
      var isDivisor = false
      if let value = Int(exponent) {
        index += 1
        isDivisor = value < 0 && !isFirstUnit
        let power = isDivisor ? String(-value) : exponent
        if power != "1" { unit += ScriptText.raised(power) }
      } else if next.isEmpty {
        index += 1
      }
      text += (isFirstUnit ? " " : isDivisor ? "/" : " ") + unit
      isFirstUnit = false
    }
    return text
  }

  private static let joints: Set<String> = ["à", "et", "ou", "par", "x", "×", "-", "–", "±"]

  /// Italian `{{M|5|k|m}}`: a number, the prefix of a unit, the unit.
  static func italian(_ given: TemplateArguments) -> String? {
    let words = given.words
    guard let first = words.first, isNumber(first), !given.hasPositional(after: 3),
      given.hasOnly(["e", "ul", "u"])
    else { return nil }
    // Its writers put the marks of their language themselves.
    var text = first
    if let exponent = given.string("e") { text += "×10" + ScriptText.raised(exponent) }
    var unit = given.string("ul") ?? given.string("u") ?? ""
    let parts = words.dropFirst().map { $0 == "-" ? "" : $0 }
    guard unit.isEmpty || parts.allSatisfy(\.isEmpty) else { return nil }
    if unit.isEmpty { unit = parts.joined() }
    return unit.isEmpty ? text : text + " " + unit
  }

  private static func shown(_ text: String, _ locale: WikiLocale) -> String {
    let number = text.replacing(" ", with: "")
    let own = locale.number(number)
    return own == number ? text : own
  }

  /// Whether a text is a number, with any marks that those have.
  static func isNumber(_ text: String) -> Bool {
    text.contains { $0.isASCII && $0.isNumber }
      && text.allSatisfy { $0.isASCII && $0.isNumber || "+-−–±.,'’/ \u{A0}".contains($0) }
  }
}
