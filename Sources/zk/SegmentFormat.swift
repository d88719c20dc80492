import ArgumentParser
import ZonkeyCore
import ZonkeyPlatform

/// How a document and its segments become bytes on standard output.
///
/// A pure function of the document, its number and its segments, so that any thread can call it.
struct SegmentFormat {
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    /// One object a segment.
    case jsonl
    /// One object a document.
    case documents
    /// The text with a separator between segments, or painted.
    case text
    /// The byte offsets of starts, a line a document.
    case offsets
  }

  static let defaultSeparator = "|"

  let kind: Kind
  /// What stands between segments of `text`; nil is the default, and nothing between colours.
  var separator: String?
  /// Whether `text` is painted.
  var isColored = false
  /// The byte that ends a document of `text` and `offsets`.
  var ending: UInt8 = 0x0A

  /// The bytes of one document, newline included; `levels` are all its levels from 0 to the one
  /// that is printed.
  ///
  /// Those of a part of a document, but for `documents`, when its first segment has the number
  /// `first` among them; the newline follows the last part.
  func bytes(
    of document: Document, number: Int, levels: some Collection<[Segment]>, first: Int = 0,
    isLast: Bool = true
  ) -> [UInt8] {
    let levels = Array(levels)
    let segments = levels.last ?? []
    switch kind {
    case .jsonl: return rows(segments, of: document, number: number)
    case .documents: return row(levels, of: document, number: number)
    case .text where isColored:
      return SegmentColors(separator: separator)
        .bytes(of: document, levels: levels, first: first, isLast: isLast)
    case .text:
      return joined(
        segments, by: separator ?? Self.defaultSeparator, first: first, isLast: isLast
      ) { $0 += document.text[$1.start..<$1.end] }
    case .offsets:
      return joined(segments, by: " ", first: first, isLast: isLast) {
        $0 += String($1.start).utf8
      }
    }
  }

  private func joined(
    _ segments: [Segment], by separator: String, first: Int, isLast: Bool,
    _ append: (inout [UInt8], Segment) -> Void
  ) -> [UInt8] {
    let separator = Array(separator.utf8)
    var out: [UInt8] = []
    for (index, segment) in zip(first..., segments) {
      if index > 0 { out += separator }
      append(&out, segment)
    }
    if isLast { out.append(ending) }
    return out
  }

  private static let segmentNames: Set<String> = [
    "doc", "id", "level", "start", "end", "text", "p",
  ]
  static let documentNames: Set<String> = [
    "doc", "id", "title", "level", "text", "starts", "p", "below",
  ]

  private func rows(_ segments: [Segment], of document: Document, number: Int) -> [UInt8] {
    var (start, line) = (JSONLine(), JSONLine())
    start.beginObject()
    start.field("doc", number)
    if let id = document.id { start.field("id", id) }
    for segment in segments {
      line.beginObject(as: start)
      line.field("level", segment.level)
      line.field("start", segment.start)
      line.field("end", segment.end)
      document.text[segment.start..<segment.end].withUnsafeBytes {
        line.field("text", utf8: $0)
      }
      line.field("p", Double(segment.probability), digits: 4)
      line.fields(document.fields, except: Self.segmentNames)
      line.endLine()
    }
    return line.bytes
  }

  /// The level that was asked for stands at the top under the same names whatever its number; the
  /// levels that it is made of follow in `below`, where element k is level k.
  private func row(_ levels: [[Segment]], of document: Document, number: Int) -> [UInt8] {
    var line = JSONLine()
    Self.beginRow(of: document, number: number, level: levels.count - 1, in: &line)
    document.text.withUnsafeBytes { line.field("text", utf8: $0) }
    starts(levels.last ?? [], into: &line)
    if levels.count > 1 {
      line.field(
        "below",
        objects: { line in
          for (level, segments) in levels.dropLast().enumerated() {
            line.beginObject()
            line.field("level", level)
            starts(segments, into: &line)
            line.endObject()
          }
        })
    }
    line.fields(document.fields, except: Self.documentNames)
    line.endLine()
    return line.bytes
  }

  /// Begins the object of a document, up to its text.
  static func beginRow(
    of document: Document, number: Int, level: Int, in line: inout JSONLine
  ) {
    line.beginObject()
    line.field("doc", number)
    if let id = document.id { line.field("id", id) }
    if let title = document.title { line.field("title", title) }
    line.field("level", level)
  }

  private func starts(_ segments: [Segment], into line: inout JSONLine) {
    line.field("starts", segments.lazy.map(\.start))
    line.field("p", segments.lazy.map { Double($0.probability) }, digits: 4)
  }
}

extension Segment {
  /// The probability of the start in whole percent.
  var percent: Int {
    guard probability.isFinite else { return 0 }
    return Int(bounded: Double((min(max(probability, 0), 1) * 100).rounded()))
  }
}
