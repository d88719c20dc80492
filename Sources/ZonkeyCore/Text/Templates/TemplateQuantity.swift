/// Text of the templates for measures and numbers.
enum TemplateQuantity {
  /// A measure as it was written, `5 km`; what it is in other units is left out.
  ///
  /// `nil` when that is not what the template would show, or it is no measure.
  static func converted(_ given: TemplateArguments, _ locale: WikiLocale) -> String? {
    let words = given.words
    let display = given.string("disp") ?? ""
    guard let first = words.first, TemplateUnits.isNumber(first),
      !hiddenDisplays.contains(display), given.string("abbr") != "values"
    else { return nil }
    var text = number(first, locale)
    var next = 1
    while next + 1 < words.count, let kind = ranges[words[next].lowercased()] {
      guard TemplateUnits.isNumber(words[next + 1]) else { return nil }
      guard locale.isEnglish || !kind.isWord else { return nil }
      text += kind.text + number(words[next + 1], locale)
      next += 2
    }
    guard next < words.count, !words[next].isEmpty, ranges[words[next].lowercased()] == nil else {
      return nil
    }
    let adjective = given.string("adj") ?? ""
    let isAdjective = ["on", "mid", "pre", "y", "yes"].contains(adjective.lowercased())
    guard let unit = unit(words[next], isOne: first == "1" || isAdjective, locale) else {
      return nil
    }
    let gap = isAdjective && unit.first?.isLetter == true ? "-" : unit.hasPrefix("×") ? "" : " "
    text += gap + unit
    // Feet and inches and the like: the smaller unit comes before the one to convert to.
    if next + 2 < words.count, smallerUnits.contains(words[next + 2]),
      largerUnits.contains(words[next]), words[next + 1].first?.isNumber == true
    {
      text += gap + number(words[next + 1], locale) + gap + words[next + 2]
    }
    return text
  }

  /// A value with its uncertainty, power of ten and unit.
  static func value(_ given: TemplateArguments, _ locale: WikiLocale) -> String? {
    let words = given.words
    guard let first = words.first, TemplateUnits.isNumber(first.prefix { $0 != "(" }.trimmed),
      !given.hasPositional(after: 3)
    else { return nil }
    let errors = words.dropFirst().filter { !$0.isEmpty }
    guard errors.allSatisfy({ isError($0) }) else { return nil }
    var text = (given.string("p") ?? "") + locale.measure(signed(first))
    switch errors.count {
    case 0: break
    case 1: text += error(errors[0], locale)
    default:
      let upper = errors[0].first == "+" ? errors[0] : "+" + errors[0]
      let lower = errors[1].first?.isNumber == true ? "-" + errors[1] : errors[1]
      text += " " + locale.measure(upper) + " " + locale.measure(signed(lower))
    }
    if let exponent = given.string("e") ?? given.string("10") {
      guard TemplateUnits.isNumber(exponent) else { return nil }
      text += "×10" + ScriptText.raised(exponent)
    }
    text += given.string("s") ?? given.string("end") ?? ""
    var unit = given.string("ul") ?? given.string("u") ?? ""
    if !unit.isEmpty {
      guard let own = self.unit(unit, isOne: false, locale) else { return nil }
      unit = own
    }
    if let divisor = given.string("upl") ?? given.string("up") { unit += "/" + divisor }
    return unit.isEmpty ? text : unit == "%" ? text + unit : "\(text) \(unit)"
  }

  private static func isError(_ text: String) -> Bool {
    TemplateUnits.isNumber(text.filter { $0 != "(" && $0 != ")" })
  }

  private static func error(_ text: String, _ locale: WikiLocale) -> String {
    let shown = locale.measure(signed(text))
    switch text.first {
    case "(": return shown
    case "+", "-", "−": return " " + shown
    default: return "±" + shown
    }
  }

