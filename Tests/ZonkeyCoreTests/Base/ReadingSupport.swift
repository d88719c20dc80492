import TestSupport
import ZonkeyCore

/// What a reader of files gave.
struct Reading {
  var documents: [Document] = []
  var error: ZonkeyError?
  var skipped: [String: Int] = [:]

  var texts: [String] { documents.map { String(decoding: $0.text, as: UTF8.self) } }
  /// The error's line and offset and whether it is about bad input.
  var place: [Int?] {
    switch error {
    case .badInput(_, let line, let offset, _), .tooLong(_, let line, let offset, _):
      return [line, offset]
    default: return []
    }
  }
  var reason: String {
    switch error {
    case .badInput(_, _, _, let reason): return reason
    case .otherContent(_, let content, _): return content
    case .tooLong(_, _, _, let limit): return "more than \(limit) bytes"
    default: return ""
    }
  }

  init(_ contents: [UInt8]..., options: ReaderOptions = ReaderOptions()) {
    let files = contents.map { TemporaryFile($0) }
    defer { withExtendedLifetime(files) {} }
    do throws(ZonkeyError) {
      let reader = try DocumentReader(paths: files.map(\.path), options: options)
      defer { skipped = reader.skipped }
      while let document = try reader.next() { documents.append(document) }
    } catch {
      self.error = error
    }
  }

  init(_ text: String, options: ReaderOptions = ReaderOptions()) {
    self.init(Array(text.utf8), options: options)
  }
}
