import CLibXML2

/// libxml2's push parser, with its events going to a `MediaWikiHandler`.
///
/// Nothing is fetched, no entity is expanded but the predefined ones and character references,
/// and a document type declaration is refused.
final class XMLPushParser {
  let handler: MediaWikiHandler
  private var context: xmlParserCtxtPtr?

  /// What went wrong, at which line from 1 and byte from 0 of the document.
  struct Failure: Error {
    var line: Int?
    var offset: Int?
    var reason: String
  }

  init(handler: MediaWikiHandler) {
    self.handler = handler
  }

  deinit {
    // The parser owns whatever document its own handlers may have begun.
    if let document = context?.pointee.myDoc { xmlFreeDoc(document) }
    if let context { xmlFreeParserCtxt(context) }
  }

  /// Parses the next bytes of an array, as the other function does.
  func push(_ bytes: [UInt8], isLast: Bool) throws(Failure) {
    let result = bytes.withUnsafeBytes { buffer -> Result<Void, Failure> in
      do throws(Failure) {
        return .success(try push(buffer, isLast: isLast))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  /// Parses the next bytes. The first call's must be four at least, to tell the encoding.
  func push(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(Failure) {
    let chars = bytes.assumingMemoryBound(to: CChar.self)
    let count = Int32(clamping: bytes.count)
    let result: Int32
    if let context {
      result = xmlParseChunk(context, chars.baseAddress, count, isLast ? 1 : 0)
    } else {
      let created = try begin(chars.baseAddress, count)
      result = xmlParseChunk(created, nil, 0, isLast ? 1 : 0)
    }
    if handler.refusal != nil || (result != 0 && handler.rootEnd == nil) { throw failure() }
  }

  /// The line at which the parser stands, from 1.
  var line: Int { context?.pointee.input.map { Int($0.pointee.line) } ?? 1 }

  private func begin(_ head: UnsafePointer<CChar>?, _ count: Int32) throws(Failure)
    -> xmlParserCtxtPtr
  {
    xmlInitParser()
    var events = Self.events()
    let receiver = Unmanaged.passUnretained(handler).toOpaque()
    guard let created = xmlCreatePushParserCtxt(&events, receiver, head, count, nil) else {
      throw Failure(reason: "no memory for an XML parser")
    }
    let options =
      XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
    xmlCtxtUseOptions(created, Int32(options))
    handler.parser = created
    context = created
    return created
  }

  /// The last error, with its place.
  private func failure() -> Failure {
    guard let context else { return Failure(reason: "no XML parser") }
    let offset = xmlByteConsumed(context)
    var reason = "bad XML"
    if let refusal = handler.refusal {
      reason = refusal
    } else if let error = xmlCtxtGetLastError(context), let message = error.pointee.message {
      let words = String(cString: message).split { $0.isNewline }.prefix(1)
      reason = "XML: " + words.joined()
    }
    return Failure(line: line, offset: offset < 0 ? nil : Int(offset), reason: reason)
  }

  private static func events() -> xmlSAXHandler {
    var events = xmlSAXHandler()
    events.initialized = UInt32(XML_SAX2_MAGIC)
    events.startElementNs = { receiver, name, _, _, _, _, count, _, attributes in
      guard let handler = MediaWikiHandler.from(receiver), let name else { return }
      handler.begin(name) { XMLPushParser.attribute($0, attributes, count: Int(count)) }
    }
    events.endElementNs = { receiver, _, _, _ in MediaWikiHandler.from(receiver)?.end() }
    events.characters = { receiver, bytes, count in
      MediaWikiHandler.from(receiver)?.append(.init(start: bytes, count: max(0, Int(count))))
    }
    events.ignorableWhitespace = events.characters
    events.cdataBlock = events.characters
    events.internalSubset = { receiver, _, _, _ in
      MediaWikiHandler.from(receiver)?.refuse("a document type declaration is not accepted")
    }
    return events
  }

  /// The value of an attribute: libxml2 has five pointers for each.
  private static func attribute(
    _ name: StaticString, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, count: Int
  ) -> String? {
    guard let attributes else { return nil }
    for index in 0..<max(0, count) {
      guard let found = attributes[index * 5], found.equals(name),
        let begin = attributes[index * 5 + 3], let end = attributes[index * 5 + 4]
      else { continue }
      let bytes = UnsafeBufferPointer(start: begin, count: end - begin)
      return String(decoding: bytes, as: UTF8.self)
    }
    return nil
  }
}

extension MediaWikiHandler {
  /// The handler that a C callback was given.
  fileprivate static func from(_ receiver: UnsafeMutableRawPointer?) -> MediaWikiHandler? {
    receiver.map { Unmanaged<MediaWikiHandler>.fromOpaque($0).takeUnretainedValue() }
  }
}
