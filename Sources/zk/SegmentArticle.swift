import ZonkeyCore

/// One document of a `SegmentPage`: its text in nested elements, one for each segment. The element
/// `article` is left open for what belongs to the document too.
///
/// A document whose text is longer than `limitBytes` ends where its last whole segment of level 0
/// ends. The segments of a level are taken to begin where segments of the level below do.
struct SegmentArticle {
  private(set) var html: [UInt8] = []
  /// The bytes of text that are shown.
  private(set) var textBytes = 0
  private(set) var segmentCounts: [Int]
  private(set) var isCut = false

  init(document: Document, number: Int, levels: [[Segment]], limitBytes: Int) {
    segmentCounts = levels.map { _ in 0 }
    open(document, number: number)
    addText(document.text, levels: levels, limitBytes: limitBytes)
    if isCut { write("<span class=\"cut\" title=\"cut here\">…</span>") }
    write("</p>\n")
  }

  private mutating func write(_ text: String) { html += text.utf8 }

  private mutating func open(_ document: Document, number: Int) {
    let id = document.id.map { " title=\"id \(HTMLText.escaped($0.description))\"" } ?? ""
    write(
      "<article>\n<a class=\"number\" id=\"d\(number)\" href=\"#d\(number)\"\(id)>\(number)</a>\n")
    if let title = document.title, !title.isEmpty {
      write("<h2 dir=\"auto\">\(HTMLText.escaped(title))</h2>\n")
    }
    write("<p dir=\"auto\">")
    if document.text.isEmpty { write("<span class=\"empty\">empty</span>") }
  }

  private mutating func addText(_ text: [UInt8], levels: [[Segment]], limitBytes: Int) {
    guard let finest = levels.first else { return }
    var isOpen = levels.map { _ in false }
    for segment in finest {
      guard segment.end <= limitBytes else {
        isCut = true
        break
      }
      // The highest level that starts here; it closes itself and everything inside.
      let top = levels.indices.last { level in
        let place = segmentCounts[level]
        return place < levels[level].count && levels[level][place].start <= segment.start
      }
      guard let top else { continue }
      for level in 0...top where isOpen[level] { write("</span>") }
      let starting = (0...top).filter { segmentCounts[$0] < levels[$0].count }
      for level in starting.reversed() {
        let own = levels[level][segmentCounts[level]]
        write("<span class=\"s l\(level)\" style=\"--p:\(own.percent)\"")
        if level == 0 {
          let above = starting.dropFirst().map { levels[$0][segmentCounts[$0]] }
          write(" title=\"\(Self.tip(segment, above: above))\"")
        }
        write(">")
        isOpen[level] = true
      }
      for level in starting { segmentCounts[level] += 1 }
      HTMLText.append(text[segment.start..<segment.end], to: &html)
      textBytes = segment.end
    }
    for level in isOpen.indices where isOpen[level] { write("</span>") }
  }

  /// What pointing at a segment shows: its bytes and the probability of every level that starts.
  private static func tip(_ segment: Segment, above: [Segment]) -> String {
    let upper = above.map { " · level \($0.level): \($0.percent) %" }
    return "\(segment.start)–\(segment.end) · \(segment.percent) %" + upper.joined()
  }
}

/// Text as it stands in HTML.
enum HTMLText {
  /// Text for an element or a quoted attribute; control characters become their pictures.
  static func escaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    let text = Array(text.utf8)
    var index = 0
    while index < text.count {
      if let control = ControlPicture(at: index, in: text[...]) {
        bytes += HTMLText.entities(in: control.picture).utf8
        index += control.length
      } else {
        append(text[index], to: &bytes)
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends a document's text: spaces, tabs and newlines in elements that make them visible,
  /// other control characters as pictures.
  static func append(_ text: ArraySlice<UInt8>, to html: inout [UInt8]) {
    var index = text.startIndex
    while index < text.endIndex {
      switch text[index] {
      case UInt8(ascii: " "): html += "<i> </i>".utf8
      case UInt8(ascii: "\t"): html += "<i class=\"t\">\t</i>".utf8
      case UInt8(ascii: "\n"): html += "<i class=\"n\">\n</i>".utf8
      case let byte:
        if let control = ControlPicture(at: index, in: text) {
          html += "<i class=\"c\">\(entities(in: control.picture))</i>".utf8
          index += control.length
          continue
        }
        append(byte, to: &html)
      }
      index += 1
    }
  }

  private static func entities(in text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 { append(byte, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func append(_ byte: UInt8, to html: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "&"): html += "&amp;".utf8
    case UInt8(ascii: "<"): html += "&lt;".utf8
    case UInt8(ascii: ">"): html += "&gt;".utf8
    case UInt8(ascii: "\""): html += "&quot;".utf8
    default: html.append(byte)
    }
  }
}
