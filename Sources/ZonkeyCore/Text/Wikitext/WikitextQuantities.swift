/// Text of the templates for measures and numbers.
enum TemplateQuantity {
  /// A measure as it was written, `5 km`; what it is in other units is left out.
  static func converted(_ given: TemplateArguments) -> String {
    let words = given.positional.map { String(decoding: $0, as: UTF8.self) }
    guard let first = words.first, !first.isEmpty else { return "" }
    var text = number(first)
    var next = 1
    while next + 1 < words.count, let between = ranges[words[next].lowercased()] {
      text += between + number(words[next + 1])
      next += 2
    }
    guard next < words.count else { return text }
    let adjective = given["adj"].map { String(decoding: $0, as: UTF8.self) } ?? ""
    let isAdjective = ["on", "mid", "pre", "y", "yes"].contains(adjective.lowercased())
    let gap = isAdjective && words[next].first?.isLetter == true ? "-" : " "
    text += gap + unit(words[next], isOne: first == "1" || isAdjective)
    // Feet and inches and the like: the smaller unit comes before the one to convert to.
    if next + 2 < words.count, smallerUnits.contains(words[next + 2]),
      largerUnits.contains(words[next]), words[next + 1].first?.isNumber == true
    {
      text += gap + number(words[next + 1]) + gap + words[next + 2]
    }
    return text
  }

  /// A value with its uncertainty, power of ten and unit.
  static func value(_ given: TemplateArguments) -> String {
    let words = given.positional.map { String(decoding: $0, as: UTF8.self) }
    guard let first = words.first, !first.isEmpty else { return "" }
    var text = first
    var rest = words.dropFirst()
    if let second = rest.first, let mark = second.unicodeScalars.first {
      if mark == "(" {
        text += second
        rest.removeFirst()
      } else if (0x30...0x39).contains(mark.value) {
        text += "±" + second
        rest.removeFirst()
      }
    }
    if let exponent = given["e"] ?? given["10"] {
      text += "×10" + raised(String(decoding: exponent, as: UTF8.self))
    }
    let named = (given["ul"] ?? given["u"]).map { String(decoding: $0, as: UTF8.self) }
    let sign = named ?? rest.prefix(2).joined()
    return sign.isEmpty ? text : "\(text) \(unit(sign, isOne: false))"
  }

  /// A place as `31°50′N 37°17′W`; nothing when it is only for the title's line.
  static func coordinates(_ given: TemplateArguments) -> String {
    let display = given["display"].map { String(decoding: $0, as: UTF8.self) } ?? "inline"
    guard display == "i" || display.contains("inline") else { return "" }
    var parts: [String] = []
    var part = ""
    var marks = ["°", "′", "″"][...]
    for argument in given.positional.prefix(8) {
      let word = String(decoding: argument, as: UTF8.self)
      if ["N", "S", "E", "W", "O"].contains(word), !part.isEmpty {
        parts.append(part + word)
        part = ""
        marks = ["°", "′", "″"]
      } else if let mark = marks.first, argument.first?.isDigit == true {
        part += word + mark
        marks.removeFirst()
      } else {
        break
      }
    }
    return parts.count == 2 ? parts.joined(separator: " ") : ""
  }

  static func fraction(_ given: TemplateArguments) -> String {
    let words = given.positional.filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
    switch words.count {
    case 0: return ""
    case 1: return "1/\(words[0])"
    case 2: return "\(words[0])/\(words[1])"
    default: return "\(words[0]) \(words[1])/\(words[2])"
    }
  }

  /// A power of ten, with a factor when there are two arguments.
  static func power(_ given: TemplateArguments) -> String {
    let second = given.string(2)
    if second.isEmpty {
      let exponent = given.string(1)
      return exponent.isEmpty ? "" : "×10" + raised(exponent)
    }
    return "\(given.string(1))×10\(raised(second))"
  }

