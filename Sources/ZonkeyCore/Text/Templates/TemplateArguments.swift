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

  init(named values: [String: String]) {
    named = values.map { ($0.key, Array($0.value.utf8)[...]) }
  }

  /// The argument of a number from 1, which may be given by that name; empty when there is none.
  subscript(_ number: Int) -> ArraySlice<UInt8> {
    self["\(number)"] ?? (number >= 1 && number <= positional.count ? positional[number - 1] : [])
  }

  /// The argument of a name, `nil` when it is missing or empty; the last of several counts.
  subscript(_ name: String) -> ArraySlice<UInt8>? {
    named.last { $0.name == name && !$0.value.isEmpty }?.value
  }

  func string(_ number: Int) -> String { String(decoding: self[number], as: UTF8.self) }

  func string(_ name: String) -> String? {
    self[name].map { String(decoding: $0, as: UTF8.self) }
  }

  /// The arguments without a name, as strings; those that are empty keep their places.
  var words: [String] { positional.map { String(decoding: $0, as: UTF8.self) } }

  /// Whether nothing is given at all.
  var isEmpty: Bool {
    positional.allSatisfy(\.isEmpty) && named.allSatisfy { $0.value.isEmpty }
  }

  /// Whether something is given by a number above this.
  func hasPositional(after count: Int) -> Bool {
    positional.dropFirst(count).contains { !$0.isEmpty }
      || named.contains { !$0.value.isEmpty && (Int($0.name) ?? 0) > count }
  }

  /// Whether all names that are given are among these.
  func hasOnly(_ names: Set<String>) -> Bool {
    named.allSatisfy { $0.value.isEmpty || names.contains($0.name) }
  }

  /// What was left out of the arguments first; `nil` when they are whole.
  var hole: Int? {
    for value in positional + named.map(\.value) {
      if let index = HoleCode.firstIndex(in: value) { return index }
    }
    return nil
  }

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

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
}
