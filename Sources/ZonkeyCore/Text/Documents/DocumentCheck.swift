import ZonkeyBase

/// Why documents were left out, as they are counted.
package enum SkipReason: String, Sendable {
  case badUTF8 = "bad UTF-8"
  case badJSON = "bad JSON"
  case tooLong = "too long"
}

/// Why valid pages of a dump were passed over, as they are counted.
package enum PassReason: String, Sendable {
  case namespace = "other namespace"
  case redirect = "redirect"
  case model = "not wikitext"
  case noText = "no text"
}

/// Applies the policy on invalid documents, and counts what was left out.
package final class DocumentCheck {
  let options: ReaderOptions
  private(set) var skipped: [String: Int] = [:]
  private(set) var passedOver: [String: Int] = [:]
  /// Whether what is left out now is counted here. It is by the shard that has the next document, so
  /// that the counts of all shards add up to those of the input.
  var isCounting = true

  package init(_ options: ReaderOptions) {
    self.options = options
  }

  /// Leaves a document out, or throws the error when the policy is to stop.
  func leaveOut(_ reason: SkipReason, _ error: @autoclosure () -> ZonkeyError) throws(ZonkeyError) {
    if options.invalid == .stop { throw error() }
    if isCounting { skipped[reason.rawValue, default: 0] += 1 }
  }

  /// Counts a page that is valid and not asked for.
  func passOver(_ reason: PassReason) {
    if isCounting { passedOver[reason.rawValue, default: 0] += 1 }
  }

  /// The bytes if they are UTF-8, mended if the policy is so; `nil` when they are left out.
  ///
  /// `line` and `offset` are the place of the first byte. Throws `.badInput` with the place of
  /// the first bad byte.
  func validated(
    _ bytes: [UInt8], source: String, line: Int, offset: Int
  ) throws(ZonkeyError) -> [UInt8]? {
    guard let bad = UTF8Check.firstInvalidOffset(in: bytes) else { return bytes }
    if options.invalid == .replace {
      return Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
    try leaveOut(
      .badUTF8,
      .badInput(
        source: source, line: line + bytes.newlineCount(before: bad), offset: offset + bad,
        reason: "not UTF-8: \(UTF8Check.describe(bytes[bad]))"))
    return nil
  }

  func tooLong(source: String, line: Int?, offset: Int?) throws(ZonkeyError) {
    try leaveOut(
      .tooLong,
      .tooLong(
        source: source, line: line, offset: offset, limit: options.maxDocumentBytes))
  }
}
