import Testing

import class Foundation.NSObject
import struct Foundation.Data
import class FoundationXML.XMLParser
import protocol FoundationXML.XMLParserDelegate

import ZonkeyCore

/// Segments of one level from their starts and probabilities; the last one ends at `end`.
func segments(
  level: Int, _ starts: [(start: Int, probability: Float)], end: Int
) -> [Segment] {
  starts.indices.map { i in
    Segment(
      level: level, start: starts[i].start, end: i + 1 < starts.count ? starts[i + 1].start : end,
      probability: starts[i].probability)
  }
}

/// Three levels over a text of `count` ASCII bytes: starts at every second, fourth and eighth.
func nestedSegments(count: Int) -> [[Segment]] {
  (0..<3).map { level in
    segments(
      level: level, stride(from: 0, to: count, by: 2 << level).map { ($0, $0 == 0 ? 1 : 0.5) },
      end: count)
  }
}

/// A page as its reader sees it: it is written so that it is well-formed XML too.
final class ReadPage: NSObject, XMLParserDelegate {
  /// The text of every document, without what the page adds.
  private(set) var documents: [String] = []
  private(set) var headings: [String] = []
  /// The levels of the segments that are open around each one, the outermost first.
  private(set) var nestings: Set<[Int]> = []
  private(set) var tips: [String] = []
  private(set) var elements: Set<String> = []
  private(set) var attributes: Set<String> = []
  private(set) var styles: Set<String> = []
  private var open: [(element: String, level: Int?)] = []
  private var target: String?

  init(_ html: [UInt8]) throws {
    super.init()
    let parser = XMLParser(data: Data(html))
    parser.delegate = self
    if !parser.parse() {
      throw RunFailure(
        reason: "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.insert(name)
    self.attributes.formUnion(attributes.keys)
    if let style = attributes["style"] { styles.insert(style) }
    let inMain = open.contains { $0.element == "main" }
    var level: Int?
    if inMain, name == "span", let kind = attributes["class"], kind.hasPrefix("s l") {
      level = Int(kind.dropFirst(3))
      nestings.insert(open.compactMap(\.level) + (level.map { [$0] } ?? []))
      if let tip = attributes["title"] { tips.append(tip) }
    }
    if inMain && name == "p" { (target, documents) = ("p", documents + [""]) }
    if inMain && name == "h2" { (target, headings) = ("h2", headings + [""]) }
    if ["empty", "cut"].contains(attributes["class"]) { target = nil }
    open.append((name, level))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
    if ["p", "h2"].contains(name) { target = nil }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if target == "p" { documents[documents.count - 1] += text }
    if target == "h2" { headings[headings.count - 1] += text }
  }
}

/// Text without the escape sequences that paint it.
func unpainted(_ text: String) -> String {
  text.replacing((/\u{1B}\[[0-9;]*m/).matchingSemantics(.unicodeScalar), with: "")
}
