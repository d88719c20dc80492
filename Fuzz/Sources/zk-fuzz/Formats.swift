@testable import ZonkeyBase
@testable import ZonkeyModel
import ZonkeyPlatform
@testable import ZonkeyText

/// The readers that are tried, by name.
enum Formats {
  nonisolated(unsafe) static var chosen: @Sendable ([UInt8]) -> Void = { _ in }

  static let all: [String: @Sendable ([UInt8]) -> Void] = [
    "checkpoint": checkpoint, "safetensors": safetensors, "npy": npy,
    "latents": latents, "documents": documents, "json": json, "xml": xml,
    "wikitext": wikitext, "zstd": { decompress($0, magic: [0x28, 0xB5, 0x2F, 0xFD]) },
    "gzip": { decompress($0, magic: [0x1F, 0x8B, 0x08]) },
    "bzip2": { decompress($0, magic: Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) },
    "xz": { decompress($0, magic: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) },
    "configuration": configuration, "lines": lines,
  ]

  private static func stream(_ bytes: [UInt8], step: Int = .max) -> ByteStream {
    var place = 0
    return ByteStream(source: "fuzz") { target in
      let count = min(target.count, bytes.count - place, step)
      target.copyBytes(from: bytes[place..<place + count])
      place += count
      return count
    }
  }

  @Sendable private static func checkpoint(_ bytes: [UInt8]) {
    var place = 0
    let reader = try? SafetensorsReader(path: "fuzz", fileBytes: bytes.count) { target in
      let count = min(target.count, bytes.count - place)
      target.copyBytes(from: bytes[place..<place + count])
      place += count
      return count
    }
    guard let reader, let checkpoint = try? Checkpoint(reader, forTraining: true) else { return }
    try? checkpoint.verify(path: "fuzz")
  }

  @Sendable private static func safetensors(_ bytes: [UInt8]) {
    guard let file = try? SafetensorsFile(parsing: bytes, path: "fuzz") else { return }
    for array in file.tensors { _ = try? array.floats() }
    guard (try? SafetensorsFile(parsing: file.serialised(), path: "fuzz")) == file else {
      preconditionFailure("what is written is not what was read")
    }
  }

  @Sendable private static func npy(_ bytes: [UInt8]) {
    let opened = try? NpyMatrix.open(
      BufferedInput(stream(bytes)), direct: nil, temporaryDirectory: "/tmp")
    guard let opened else { return }
    let reader = JSONLLatentsReader(opened.rows, matrix: opened.matrix)
    while let found = try? reader.next(), found.problem == nil {}
  }

  @Sendable private static func latents(_ bytes: [UInt8]) {
    let reader = JSONLLatentsReader(BufferedInput(stream(bytes)))
    while let found = try? reader.next(), found.problem == nil {}
  }

  @Sendable private static func documents(_ bytes: [UInt8]) {
    for policy in InvalidPolicy.allCases {
      let options = ReaderOptions(invalid: policy, maxDocumentBytes: 1 << 16)
      var reader = JSONLReader(BufferedInput(stream(bytes)), check: DocumentCheck(options))
      while let document = try? reader.next() { check(document) }
    }
  }

  @Sendable private static func lines(_ bytes: [UInt8]) {
    for (policy, unit) in zip(
      [InvalidPolicy.stop, .skip, .replace, .skip], DocumentUnit.allCases)
    {
      let options = ReaderOptions(unit: unit, invalid: policy, maxDocumentBytes: 1 << 12)
      var reader = LineReader(BufferedInput(stream(bytes)), check: DocumentCheck(options))
      while let document = try? reader.next() { check(document) }
    }
  }

  private static func check(_ document: Document) {
    guard String(validating: document.text, as: UTF8.self) != nil else {
      preconditionFailure("a document is not UTF-8")
    }
  }

  @Sendable private static func json(_ bytes: [UInt8]) {
    guard let value = try? JSONValue(parsing: bytes) else { return }
    guard (try? JSONValue(parsing: value.serialised())) == value else {
      preconditionFailure("what is written is not what was read")
    }
  }

  @Sendable private static func xml(_ bytes: [UInt8]) {
    for policy in [InvalidPolicy.stop, .replace] {
      let options = ReaderOptions(invalid: policy, maxDocumentBytes: 1 << 16)
      let reader = MediaWikiReader(stream(bytes), options: options)
      while let document = try? reader.next() { check(document) }
    }
  }

  @Sendable private static func wikitext(_ bytes: [UInt8]) {
    let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
    check(Document(text: text, markup: .withAliases).cleaned())
  }

  private static func decompress(_ bytes: [UInt8], magic: [UInt8]) {
    for source in [bytes, magic + bytes] {
      let stream = stream(source, step: 1 + source.count / 3)
      var (buffer, total) = ([UInt8](repeating: 0, count: 1 << 16), 0)
      while let count = try? buffer.withUnsafeMutableBytes({ try stream.read(into: $0) }),
        count > 0, total < 1 << 22
      { total += count }
    }
  }

  @Sendable private static func configuration(_ bytes: [UInt8]) {
    guard var configuration = Configuration.preset("tiny") else { return }
    if let text = String(validating: bytes, as: UTF8.self) { try? configuration.set(text) }
    guard let json = try? JSONValue(parsing: bytes), (try? configuration.apply(json)) != nil,
      (try? configuration.validate()) != nil
    else { return }
    _ = try? ZonkeyModel(configuration)
  }
}
