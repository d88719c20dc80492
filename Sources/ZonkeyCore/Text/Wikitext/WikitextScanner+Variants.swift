/// Texts that a wiki has in several variants of its language, as `-{zh-hans:…;zh-hant:…}-`.
extension WikitextScanner {
  /// Puts one variant in the place of the choice.
  mutating func endVariant(_ frame: Frame) {
    let begin = min(frame.mark, output.count)
    let content = Array(output[begin...])
    cut(to: begin)
    var text = content[...]
    if let bar = frame.bars.first.map({ $0 - begin }), content.indices.contains(bar) {
      let flags = Self.flags(content[..<bar])
      // Rules that only apply elsewhere: of the title, of the page, taken back, or a variant's name.
      if !flags.isDisjoint(with: ["H", "T", "-", "N"]) { return }
      text = content[(bar + 1)...]
      if flags.contains("R") { return write(text) }
    }
    let choices = Self.choices(text)
    guard let first = choices.first else { return write(text) }
    let wanted = variant ?? first.code
    variant = wanted
    write((Self.best(choices, for: wanted) ?? first).text)
  }

  private static func flags(_ text: ArraySlice<UInt8>) -> Set<String> {
    Set(text.split(separator: 0x3B).map { String(decoding: $0, as: UTF8.self).trimmed })
  }

  private struct Choice {
    var code: String
    var text: ArraySlice<UInt8>
  }

  /// The parts of a rule; none when it is plain text. A `;` parts only where a code follows.
  private static func choices(_ text: ArraySlice<UInt8>) -> [Choice] {
    var choices: [Choice] = []
    var isFirst = true
    for part in text.split(separator: 0x3B, omittingEmptySubsequences: false) {
      if let choice = choice(part) {
        choices.append(choice)
      } else if isFirst {
        return []
      } else if part.contains(where: { !$0.isBlank }), let last = choices.indices.last {
        choices[last].text = Array(choices[last].text + [0x3B] + part)[...]
      }
      isFirst = false
    }
    return choices
  }

  /// `code:text`, perhaps after a text to be replaced and `=>`.
  private static func choice(_ part: ArraySlice<UInt8>) -> Choice? {
    guard let colon = part.firstIndex(of: 0x3A) else { return nil }
    var code = part[..<colon]
    if let arrow = code.lastIndex(of: 0x3E), arrow > code.startIndex, code[arrow - 1] == 0x3D {
      code = code[(arrow + 1)...]
    }
    let name = String(decoding: code, as: UTF8.self).trimmed.lowercased()
    guard isVariant(name) else { return nil }
    let text = part[(colon + 1)...].drop(while: \.isBlank)
    return Choice(code: name, text: text)
  }

  private static func isVariant(_ name: String) -> Bool {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard let language = parts.first,
      name.utf8.allSatisfy({ $0 == 0x2D || (0x61...0x7A).contains($0) })
    else { return false }
    return parts.count > 1
      ? languages.contains(String(language)) && !parts.contains("")
      : languages.contains(name)
  }

  /// Languages that MediaWiki converts between variants.
  private static let languages: Set<String> = [
    "zh", "sr", "sh", "kk", "ku", "iu", "ike", "tg", "uz", "shi", "gan", "crh", "ban", "wuu", "mni",
    "en", "tly", "zgh",
  ]

  /// The choice of a variant, or of one that is written alike.
  private static func best(_ choices: [Choice], for wanted: String) -> Choice? {
    if let exact = choices.first(where: { $0.code == wanted }) { return exact }
    guard let family = families.first(where: { $0.contains(wanted) }) else { return nil }
    for code in family {
      if let choice = choices.first(where: { $0.code == code }) { return choice }
    }
    return nil
  }

  private static let families = [
    ["zh-hans", "zh-cn", "zh-sg", "zh-my"], ["zh-hant", "zh-tw", "zh-hk", "zh-mo"],
    ["sr-ec", "sr-cyrl", "sr-cyrl-ekavsk", "sh-cyrl"],
    ["sr-el", "sr-latn", "sr-latn-ekavsk", "sh-latn"],
    ["kk-cyrl", "kk-kz"], ["kk-latn", "kk-tr"], ["kk-arab", "kk-cn"], ["ku-latn"], ["ku-arab"],
    ["gan-hans"], ["gan-hant"], ["wuu-hans"], ["wuu-hant"], ["tg"], ["tg-latn"], ["uz", "uz-latn"],
    ["uz-cyrl"], ["crh-latn"], ["crh-cyrl"], ["iu", "ike-cans"], ["ike-latn"], ["shi-latn"],
    ["shi-tfng"], ["ban-bali"], ["ban-x-dharma"],
  ]
}
