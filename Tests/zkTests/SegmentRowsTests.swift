import Testing
import ZonkeyCore

@testable import zk

/// Results that are written part by part are those of the whole document.
@Suite struct SegmentRowsTests {
  private static let document: Document = {
    var document = Document(
      id: "7", title: "T", text: Array(String(repeating: "a \"line\"\n", count: 20_000).utf8))
    document.fields = [KeptField(name: "k", json: Array("[1]".utf8))]
    return document
  }()

  static let formats: [SegmentFormat] = [
    SegmentFormat(kind: .jsonl), SegmentFormat(kind: .documents), SegmentFormat(kind: .text),
    SegmentFormat(kind: .text, separator: "", ending: 0), SegmentFormat(kind: .offsets),
    SegmentFormat(kind: .text, separator: "/", isColored: true),
  ]

  @Test(arguments: formats, [0, 2]) func partsMakeTheSameRows(
    format: SegmentFormat, printed: Int
  ) throws {
    let document = Self.document
    let levels = nestedSegments(count: document.text.count)
    let sink = Bytes()
    let rows = try format.rows(of: document, number: 3, printed: printed, into: sink)
    // Parts of one, of a few and of many segments of the top level.
    var first = 0
    for end in [8, 40, 4000, 100_000, document.text.count] {
      try rows.write(levels.map { $0.filter { first <= $0.start && $0.start < end } })
      first = end
    }
    try rows.finish()
    #expect(sink.bytes == format.bytes(of: document, number: 3, levels: levels[...printed]))
  }

  private final class Bytes: OutputSink {
    private(set) var bytes: [UInt8] = []
    func write(_ bytes: UnsafeRawBufferPointer) { self.bytes += bytes }
    func finish() {}
    func discard() {}
  }
}
