import ZonkeyBase
import ZonkeyModel
import ZonkeyPlatform
import ZonkeyText

/// What a reader said that cannot be true.
struct Finding: Error {
  let what: String
}

/// The readers that are tried, by name.
///
/// Each takes any bytes and throws a `Finding`, or nothing.
enum Formats {
  typealias Reader = @Sendable ([UInt8]) throws -> Void

  nonisolated(unsafe) static var chosen: Reader = { _ in }

  static let all: [String: Reader] = [
    "checkpoint": checkpoint, "safetensors": safetensors, "npy": npy, "latents": latents,
    "latents-safetensors": latentsFile, "documents": documents, "json": json, "xml": xml,
    "wikitext": wikitext, "templates": templates,
    "zstd": { try decompress($0, magic: [0x28, 0xB5, 0x2F, 0xFD]) },
    "gzip": { try decompress($0, magic: [0x1F, 0x8B, 0x08]) },
    "bzip2": {
      try decompress($0, magic: Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
    },
    "xz": { try decompress($0, magic: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) },
    "zstd-pieces": { try pieces($0) { ZstdCutter($0) } },
    "bzip2-pieces": { try pieces($0) { BZip2Cutter($0) } },
    "multistream": multistream, "configuration": configuration, "lines": lines,
  ]

  /// Hands bytes out in order, at most `step` at once.
  private static func source(
    _ bytes: [UInt8], step: Int = .max
  ) -> (UnsafeMutableRawBufferPointer) -> Int {
    var place = 0
    return { target in
      let count = min(target.count, bytes.count - place, step)
      target.copyBytes(from: bytes[place..<place + count])
      place += count
      return count
    }
  }

  private static func stream(_ bytes: [UInt8], step: Int = .max) -> ByteStream {
    ByteStream(source: "fuzz", read: source(bytes, step: step))
  }

  @Sendable private static func checkpoint(_ bytes: [UInt8]) {
    let reader = try? SafetensorsReader(
      path: "fuzz", fileBytes: bytes.count, read: source(bytes))
    guard let reader, let checkpoint = try? Checkpoint(reader, .everything) else { return }
    try? checkpoint.verify(path: "fuzz")
  }

  @Sendable private static func safetensors(_ bytes: [UInt8]) throws {
    guard let file = try? SafetensorsFile(parsing: bytes, path: "fuzz") else { return }
    for array in file.tensors { _ = try? array.floats() }
    guard (try? SafetensorsFile(parsing: file.serialised(), path: "fuzz")) == file else {
      throw Finding(what: "what is written is not what was read")
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

  @Sendable private static func latentsFile(_ bytes: [UInt8]) throws {
    let spool = try Spool(directory: "/tmp")
    try spool.append(bytes[...])
    let reader = try? SafetensorsLatentsReader(spool.finished())
    while let found = try? reader?.next(), found.problem == nil {}
  }

  @Sendable private static func documents(_ bytes: [UInt8]) throws {
    for policy in InvalidPolicy.allCases {
      let options = ReaderOptions(invalid: policy, maxDocumentBytes: 1 << 16)
      var reader = JSONLReader(BufferedInput(stream(bytes)), check: DocumentCheck(options))
      while let document = try? reader.next() { try check(document) }
    }
  }

  @Sendable private static func lines(_ bytes: [UInt8]) throws {
    for (policy, unit) in zip(
      [InvalidPolicy.stop, .skip, .replace, .skip], DocumentUnit.allCases)
    {
      let options = ReaderOptions(unit: unit, invalid: policy, maxDocumentBytes: 1 << 12)
      var reader = LineReader(BufferedInput(stream(bytes)), check: DocumentCheck(options))
      while let document = try? reader.next() { try check(document) }
    }
  }

  private static func check(_ document: Document) throws {
    guard String(validating: document.text, as: UTF8.self) != nil else {
      throw Finding(what: "a document is not UTF-8")
    }
  }

  @Sendable private static func json(_ bytes: [UInt8]) throws {
    guard let value = try? JSONValue(parsing: bytes) else { return }
    guard (try? JSONValue(parsing: value.serialised())) == value else {
      throw Finding(what: "what is written is not what was read")
    }
  }

  @Sendable private static func xml(_ bytes: [UInt8]) throws {
    for policy in [InvalidPolicy.stop, .replace] {
      let options = ReaderOptions(invalid: policy, maxDocumentBytes: 1 << 16)
      let reader = MediaWikiReader(stream(bytes), options: options)
      while let document = try? reader.next() { try check(document) }
    }
  }

  /// Wikis of several languages, whose templates, variants and numbers differ.
  private static let wikis = ["en", "de", "fr", "zh", "ru", "ja", "ar"].map { language in
    var header = WikiHeader()
    header.languageCode = language
    return Wiki(header, options: WikiOptions())
  }

  @Sendable private static func wikitext(_ bytes: [UInt8]) throws {
    let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
    // The number of bytes chooses, so that every wiki comes to every kind of text.
    let wiki = wikis[text.count % wikis.count]
    try check(Document(text: text, markup: wiki).cleaned())
  }

  /// A table of templates, and after a NUL a page that uses them.
  @Sendable private static func templates(_ bytes: [UInt8]) throws {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let text = String(decoding: parts[0], as: UTF8.self)
    guard let table = try? TemplateTable(text, source: "fuzz"), parts.count > 1 else { return }
    var (header, options) = (WikiHeader(), WikiOptions())
    // A language without a table of its own: only this one counts.
    header.languageCode = "la"
    options.templates = table
    let page = Array(String(decoding: parts[1], as: UTF8.self).utf8)
    try check(Document(text: page, markup: Wiki(header, options: options)).cleaned())
  }

  private static func decompress(_ bytes: [UInt8], magic: [UInt8]) throws {
    for source in [bytes, magic + bytes] {
      _ = content(stream(source, step: 1 + source.count / 3))
    }
  }

  /// What a stream gives until its end, its damage or the first bytes of 4 MiB and more.
  private static func content(_ stream: ByteStream) -> [UInt8] {
    var (buffer, result) = ([UInt8](repeating: 0, count: 1 << 16), [UInt8]())
    while result.count < 1 << 22,
      let count = try? buffer.withUnsafeMutableBytes({ try stream.read(into: $0) }), count > 0
    { result += buffer[..<count] }
    return result
  }

  /// Cuts a file into pieces; together they must be what it gives in order.
  private static func pieces(
    _ bytes: [UInt8], _ cutter: (File) -> any PieceSource
  ) throws {
    var template = Array("/tmp/zk-fuzz-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Finding(what: "no temporary file") }
    unlink(template)
    let file = File(descriptor: descriptor, byteCount: bytes.count, path: "fuzz")
    _ = bytes.withUnsafeBytes { System.writeAll($0, to: descriptor) }
    let cutter = cutter(file)
    var (joined, place) = ([UInt8](), 0)
    while joined.count < 1 << 22, let piece = cutter.next()?() {
      guard case .bytes(let more, let end, _) = piece else { break }
      guard end >= place, end <= bytes.count else {
        throw Finding(what: "a piece ends at \(end) of \(bytes.count), the one before at \(place)")
      }
      joined += more
      place = end
    }
    guard !joined.isEmpty else { return }
    let whole = content(stream(bytes))
    let shared = min(whole.count, joined.count)
    guard joined.count <= whole.count || whole.count >= 1 << 22,
      joined[..<shared] == whole[..<shared]
    else { throw Finding(what: "pieces are not what is read in order") }
  }

  /// An index, and after a NUL the dump that it is of.
  @Sendable private static func multistream(_ bytes: [UInt8]) throws {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count > 1 else { return }
    let index = MultistreamIndex(BufferedInput(stream(Array(parts[0]))))
    try pieces(Array(parts[1])) { MultistreamCutter($0, index: index) }
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
