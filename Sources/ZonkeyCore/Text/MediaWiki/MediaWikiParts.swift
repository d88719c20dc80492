import ZonkeyBase

/// Parses a stream of exports: one after another, each with a header of its own, and pages that
/// stand without a root, as in a block of a multistream dump.
final class MediaWikiParts {
  private let handler: MediaWikiHandler
  private var parser: XMLPushParser?
  /// The beginning of a part, until enough of it is there to see what it is.
  private var head: [UInt8] = []
  /// Where the part, and the bytes to come, stand in the stream; and the line of the part.
  private var (partStart, position, partLine) = (0, 0, 1)
  /// Whether the part has no root, so that one was put around it.
  private var isRootless = false
  /// Whether a part has been before.
  private var isAfterPart = false

  private static let root = Array("<mediawiki>".utf8)
  private static let rootEnd = Array("</mediawiki>".utf8)

  init(handler: MediaWikiHandler) {
    self.handler = handler
  }

  /// Parses the next bytes; fails with the line and the offset in the stream.
  func push(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool
  ) throws(XMLPushParser.Failure) {
    var rest = bytes
    while true {
      if parser == nil {
        rest = try begin(rest, isLast: isLast)
        if parser == nil { return }
      }
      guard let end = try push(rest, isLast: isLast, to: parser) else { return }
      // What is left of these bytes is another part.
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(end - position))
      position = end
      parser = nil
    }
  }

  /// Looks for the beginning of a part and gives its first bytes to a new parser.
  ///
  /// Returns what is left; there is no parser while more is needed, or when nothing follows.
  private func begin(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool
  ) throws(XMLPushParser.Failure) -> UnsafeRawBufferPointer {
    var rest = bytes
    if head.isEmpty {
      let blanks = rest.prefix { $0 <= 0x20 && ($0 > 0 || isAfterPart) }
      partLine += UnsafeRawBufferPointer(rebasing: blanks).newlineCount
      position += blanks.count
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(blanks.count))
      partStart = position
    }
    let missing = min(rest.count, max(0, 8 - head.count))
    head += rest.prefix(missing)
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(missing))
    guard head.count >= 8 || isLast else { return rest }
    guard let first = head.first else {
      if isAfterPart { return rest }
      throw XMLPushParser.Failure(reason: "XML: the document is empty")
    }
    if isAfterPart, first != 0x3C, first < 0xEF {
      throw XMLPushParser.Failure(
        line: partLine, offset: partStart, reason: "XML: text after the end of an export")
    }
    let parser = XMLPushParser(handler: handler)
    isRootless = head.starts(with: "<page>".utf8) || head.starts(with: "<page ".utf8)
    handler.beginPart(at: partStart, keepsHeader: isRootless && isAfterPart)
    self.parser = parser
    isAfterPart = true
    let beginning = (isRootless ? Self.root : []) + head
    position += head.count
    head = []
    do throws(XMLPushParser.Failure) {
      try parser.push(beginning, isLast: false)
    } catch {
      throw placed(error)
    }
    return rest
  }

  /// Gives bytes to the parser; where its part ends, if it does.
  private func push(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool, to parser: XMLPushParser?
  ) throws(XMLPushParser.Failure) -> Int? {
    guard let parser else { return nil }
    do throws(XMLPushParser.Failure) {
      if handler.rootEnd == nil { try parser.push(bytes, isLast: isLast && !isRootless) }
      if isRootless, isLast, handler.rootEnd == nil { try parser.push(Self.rootEnd, isLast: true) }
    } catch {
      throw placed(error)
    }
    guard let end = handler.rootEnd else {
      position += bytes.count
      return nil
    }
    partLine += parser.line - 1
    // The end that was put there stands behind the last byte.
    let place = partStart + end - (isRootless ? Self.root.count : 0)
    return min(max(place, position), position + bytes.count)
  }

  /// A failure with its place in the stream rather than in the part.
  private func placed(_ failure: XMLPushParser.Failure) -> XMLPushParser.Failure {
    var failure = failure
    let prefix = isRootless ? Self.root.count : 0
    failure.offset = failure.offset.map { max(0, $0 - prefix) + partStart }
    failure.line = failure.line.map { $0 + partLine - 1 }
    return failure
  }
}
