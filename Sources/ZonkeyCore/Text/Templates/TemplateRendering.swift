/// One use of a template: its name and arguments, and the language they are to be shown in.
struct TemplateCall {
  let name: ArraySlice<UInt8>
  let arguments: TemplateArguments
  let locale: WikiLocale
  /// The title of the page, which a template may name.
  var title = ""
}

extension TemplatePattern {
  /// The text that a template leaves; `nil` when its arguments have no meaning that is known.
  func rendered(_ call: TemplateCall) -> [UInt8]? {
    switch content {
    case .nothing: return []
    case .unknown: return nil
    case .rule(let rule, let text): return rule.rendered(call, text)
    case .pieces(let pieces):
      let given = call.arguments
      if let strictCount, given.hasPositional(after: strictCount) { return nil }
      var result: [UInt8] = []
      for piece in pieces {
        switch Self.rendered(piece, call) {
        case .text(let bytes): result += bytes
        case .missing: return given.isEmpty ? [] : nil
        case .unknown: return nil
        }
      }
      return result
    }
  }

  private enum Part {
    case text([UInt8])
    /// An argument is not given.
    case missing
    /// An argument has no meaning that is known.
    case unknown
  }

  private static func rendered(_ piece: Piece, _ call: TemplateCall) -> Part {
    switch piece {
    case .text(let bytes): return .text(bytes)
    case .optional(let pieces):
      var result: [UInt8] = []
      for piece in pieces {
        switch rendered(piece, call) {
        case .text(let bytes): result += bytes
        case .missing: return .text([])
        case .unknown: return .unknown
        }
      }
      return .text(result)
    case .argument(let argument):
      let format = argument.format
      guard let value = value(argument.names, call) else {
        return argument.fallback.map { .text(Array($0.utf8)) } ?? .missing
      }
      if format == .plain { return .text(Array(value)) }
      if HoleCode.isIn(value) { return .unknown }
      return shown(String(decoding: value, as: UTF8.self), format, call.locale)
        .map { .text(Array($0.utf8)) } ?? .unknown
    }
  }

  private static func value(_ names: [String], _ call: TemplateCall) -> ArraySlice<UInt8>? {
    for name in names {
      if name == "0" { return call.name }
      if name == "@title" { return Array(call.title.utf8)[...] }
      let value = Int(name).map { call.arguments[$0] } ?? call.arguments[name] ?? []
      if !value.isEmpty { return value }
    }
    return nil
  }

  /// An argument in the form that is asked for; `nil` when it has none.
  private static func shown(_ text: String, _ format: Format, _ locale: WikiLocale) -> String? {
    switch format {
    case .plain: text
    case .none: ""
    case .number: locale.number(text)
    case .month: locale.month(text)
    case .integer: text.utf8.allSatisfy(\.isDigit) ? text : nil
    case .ordinal: Int(text).map { Numerals.ordinal($0) }
    case .roman: Int(text).flatMap { Numerals.roman($0) }
    case .raised: ScriptText.raised(text)
    case .lowered: ScriptText.lowered(text)
    case .lowercase: text.lowercased()
    case .uppercase: text.uppercased()
    case .lowercaseFirst: text.prefix(1).lowercased() + text.dropFirst()
    case .uppercaseFirst: text.prefix(1).uppercased() + text.dropFirst()
    case .choice(let choices): choices[text]
    }
  }
}

/// Numbers in words or letters.
enum Numerals {
  /// An English ordinal: `1st`, `12th`.
  static func ordinal(_ number: Int) -> String {
    let isTeen = (11...13).contains(abs(number % 100))
    switch (isTeen, abs(number % 10)) {
    case (false, 1): return "\(number)st"
    case (false, 2): return "\(number)nd"
    case (false, 3): return "\(number)rd"
    default: return "\(number)th"
    }
  }

  /// Roman numerals; `nil` outside of 1 to 3999.
  static func roman(_ number: Int) -> String? {
    guard (1...3999).contains(number) else { return nil }
    let digits = [
      (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
      (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ]
    var (rest, result) = (number, "")
    for (value, letters) in digits {
      while rest >= value {
        rest -= value
        result += letters
      }
    }
    return result
  }
}
