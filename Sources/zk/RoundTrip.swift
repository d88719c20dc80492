import ZonkeyCore

/// What `zk encode | zk decode` gives back of a text, at each level; for the page of `split`.
final class RoundTrip {
  private let zonkey: Zonkey
  /// One for each level, which encodes up to it.
  private let encoders: [DocumentEncoder]
  private let decoder: DocumentDecoder

  init(_ zonkey: Zonkey, levelCount: Int) throws {
    self.zonkey = zonkey
    encoders = try (0..<levelCount).map {
      try DocumentEncoder(zonkey, options: SplitOptions(topLevel: $0))
    }
    decoder = DocumentDecoder(zonkey)
  }

  /// The decoded texts from level 0 up; their bytes need not be valid UTF-8.
  func texts(of text: [UInt8]) -> [[UInt8]] {
    encoders.map { encoder in
      guard let encoded = encoder.encode([text], withLatents: true).first else { return [] }
      let latents = DocumentLatents(encoded, of: zonkey, number: 1, byteCount: text.count)
      return decoder.decode([latents]).first ?? []
    }
  }
}

/// Decoded texts beside the original as they stand on a page, with what differs marked.
///
/// Segments are decoded to their true places, so that a byte belongs to the byte of the same
/// offset; characters are compared whole.
enum DecodedText {
  /// A list with an entry for each level.
  static func html(_ texts: [[UInt8]], original: ArraySlice<UInt8>) -> [UInt8] {
    var html = Array("<dl class=\"again\">\n".utf8)
    for (level, text) in texts.enumerated() {
      var body: [UInt8] = []
      let same = append(text, original: original, to: &body)
      let percent = original.isEmpty ? 100 : same * 100 / original.count
      html += "<dt><span class=\"key\"><span class=\"s l\(level)\" style=\"--p:85\">".utf8
      html += "level \(level)</span></span> \(percent)%</dt><dd dir=\"auto\">".utf8
      html += body
      html += "</dd>\n".utf8
    }
    html += "</dl>\n".utf8
    return html
  }

  /// Appends a text with marks; returns how many bytes are those of the original.
  static func append(
    _ text: [UInt8], original: ArraySlice<UInt8>, to html: inout [UInt8]
  ) -> Int {
    var (offset, same, isMarked) = (0, 0, false)
    var run: [UInt8] = []
    var parser = UTF8.ForwardParser()
    var bytes = text.makeIterator()
    func endRun() {
      guard !run.isEmpty else { return }
      if isMarked { html += "<mark>".utf8 }
      HTMLText.append(run[...], to: &html)
      if isMarked { html += "</mark>".utf8 }
      run.removeAll(keepingCapacity: true)
    }
    while true {
      let (character, length, isValid): ([UInt8], Int, Bool)
      switch parser.parseScalar(from: &bytes) {
      case .valid(let encoded): (character, length, isValid) = (Array(encoded), encoded.count, true)
      case .error(let count):
        (character, length, isValid) = (Array(UTF8.encodedReplacementCharacter), count, false)
      case .emptyInput:
        endRun()
        if offset < original.count {
          html += "<mark title=\"\(original.count - offset) bytes are missing\">…</mark>".utf8
        }
        return same
      }
      let place = original.startIndex + offset
      let isSame =
        isValid && place + length <= original.endIndex
        && original[place..<place + length].elementsEqual(text[offset..<offset + length])
      if isSame { same += length }
      if isSame == isMarked { endRun() }
      isMarked = !isSame
      run += character
      offset += length
    }
  }
}
