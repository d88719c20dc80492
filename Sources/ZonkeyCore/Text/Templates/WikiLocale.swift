/// How a wiki's language writes numbers and dates, as its table of templates says.
struct WikiLocale: Sendable {
  /// The language's code, such as `fr`; empty when it is not known.
  var language = ""
  /// What stands between thousands; `nil` when it is not known, and numbers stay as they are.
  var group: String?
  /// From how many digits on thousands are parted.
  var groupedDigits = 4
  var decimal = "."
  /// The names of the months, none or twelve.
  var months: [String] = []
  /// A date of `{d}`, `{m}` and `{y}`; `nil` when it is not known.
  var date: TemplatePattern?

  var isEnglish: Bool { language == "en" }

  /// A number as `{{formatnum:}}` shows it; any other text as it is.
  func number(_ text: String) -> String {
    guard let group else { return text }
    let signs = text.prefix { $0 == "-" || $0 == "+" || $0 == "−" }
    let rest = text.dropFirst(signs.count)
    let whole = rest.prefix { $0.isASCII && $0.isNumber }
    let tail = rest.dropFirst(whole.count)
    let fraction = tail.dropFirst()
    let isNumber =
      tail.isEmpty
      || (tail.first == "." && !fraction.isEmpty
        && fraction.allSatisfy { $0.isASCII && $0.isNumber })
    guard signs.count <= 1, !whole.isEmpty, isNumber else { return text }
    let end = tail.isEmpty ? "" : decimal + fraction
    guard whole.count >= groupedDigits else { return signs + whole + end }
    var parted = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { parted += group }
      parted.append(digit)
    }
    return signs + parted + end
  }

  /// A number whose thousands stay unparted, with the language's own decimal mark.
  func measure(_ text: String) -> String {
    guard decimal != ".", text.filter({ $0 == "." }).count == 1, !text.contains(",") else {
      return text
    }
    return text.replacing(".", with: decimal)
  }

  /// The name of a month that may be given by its number; `nil` when there is none.
  func month(_ text: String) -> String? {
    guard let number = Int(text) else {
      return text.contains(where: \.isNumber) ? nil : text
    }
    guard (1...12).contains(number), months.count == 12 else { return nil }
    return months[number - 1]
  }

  /// A date; `month` may be a number or a name, and it and `day` may be empty.
  ///
  /// Where the language's way is not known it is written as in ISO 8601.
  func date(year: String, month: String, day: String) -> [UInt8]? {
    if let number = Int(month), !(1...12).contains(number) { return nil }
    if let number = Int(day), !(1...31).contains(number) { return nil }
    if let date {
      let day = Int(day).map(String.init) ?? day
      let given = TemplateArguments(named: ["y": year, "m": month, "d": day])
      return date.rendered(TemplateCall(name: [], arguments: given, locale: self))
    }
    let parts = [year, month, day].prefix { !$0.isEmpty }
    guard parts.allSatisfy({ Int($0) != nil }) else { return nil }
    return Array(parts.map { $0.count == 1 ? "0" + $0 : $0 }.joined(separator: "-").utf8)
  }
}
