import ZonkeyBase

/// Reads documents out of JSONL: one object a line, with the text in a field.
///
/// Blank lines and a byte order mark at the beginning are passed over.
package struct JSONLReader: DocumentSource {
  private let input: BufferedInput
  private let check: DocumentCheck
  private let names: JSONObjectScanner.Names
  private var line = 0
  private var bytes: [UInt8] = []

  package init(_ input: BufferedInput, check: DocumentCheck) {
    self.input = input
    self.check = check
    names = JSONObjectScanner.Names(check.options)
  }

  package mutating func next() throws(ZonkeyError) -> Document? {
    let limit = check.options.maxDocumentBytes
    while true {
      let offset = input.offset
      line += 1
      bytes.removeAll(keepingCapacity: true)
      let ending = try input.read(until: 0x0A, appendingTo: &bytes, limit: limit)
      guard let ending else { return nil }
      if ending == .limit {
        try check.tooLong(source: input.source, line: line, offset: offset)
        _ = try input.discard(until: 0x0A)
        continue
      }
      // A mark is blanked rather than removed, so that offsets stay true.
      if offset == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        bytes.replaceSubrange(..<3, with: [0x20, 0x20, 0x20])
      }
      if bytes.allSatisfy(\.isBlank) { continue }
      if let document = try document(offset: offset) { return document }
    }
  }

  private func document(offset: Int) throws(ZonkeyError) -> Document? {
    let valid = try check.validated(bytes, source: input.source, line: line, offset: offset)
    guard let valid else { return nil }
    do throws(JSONFailure) {
      return try JSONObjectScanner.document(
        in: valid, names: names,
        replacesSurrogates: check.options.invalid == .replace)
    } catch {
      try check.leaveOut(
        .badJSON,
        .badInput(
          source: input.source, line: line, offset: offset + error.offset,
          reason: "JSON: \(error.reason)"))
      return nil
    }
  }
}
