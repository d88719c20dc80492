import Testing
import ZonkeyCore

/// Latents made up for the tests of files.
enum LatentsSample {
  static let model = "0123456789abcdef"
  static let width = 3

  /// Documents of one level: with and without id, starts and length, and one that is empty.
  static func documents(level: Int) -> [DocumentLatents] {
    var random = SplitMix(state: UInt64(level))
    func document(
      _ number: Int, _ id: DocumentID? = nil, starts: [Int]?, count: Int, byteCount: Int?
    ) -> DocumentLatents {
      // Eighths below 4 are the same in both precisions.
      let values = (0..<count * width).map { _ in Float(Int(random.next() % 64) - 32) / 8 }
      let inner = starts.map { starts in
        // Each level below has the starts of this one and some more.
        (0..<level).map { lower in
          starts.flatMap { start in start == 0 ? [0] + (1..<(level - lower + 1)) : [start] }
        }
      }
      var document = DocumentLatents(
        number: number, id: id, level: level, model: model, width: width, values: values,
        starts: starts, inner: level == 0 ? nil : inner, byteCount: byteCount)
      if number == 3 {
        document.fields = [KeptField(name: "lang", json: Array("[\"x\",1.5,{}]".utf8))]
      }
      return document
    }
    return [
      document(1, "first", starts: [0, 5, 9], count: 3, byteCount: 12),
      document(2, starts: [], count: 0, byteCount: 0),
      document(3, "a\"\n\u{0}🦓", starts: nil, count: 2, byteCount: nil),
      document(4, "", starts: [0], count: 1, byteCount: 6),
      document(9, starts: nil, count: 1, byteCount: 1 << 40),
      document(10, .number("-12"), starts: [0, 7], count: 2, byteCount: 8),
    ]
  }

  static func file(
    _ documents: [DocumentLatents], _ format: LatentsFormat, _ precision: LatentsPrecision = .f32,
    level: Int = 0
  ) throws -> [UInt8] {
    let writer = try LatentsWriter(
      format: format, precision: precision, level: level, width: width, model: model)
    var bytes: [UInt8] = []
    for document in documents {
      let row = try writer.append(document)
      #expect(row.isEmpty == (format != .jsonl))
      bytes += row
    }
    try writer.finish { bytes.append(contentsOf: $0) }
    return bytes
  }
}

/// What a reader of latents gave.
struct LatentsReading {
  var documents: [DocumentLatents] = []
  var error: ZonkeyError?

  /// The line and the offset of an error about bad input.
  var place: [Int?] {
    guard case .badInput(_, let line, let offset, _) = error else { return [] }
    return [line, offset]
  }
  var reason: String {
    guard case .badInput(_, _, _, let reason) = error else { return "" }
    return reason
  }

  init(_ contents: [UInt8]...) {
    let files = contents.map { TemporaryFile($0) }
    defer { withExtendedLifetime(files) {} }
    self.init(paths: files.map(\.path))
  }

  init(paths: [String]) {
    do throws(ZonkeyError) {
      let reader = try LatentsReader(paths: paths)
      while let document = try reader.next() { documents.append(document) }
      #expect(reader.compressedBytesRead <= reader.totalBytes ?? .max)
    } catch {
      self.error = error
    }
  }
}
