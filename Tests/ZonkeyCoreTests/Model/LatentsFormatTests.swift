import TestSupport
import Testing
import ZonkeyCore

/// The exact bytes of files, and files as other programs write them.
@Suite struct LatentsFormatTests {
  private static let document = DocumentLatents(
    number: 4, id: "12", level: 0, model: LatentsSample.model, width: 3,
    values: [1, -2, 0.5, 0, 65504, 0.25], starts: [0, 6], byteCount: 11)
  private static let higher: DocumentLatents = {
    var document = LatentsFormatTests.document
    document.level = 2
    document.inner = [[0, 2, 4, 6], [0, 4, 6]]
    return document
  }()

  @Test func jsonlRow() throws {
    let file = try LatentsSample.file([Self.document], .jsonl, .f16)
    #expect(
      String(decoding: file, as: UTF8.self)
        == #"{"doc":4,"id":"12","level":0,"shape":[2,3],"starts":[0,6],"bytes":11,"dtype":"f16","#
        + #""latents":"ADwAwAA4AAD/ewA0","model":"0123456789abcdef"}"# + "\n")
    let higher = try LatentsSample.file([Self.higher], .jsonl, .f32, level: 2)
    #expect(
      String(decoding: higher, as: UTF8.self)
        == #"{"doc":4,"id":"12","level":2,"shape":[2,3],"starts":[0,6],"#
        + #""inner":[[0,2,4,6],[0,4,6]],"bytes":11,"dtype":"f32","#
        + #""latents":"AACAPwAAAMAAAAA/AAAAAADgf0cAAIA+","model":"0123456789abcdef"}"# + "\n")
    let empty = DocumentLatents(
      number: 1, level: 0, model: LatentsSample.model, width: 3, values: [], starts: [],
      byteCount: 0)
    #expect(
      String(decoding: try LatentsSample.file([empty], .jsonl), as: UTF8.self)
        == #"{"doc":1,"level":0,"shape":[0,3],"starts":[],"bytes":0,"dtype":"f32","latents":"","#
        + #""model":"0123456789abcdef"}"# + "\n")
  }