  /// Digits and signs as they stand above the line; any other text after `^`.
  static func raised(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      guard let high = superscripts[scalar] else { return "^" + text }
      result.unicodeScalars.append(high)
    }
    return result
  }

  private static let superscripts: [Unicode.Scalar: Unicode.Scalar] = [
    "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸",
    "9": "⁹", "+": "⁺", "-": "⁻", "−": "⁻", "–": "⁻", "n": "ⁿ",
  ]

  /// A number as it is read: `1+1/2` is one and a half.
  private static func number(_ text: String) -> String {
    guard text.contains("/"), let plus = text.firstIndex(of: "+") else { return text }
    return text[..<plus] + " " + text[text.index(after: plus)...].drop { $0 == "+" }
  }

  private static func unit(_ code: String, isOne: Bool) -> String {
    if let unit = units[code] { return unit }
    if code == "acre" { return isOne ? code : "acres" }
    for (short, long) in [("sq", "sq "), ("cu", "cu "), ("US", "US "), ("imp", "imp ")]
    where code.hasPrefix(short) && code.count > short.count {
      return long + code.dropFirst(short.count)
    }
    // The two or three of a square or a cube, as of `km2` and `/km2`.
    guard let last = code.last, last == "2" || last == "3", code.dropLast().last?.isLetter == true
    else { return code }
    return code.dropLast() + (last == "2" ? "²" : "³")
  }

  private static let units = [
    "C": "°C", "F": "°F", "C-change": "°C", "F-change": "°F", "sqkm": "km²", "sqm": "m²",
    "kph": "km/h", "km/hr": "km/h", "kn": "knots", "knot": "knots", "PD/sqkm": "/km²",
    "ton": "tons", "mile": "miles", "foot": "feet", "inch": "inches", "pound": "pounds",
    "metre": "metres", "meter": "meters", "kilometre": "kilometres", "kilometer": "kilometers",
    "hectare": "hectares", "oilbbl": "barrels", "Moilbbl": "million barrels",
  ]

  private static let ranges = [
    "-": "–", "–": "–", "—": "–", "to": " to ", "to(-)": " to ", "to about": " to about ",
    "and": " and ", "and(-)": " and ", "or": " or ", "by": " by ", "by(x)": " by ", "x": " × ",
    "×": " × ", "xx": " × ", "*": " × ", "+/-": " ± ", "±": " ± ", "+": " + ", ",": ", ",
    "&": " & ", "over": " over ",
  ]

  private static let largerUnits: Set = ["ft", "yd", "mi", "lb", "st", "foot", "chain"]
  private static let smallerUnits: Set = ["in", "ft", "yd", "oz", "lb", "chain", "link"]
}

/// Text of the templates for dates, in English as those are.
enum TemplateDate {
  /// A date of year, month and day, `March 1, 1950` or, where the template says so, `1 March 1950`.
  static func text(_ given: TemplateArguments) -> String {
    guard !given[1].isEmpty, given[1].allSatisfy(\.isDigit) else { return given.string(1) }
    let isDayFirst = given["df"].map { $0.first.map { $0 | 0x20 == 0x79 } ?? false } ?? false
    return text(given, isDayFirst: isDayFirst)
  }

  /// `As of 1 March 2010` in the forms that the template has.
  static func asOf(_ given: TemplateArguments) -> String {
    if let words = given["alt"] { return String(decoding: words, as: UTF8.self) }
    let since = given["since"] == nil ? "As of" : "Since"
    let words = given["lc"] == nil ? since : since.lowercased()
    let isUS = given["df"].map { $0.elementsEqual("US".utf8) } ?? false
    let date = text(given, isDayFirst: !isUS)
    return date.isEmpty ? "" : "\(words) \(date)"
  }

  private static func text(_ given: TemplateArguments, isDayFirst: Bool) -> String {
    let year = given.string(1)
    guard let number = Int(given.string(2)) else {
      return given[2].isEmpty || Int(year) == nil ? year : "\(given.string(2)) \(year)"
    }
    guard (1...12).contains(number) else { return year }
    let month = months[number - 1]
    guard let day = Int(given.string(3)), (1...31).contains(day) else { return "\(month) \(year)" }
    return isDayFirst ? "\(day) \(month) \(year)" : "\(month) \(day), \(year)"
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
}