  private static func signed(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  /// A place as `31°50′N 37°17′W`; nothing when it is only for the title's line.
  static func coordinates(_ given: TemplateArguments) -> String? {
    let display = given.string("display") ?? "inline"
    guard display == "i" || display.contains("inline") else { return "" }
    let words = given.words.prefix(8)
    if let decimal = decimalCoordinates(Array(words)) { return decimal }
    var parts: [String] = []
    var part = ""
    var marks = ["°", "′", "″"][...]
    for word in words {
      if ["N", "S", "E", "W", "O"].contains(word), !part.isEmpty {
        parts.append(part + word)
        part = ""
        marks = ["°", "′", "″"]
      } else if let mark = marks.first, word.first?.isNumber == true {
        part += word + mark
        marks.removeFirst()
      } else {
        break
      }
    }
    return parts.count == 2 ? parts.joined(separator: " ") : nil
  }

  /// Two decimal numbers, the second of which is the last of all.
  private static func decimalCoordinates(_ words: [String]) -> String? {
    guard words.count >= 2, let latitude = Double(words[0]), let longitude = Double(words[1]),
      words.count == 2 || words[2].isEmpty || words[2].contains(where: { $0 == ":" || $0 == "_" }),
      abs(latitude) <= 90, abs(longitude) <= 360
    else { return nil }
    func part(_ text: String, _ letters: (String, String)) -> String {
      text.hasPrefix("-") ? "\(text.dropFirst())°\(letters.1)" : "\(text)°\(letters.0)"
    }
    return part(words[0], ("N", "S")) + " " + part(words[1], ("E", "W"))
  }

  static func fraction(_ given: TemplateArguments) -> String? {
    let words = given.words.filter { !$0.isEmpty }
    func part(_ text: String) -> String {
      let isOneThing = text.allSatisfy { $0.isNumber || $0 == "." || $0 == "," } || text.count == 1
      return isOneThing || text.allSatisfy(\.isLetter) ? text : "(\(text))"
    }
    switch words.count {
    case 1: return "1/\(part(words[0]))"
    case 2: return "\(part(words[0]))/\(part(words[1]))"
    case 3: return "\(words[0]) \(part(words[1]))/\(part(words[2]))"
    default: return nil
    }
  }

  /// A number as it is read: `1+1/2` is one and a half.
  private static func number(_ text: String, _ locale: WikiLocale) -> String {
    let text = locale.measure(signed(text))
    guard text.contains("/"), let plus = text.firstIndex(of: "+") else { return text }
    return text[..<plus] + " " + text[text.index(after: plus)...].drop { $0 == "+" }
  }

  /// A unit by the code that the template knows it by; `nil` when it cannot be one.
  private static func unit(_ code: String, isOne: Bool, _ locale: WikiLocale) -> String? {
    let digits = code.dropFirst().prefix { $0.isASCII && $0.isNumber }
    if code.hasPrefix("e"), !digits.isEmpty {
      let rest = String(code.dropFirst(1 + digits.count))
      guard !rest.isEmpty, let unit = unit(rest, isOne: isOne, locale) else { return nil }
      let words = ["3": "thousand", "6": "million", "9": "billion", "12": "trillion"]
      if let word = words[String(digits)], locale.isEnglish || digits == "6" {
        return "\(word) \(unit)"
      }
      return "×10" + ScriptText.raised(String(digits)) + " " + unit
    }
    if let unit = units[code] { return unit }
    if code == "acre" { return isOne ? code : "acres" }
    for (short, long) in [("sq", "sq "), ("cu", "cu "), ("US", "US "), ("imp", "imp ")]
    where code.hasPrefix(short) && code.count > short.count {
      return long + code.dropFirst(short.count)
    }
    guard code.first.map({ $0.isLetter || "°%$£€/".contains($0) }) ?? false,
      code.allSatisfy({ $0.isLetter || $0.isNumber || "°%$£€/·.*- ²³′″^()".contains($0) })
    else { return nil }
    // The two or three of a square or a cube, as of `km2` and `/km2`.
    guard let last = code.last, last == "2" || last == "3", code.dropLast().last?.isLetter == true
    else { return code }
    return code.dropLast() + (last == "2" ? "²" : "³")
  }

  private static let hiddenDisplays: Set<String> = [
    "number", "output number only", "output only", "out", "unit", "unit2", "unit or text",
    "preunit",
  ]

  private static let units = [
    "C": "°C", "F": "°F", "C-change": "°C", "F-change": "°F", "sqkm": "km²", "sqm": "m²",
    "kph": "km/h", "km/hr": "km/h", "kn": "knots", "knot": "knots", "PD/sqkm": "/km²",
    "PD/km2": "/km²", "PD/sqmi": "/sq mi",
    "ton": "tons", "mile": "miles", "foot": "feet", "inch": "inches", "pound": "pounds",
    "metre": "metres", "meter": "meters", "kilometre": "kilometres", "kilometer": "kilometers",
    "hectare": "hectares", "oilbbl": "barrels", "Moilbbl": "million barrels", "deg": "°",
    "LT": "long tons", "ST": "short tons",
  ]

  /// What joins the numbers of a range, and whether that is an English word.
  private static let ranges: [String: (text: String, isWord: Bool)] = {
    let marks = [
      "-": "–", "–": "–", "—": "–", "to(-)": "–", "x": " × ", "×": " × ", "xx": " × ", "*": " × ",
      "by(x)": " × ", "+/-": " ± ", "±": " ± ", "+": " + ", ",": ", ",
    ]
    let words = [
      "to": " to ", "to about": " to about ", "and": " and ", "and(-)": " and ", "or": " or ",
      "by": " by ", "&": " & ", "over": " over ",
    ]
    return marks.mapValues { ($0, false) }.merging(words.mapValues { ($0, true) }) { $1 }
  }()

  private static let largerUnits: Set = ["ft", "yd", "mi", "lb", "st", "foot", "chain"]
  private static let smallerUnits: Set = ["in", "ft", "yd", "oz", "lb", "chain", "link"]
}