  @Test func npyFile() throws {
    let file = try LatentsSample.file([Self.document], .npy, .f16)
    let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }"
    #expect(Array(file[..<10]) == bytes(hex: "93 4e 55 4d 50 59 01 00 76 00"))
    #expect(String(decoding: file[10..<128], as: UTF8.self) == padded(header, to: 118))
    #expect(Array(file[128..<140]) == bytes(hex: "003c00c00038 0000ff7b0034"))
    #expect(
      String(decoding: file[140...], as: UTF8.self)
        == #"{"doc":4,"id":"12","level":0,"shape":[2,3],"starts":[0,6],"bytes":11,"#
        + #""dtype":"f16","model":"0123456789abcdef"}"# + "\n")
  }

  /// The rows in a file beside the matrix, compressed or not, give the same documents.
  @Test(arguments: ["a.npy", "a.npy.zst"]) func npyTableBeside(name: String) throws {
    let documents = LatentsSample.documents(level: 1)
    let writer = try LatentsWriter(
      format: .npy, precision: .f32, level: 1, width: LatentsSample.width,
      model: LatentsSample.model)
    for document in documents { _ = try writer.append(document) }
    var (matrix, table): ([UInt8], [UInt8]) = ([], [])
    try writer.finish({ matrix.append(contentsOf: $0) }, table: { table.append(contentsOf: $0) })
    #expect(matrix + table == (try LatentsSample.file(documents, .npy, level: 1)))
    try withTemporaryFolder { directory in
      let isCompressed = name.hasSuffix(".zst")
      try writeBytes(
        isCompressed ? Compress.bytes(matrix, .zstd) : matrix, to: "\(directory)/\(name)")
      let alone = LatentsReading(paths: ["\(directory)/\(name)"])
      #expect(alone.reason.contains("a.npy.jsonl"), "\(alone.reason)")
      try writeBytes(table, to: "\(directory)/a.npy.jsonl")
      let reading = LatentsReading(paths: ["\(directory)/\(name)"])
      #expect(reading.error == nil && reading.documents == documents)
    }
  }

  @Test func safetensorsFile() throws {
    let file = try LatentsSample.file([Self.higher], .safetensors, .f16, level: 2)
    let header =
      #"{"__metadata__":{"format":"zk-latents-1","level":"2","model":"0123456789abcdef"},"#
      + #""latents":{"dtype":"F16","shape":[2,3],"data_offsets":[136,148]},"#
      + #""starts":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},"#
      + #""offsets":{"dtype":"I64","shape":[2],"data_offsets":[16,32]},"#
      + #""bytes":{"dtype":"I64","shape":[1],"data_offsets":[32,40]},"#
      + #""numbers":{"dtype":"I64","shape":[1],"data_offsets":[40,48]},"#
      + #""ids":{"dtype":"U8","shape":[5],"data_offsets":[148,153]},"#
      + #""inner.0":{"dtype":"I64","shape":[4],"data_offsets":[48,80]},"#
      + #""inner.0.offsets":{"dtype":"I64","shape":[2],"data_offsets":[80,96]},"#
      + #""inner.1":{"dtype":"I64","shape":[3],"data_offsets":[96,120]},"#
      + #""inner.1.offsets":{"dtype":"I64","shape":[2],"data_offsets":[120,136]}}"#
    let text = String(decoding: file.dropFirst(8).prefix(header.utf8.count), as: UTF8.self)
    #expect(text == header)
    #expect(file.suffix(5) == Array("\"12\"\n".utf8)[...])
    #expect(file.suffix(17).prefix(12) == bytes(hex: "003c00c000380000ff7b0034")[...])
  }

  private func padded(_ text: String, to count: Int) -> String {
    text + String(repeating: " ", count: count - 1 - text.utf8.count) + "\n"
  }

  /// numpy writes versions 2 and 3 when the header is long or has names outside ASCII.
  @Test func npyVersions() throws {
    func text(shape: String) -> [UInt8] {
      let literal =
        "{\"shape\": \(shape), 'fortran_order': False,\n 'descr': \"<f4\",}"
      return Array(padded(literal, to: 300).utf8)
    }
    let sizes: [[UInt8]] = [[1, 0, 44, 1], [2, 0, 44, 1, 0, 0], [3, 0, 44, 1, 0, 0]]
    let row: [UInt8] =
      [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64]
      + Array(
        (#"{"doc":5,"level":1,"shape":[1,3],"starts":[0],"bytes":9,"#
          + #""model":"0123456789abcdef"}"#).utf8)
    for size in sizes {
      let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
      let bad = LatentsReading(magic + size + text(shape: "(1 3)") + row)
      #expect(bad.reason.contains("damaged"))
      let reading = LatentsReading(magic + size + text(shape: "(1, 3)") + row)
      #expect(reading.error == nil)
      #expect(
        reading.documents == [
          DocumentLatents(
            number: 5, level: 1, model: LatentsSample.model, width: 3, values: [1, 2, 3],
            starts: [0], byteCount: 9)
        ])
    }
  }

  @Test func jsonlFromElsewhere() {
    let reading = LatentsReading(
      Array(
        """
        \u{FEFF}
        \r
        {"model":"0123456789abcdef","more":{"a":[null]},"latents":"AAAAAA==","dtype":"f32",\
        "shape":[1,1],"level":3,"id":77,"doc":2,"starts":null,"inner":null,"bytes":null}\r

        {"model":"0123456789abcdef","latents":"","dtype":"f16","shape":[0,1],"level":0,\
        "doc":3,"inner":[]}
        """.utf8))
    #expect(reading.error == nil)
    var first = DocumentLatents(
      number: 2, id: .number("77"), level: 3, model: LatentsSample.model, width: 1, values: [0])
    first.fields = [KeptField(name: "more", json: Array(#"{"a":[null]}"#.utf8))]
    #expect(
      reading.documents == [
        first,
        DocumentLatents(number: 3, level: 0, model: LatentsSample.model, width: 1, values: []),
      ])
  }

  /// Only latents and offsets are needed; unknown arrays are passed over.
  @Test func safetensorsFromElsewhere() {
    let offsets: [UInt8] = [0, 1, 1].flatMap { [$0, 0, 0, 0, 0, 0, 0, 0] as [UInt8] }
    let file = safetensors(
      #"{"more":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]},"#
        + #""latents":{"dtype":"F16","shape":[1,2],"data_offsets":[1,5]},"#
        + #""offsets":{"dtype":"I64","shape":[3],"data_offsets":[5,29]},"__metadata__":"#
        + #"{"level":"1","format":"zk-latents-1","model":"0123456789abcdef"}}"#,
      data: [9, 0, 0x3C, 0, 0xC0] + offsets)
    let reading = LatentsReading(file)
    #expect(reading.error == nil)
    #expect(
      reading.documents == [
        DocumentLatents(
          number: 1, level: 1, model: LatentsSample.model, width: 2, values: [1, -2]),
        DocumentLatents(
          number: 2, level: 1, model: LatentsSample.model, width: 2, values: [], starts: [],
          inner: [[]]),
      ])
  }
}
