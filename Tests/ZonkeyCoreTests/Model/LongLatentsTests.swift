import Testing
import ZonkeyCore

/// Latents that come in parts become the file that they become in one piece.
@Suite struct LongLatentsTests {
  private let zonkey: Zonkey
  private let text = Array(String(repeating: "A text that goes on and on. ", count: 150).utf8)

  init() throws { zonkey = try randomZonkey() }

  @Test(arguments: LatentsFormat.allCases, [0, 1])
  func partsMakeTheSameFile(format: LatentsFormat, level: Int) throws {
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions(topLevel: level))
    let fields = [KeptField(name: "k", json: Array("[1]".utf8))]
    func file(inParts: Bool) throws -> (bytes: [UInt8], table: [UInt8]) {
      let writer = try LatentsWriter(
        format: format, precision: .f16, level: level, width: zonkey.latentWidth(level),
        model: "0123456789abcdef")
      var (bytes, table) = ([UInt8](), [UInt8]())
      for number in 1...3 {
        let text = Array(text[..<(text.count / number)])
        let encoded = encoder.encode([text], withLatents: true)[0]
        var whole = DocumentLatents(
          encoded, of: zonkey, number: number, id: .string("d\(number)"), byteCount: text.count)
        (whole.model, whole.fields) = ("0123456789abcdef", fields)
        if inParts && number != 2 {
          let count = try writer.append(
            LongDocument(
              number: number, id: whole.id, fields: fields, byteCount: text.count),
            parts: encoder.parts(of: text, number: number, withLatents: true, step: 300)
          ) { bytes += $0 }
          #expect(count == whole.count)
        } else {
          bytes += try writer.append(whole)
        }
      }
      try writer.finish({ bytes += $0 }, table: { table += $0 })
      return (bytes, table)
    }
    let (parts, whole) = (try file(inParts: true), try file(inParts: false))
    #expect(parts.bytes == whole.bytes)
    #expect(parts.table == whole.table)
    #expect(parts.bytes.count > text.count)
  }

  @Test func whatReadersRefuseIsTold() throws {
    func doubt(_ format: LatentsFormat, _ segments: [Int]) throws -> String? {
      let writer = try LatentsWriter(
        format: format, precision: .f16, level: segments.count - 1, width: 128,
        model: "0123456789abcdef")
      return writer.doubt(segments: segments)
    }
    #expect(try doubt(.jsonl, [1_000_000]) == nil)
    #expect(try doubt(.jsonl, [2_000_000])?.contains("2000000 latents of 128") == true)
    #expect(try doubt(.npy, [2_000_000]) == nil)
    #expect(try doubt(.npy, [2_100_000]) != nil)
    #expect(try doubt(.jsonl, [9_000_000, 9]) != nil)
  }
}
