/// Text of the templates for dates.
enum TemplateDate {
  /// A date whose parts stand in the arguments in this order, such as `ymd` or `dmy`.
  ///
  /// English has `df=yes` for the day before the month.
  static func text(_ given: TemplateArguments, order: String, _ locale: WikiLocale) -> String? {
    let order = Array(order.isEmpty ? "ymd" : order)
    func part(_ letter: Character) -> String {
      order.firstIndex(of: letter).map { given.string($0 + 1) } ?? ""
    }
    let (year, month, day) = (part("y"), part("m"), part("d"))
    guard !year.isEmpty, year.allSatisfy(\.isNumber) else {
      // A date in words is all that there is, or what the rest means is not known.
      return order.first == "y" && !given.hasPositional(after: 1) ? given.string(1) : nil
    }
    let isDayFirst = given.string("df").map { $0.lowercased().hasPrefix("y") } ?? false
    if locale.isEnglish && isDayFirst {
      return english(year: year, month: month, day: day, locale, isDayFirst: true)
    }
    return locale.date(year: year, month: month, day: day).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// `As of 1 March 2010` in the forms that the template has.
  static func asOf(_ given: TemplateArguments, _ locale: WikiLocale) -> String? {
    if let words = given.string("alt") { return words }
    let since = given["since"] == nil ? "As of" : "Since"
    let words = given["lc"] == nil ? since : since.lowercased()
    let isUS = given.string("df") == "US"
    let date = english(
      year: given.string(1), month: given.string(2), day: given.string(3), locale,
      isDayFirst: !isUS)
    return date.map { "\(words) \($0)" }
  }

  private static func english(
    year: String, month: String, day: String, _ locale: WikiLocale, isDayFirst: Bool
  ) -> String? {
    if year.isEmpty { return nil }
    if month.isEmpty { return year }
    guard let name = locale.month(month) else { return nil }
    if day.isEmpty { return "\(name) \(year)" }
    guard let number = Int(day), (1...31).contains(number) else { return nil }
    return isDayFirst ? "\(number) \(name) \(year)" : "\(name) \(number), \(year)"
  }
}
