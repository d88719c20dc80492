import ZonkeyBase

extension InputFormat {
  /// Finds the format of a file by its first characters, without taking them out.
  ///
  /// `{` and a quotation mark begin JSONL; `<?xml`, a `<page>` and a `<mediawiki>` of any prefix
  /// begin an export, also in UTF-16 and behind comments. Everything else is lines, unless it is known to
  /// be no text: then `.otherContent` is thrown, which says what it is and what to do. It waits for
  /// more bytes only while those that are there leave it open.
  static func detect(_ input: BufferedInput) throws(ZonkeyError) -> InputFormat {
    while true {
      let head = Array(input.available.prefix(headBytes))
      let isAll = input.isAtEnd || head.count == headBytes
      switch finding(head, isAll: isAll) {
      case .format(let format): return format
      case .none: try input.fill()
      case .refused(let content, let isText):
        throw .otherContent(source: input.source, content: content, isText: isText)
      }
    }
  }

  /// How far it is looked at most.
  private static var headBytes: Int { 1 << 12 }

  /// What a file's beginning says; nothing while more is needed and more may come.
  private enum Finding {
    case format(InputFormat)
    case refused(String, isText: Bool)
  }

  private static func finding(_ bytes: [UInt8], isAll: Bool) -> Finding? {
    if let foreign = ForeignFormat.description(of: bytes) {
      return .refused(foreign, isText: false)
    }
    let marks: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0xFF, 0xFE]]
    if !isAll, marks.contains(where: { bytes.count < $0.count && $0.starts(with: bytes) }) {
      return nil
    }
    let head = narrowed(bytes)
    guard let first = head.firstIndex(where: { !$0.isBlank && $0 != 0x0A }) else {
      return isAll ? .format(.lines) : nil
    }
    let rest = head[first...]
    switch rest.first {
    case 0x7B: return object(rest.dropFirst(), isAll: isAll)
    case 0x5B: return array(rest.dropFirst(), isAll: isAll)
    case 0x3C: return markup(rest, isAll: isAll)
    default: return .format(.lines)
    }
  }

  /// The bytes without a byte order mark, and of UTF-16 only the lower half of each unit.
  private static func narrowed(_ bytes: [UInt8]) -> [UInt8] {
    func everySecond(from start: Int) -> [UInt8] {
      stride(from: start, to: bytes.count, by: 2).map { bytes[$0] }
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    if bytes.starts(with: [0xFF, 0xFE]) { return everySecond(from: 2) }
    if bytes.starts(with: [0xFE, 0xFF]) { return everySecond(from: 3) }
    guard bytes.count >= 4 else { return bytes }
    if bytes[0] == 0x3C && bytes[1] == 0 && bytes[3] == 0 { return everySecond(from: 0) }
    if bytes[0] == 0 && bytes[1] == 0x3C && bytes[2] == 0 { return everySecond(from: 1) }
    return bytes
  }

  /// Decides by what follows `{`: a letter is no JSON, and neither is a second brace.
  private static func object(_ bytes: ArraySlice<UInt8>, isAll: Bool) -> Finding? {
    guard let next = bytes.firstIndex(where: { !$0.isBlank }) else {
      return isAll ? .format(.jsonl) : nil
    }
    if bytes[next] == 0x0A, isAll || bytes.dropFirst(next - bytes.startIndex + 1).count > 1 {
      return .refused(
        "a JSON object of several lines; make it one line an object, as jq -c . does", isText: true)
    }
    let isJSON = [0x22, 0x27, 0x7D, 0x0A].contains(bytes[next]) || bytes[next] >= 0x80
    return .format(isJSON ? .jsonl : .lines)
  }

  /// Decides by what follows `[`: objects in an array are no JSONL.
  private static func array(_ bytes: ArraySlice<UInt8>, isAll: Bool) -> Finding? {
    guard let next = bytes.first(where: { !$0.isBlank && $0 != 0x0A }) else {
      return isAll ? .format(.lines) : nil
    }
    guard next == 0x7B else { return .format(.lines) }
    return .refused(
      "a JSON array; make it one line an object, as jq -c '.[]' does", isText: true)
  }

  /// Decides by the first element, whose name may have a prefix; comments are passed over.
  private static func markup(_ bytes: ArraySlice<UInt8>, isAll: Bool) -> Finding? {
    if bytes.starts(with: Array("<!--".utf8)) {
      let text = Array(bytes)
      guard let end = text.indices.dropFirst(4).first(where: { text[$0...].starts(with: close) })
      else { return isAll ? .format(.lines) : nil }
      return finding(Array(text[(end + close.count)...]), isAll: isAll)
    }
    let name = bytes.dropFirst().prefix { !$0.isBlank && $0 != 0x0A && $0 != 0x3E && $0 != 0x2F }
    if name.starts(with: Array("?xml".utf8)) { return .format(.mediawiki) }
    if name.endIndex == bytes.endIndex && !isAll && name.count < 64 { return nil }
    let local = name.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false).last
    let word = String(decoding: local ?? [], as: UTF8.self).lowercased()
    switch word {
    case "mediawiki", "page": return .format(.mediawiki)
    case "siteinfo", "revision":
      return .refused(
        "a piece of a MediaWiki export; put it between <mediawiki> and </mediawiki>", isText: true)
    case "html", "!doctype", "rss", "feed", "svg":
      return .refused(
        "HTML or XML, but no MediaWiki export; take its text out first", isText: true)
    default: return .format(.lines)
    }
  }

  private static let close = Array("-->".utf8)
}
