/// The arguments of one template, as the scanner made text of them.
struct TemplateArguments {
  private(set) var positional: [ArraySlice<UInt8>] = []
  private var named: [(name: String, value: ArraySlice<UInt8>)] = []

  init(_ parts: [ArraySlice<UInt8>]) {
    for part in parts {
      if let (name, value) = Self.named(part) {
        named.append((name, value))
      } else {
        positional.append(Self.trimmed(part))
      }
    }
  }

  /// The argument of a number from 1, which may be given by that name; empty when there is none.
  subscript(_ number: Int) -> ArraySlice<UInt8> {
    self["\(number)"] ?? (number <= positional.count ? positional[number - 1] : [])
  }

  /// The argument of a name, `nil` when it is missing or empty; the last of several counts.
  subscript(_ name: String) -> ArraySlice<UInt8>? {
    named.last { $0.name == name && !$0.value.isEmpty }?.value
  }

  /// The first argument, or what some templates call it.
  var text: ArraySlice<UInt8> {
    let first = self[1]
    if !first.isEmpty { return first }
    return self["text"] ?? self["quote"] ?? self["testo"] ?? []
  }

  func string(_ number: Int) -> String { String(decoding: self[number], as: UTF8.self) }

  /// The name before a `=` when the part begins with one.
  private static func named(_ part: ArraySlice<UInt8>) -> (String, ArraySlice<UInt8>)? {
    guard let equals = part.prefix(64).firstIndex(of: 0x3D) else { return nil }
    let name = trimmed(part[..<equals])
    let isName = name.allSatisfy {
      $0.isASCIILetterOrDigit || $0 >= 0x80 || $0 == 0x20 || $0 == 0x2D || $0 == 0x5F
    }
    guard isName, !name.isEmpty else { return nil }
    let text = String(decoding: name, as: UTF8.self).lowercased()
    return (text, trimmed(part[(equals + 1)...]))
  }

  private static func trimmed(_ part: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var part = part.drop { $0 <= 0x20 && $0 != LayoutCode.heading }
    while let last = part.last, last <= 0x20 { part.removeLast() }
    return part
  }
}

extension TemplateText {
  /// The text of a template with these arguments; `name` is its own,
  /// `isEnglish` whether that is the language of its wiki.
  func rendered(_ name: ArraySlice<UInt8>, _ given: TemplateArguments, isEnglish: Bool) -> [UInt8] {
    switch self {
    case .argument(let number): return Array(number == 1 ? given.text : given.either(number))
    case .lastArgument: return Array(given.positional.last ?? [])
    case .joined(let count, let separator): return given.joined(count, separator)
    case .around(let before, let after):
      return given.text.isEmpty ? [] : Array(before.utf8) + given.text + Array(after.utf8)
    case .constant(let text): return Array(text.utf8)
    case .paragraph: return [LayoutCode.paragraph] + given.text + [LayoutCode.paragraph]
    case .named(let names): return Array(names.lazy.compactMap { given[$0] }.first ?? given[1])
    case .namedList(let names):
      let values = names.compactMap { given[$0] }
      return Array(values.joined(separator: ", ".utf8))
    case .prefixed: return Array(name) + [0x20] + given[1]
    case .number:
      let isRaw = given[2].first.map { $0 | 0x20 == 0x72 } ?? false
      return isEnglish && !isRaw ? Self.grouped(given[1]) : Array(given[1])
    case .accidental: return Array(Self.accidental(given.string(1)).utf8)
    case .japanese: return given.withParenthesis()
    case .asOf: return Array(TemplateDate.asOf(given).utf8)
    case .date: return Array(TemplateDate.text(given).utf8)
    case .convert: return Array(TemplateQuantity.converted(given).utf8)
    case .coordinates: return Array(TemplateQuantity.coordinates(given).utf8)
    case .fraction: return Array(TemplateQuantity.fraction(given).utf8)
    case .power: return Array(TemplateQuantity.power(given).utf8)
    case .value: return Array(TemplateQuantity.value(given).utf8)
    }
  }

  /// A number with commas between thousands, as English has it; any other text as it is.
  private static func grouped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    let sign = text.prefix { $0 == 0x2D || $0 == 0x2B }
    let digits = text.dropFirst(sign.count).prefix { (0x30...0x39).contains($0) }
    let rest = text.dropFirst(sign.count + digits.count)
    let isNumber = rest.isEmpty || (rest.first == 0x2E && rest.dropFirst().allSatisfy(\.isDigit))
    guard isNumber, digits.count > 3 else { return Array(text) }
    var result = Array(sign)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(0x2C) }
      result.append(digit)
    }
    return result + rest
  }

  private static func accidental(_ name: String) -> String {
    switch name.lowercased() {
    case "flat", "b": "♭"
    case "sharp", "#": "♯"
    case "natural", "n": "♮"
    default: ""
    }
  }
}

extension TemplateArguments {
  /// An argument, or what some templates call it, or the one before when there are too few.
  fileprivate func either(_ number: Int) -> ArraySlice<UInt8> {
    let own = self[number]
    return own.isEmpty ? self["text"] ?? [] : own
  }

  fileprivate func joined(_ count: Int, _ separator: String) -> [UInt8] {
    let parts = Array(positional.filter { !$0.isEmpty }.prefix(count))
    return Array(parts.joined(separator: separator.utf8))
  }

  /// The first argument, the others after it in parentheses.
  fileprivate func withParenthesis() -> [UInt8] {
    let parts = positional.filter { !$0.isEmpty }
    guard let first = parts.first else { return [] }
    if parts.count == 1 { return Array(first) }
    let others: [UInt8] = Array(parts.dropFirst().joined(separator: ", ".utf8))
    return Array(first) + [0x20, 0x28] + others + [0x29]
  }
}

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
}
