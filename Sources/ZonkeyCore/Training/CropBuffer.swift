import ZonkeyModel
import ZonkeyEngine
import ZonkeyBase

/// A piece of a document for training.
package struct Crop: Sendable, Equatable {
  package let bytes: [UInt8]
  /// Whether the document begins with it.
  package let begins: Bool
  /// Whether the document ends with it.
  package let complete: Bool

  package init(bytes: [UInt8], begins: Bool = true, complete: Bool) {
    self.bytes = bytes
    self.begins = begins
    self.complete = complete
  }

  /// Symbols for the model: the end of the document, and padding behind it, where it belongs.
  ///
  /// With `hidesLines` a space stands for newlines between lines, and where is told beside.
  package func symbols(
    _ configuration: Configuration, hidesLines: Bool = false
  ) -> DocumentSymbols {
    var (symbols, lineStarts) = hidesLines ? withHiddenLines() : (bytes.map { Int32($0) }, [])
    guard complete else {
      return DocumentSymbols(
        symbols: symbols, real: symbols.count, complete: false, lineStarts: lineStarts)
    }
    symbols.append(configuration.endSymbol)
    symbols.append(configuration.paddingSymbol)
    // Behind the last newline no line begins: there the end of the document stands.
    if lineStarts.last == symbols.count - 3 { lineStarts.removeLast() }
    return DocumentSymbols(
      symbols: symbols, real: symbols.count - 1, complete: true, lineStarts: lineStarts)
  }

  private func withHiddenLines() -> ([Int32], [Int]) {
    let newline = UInt8(ascii: "\n")
    var (symbols, lineStarts) = ([Int32](), [Int]())
    for (index, byte) in bytes.enumerated() {
      if byte != newline {
        symbols.append(Int32(byte))
      } else if index == 0 || bytes[index - 1] != newline {
        lineStarts.append(symbols.count)
        symbols.append(Int32(UInt8(ascii: " ")))
      }
    }
    return (symbols, lineStarts)
  }
}

/// Cuts documents into crops at random places and shuffles them in a bounded buffer.
///
/// Everything is a function of the seed and the order of documents, so that a resumed run that
/// reads the same corpus draws the same crops. Each pass over the corpus shifts the cuts, so that
/// every boundary of a crop falls elsewhere.
package final class CropBuffer {
  /// Gives the next document, or nil at the end of a pass.
  package typealias NextDocument = () throws -> [UInt8]?

  private let source: RandomSource
  private let cropLength: Int
  private let capacity: Int
  private let next: NextDocument
  /// Opens the corpus again for another pass; false when it cannot be read twice.
  private let restart: () throws -> Bool
  private let passLimit: Int?
  /// Share of the documents that are cut at lines.
  private let lineShare: Float

  private var crops: [Crop] = []
  private var waiting: [Crop] = []
  private var documents = 0
  private var draws = 0
  private var ended = false
  /// Passes over the corpus that are complete.
  package private(set) var passes = 0
  /// Documents read so far.
  package var documentsRead: Int { documents }
  /// Bytes handed out so far.
  package private(set) var bytes = 0

  /// `capacity` counts crops. `passLimit` ends the buffer after so many passes; without it a
  /// corpus that cannot be read twice is drawn from again and again once it has ended.
  package init(
    source: RandomSource, cropLength: Int, capacity: Int, passLimit: Int?, lineShare: Float = 0,
    next: @escaping NextDocument, restart: @escaping () throws -> Bool
  ) {
    self.source = source
    self.cropLength = max(2, cropLength)
    self.capacity = max(1, capacity)
    self.passLimit = passLimit
    self.lineShare = lineShare
    self.next = next
    self.restart = restart
  }

  /// The next crop, or nil when the passes are used up or the corpus is empty.
  package func draw() throws -> Crop? {
    // Two in for one out until the buffer is full: training starts before all of it is read.
    if crops.isEmpty { try fill(to: min(capacity, 1024)) } else { try fill(to: crops.count + 1) }
    guard !crops.isEmpty else { return nil }
    draws += 1
    let index = source.index(source.key(0xC0, UInt64(draws)), below: crops.count)
    let crop = crops[index]
    bytes += crop.bytes.count
    if let replacement = try pull() {
      crops[index] = replacement
    } else if passLimit != nil {
      crops[index] = crops[crops.count - 1]
      crops.removeLast()
    }
    return crop
  }

  private func fill(to count: Int) throws {
    while crops.count < min(count, capacity), let crop = try pull() { crops.append(crop) }
  }

  /// The next crop in the corpus' order.
  private func pull() throws -> Crop? {
    var emptyPass = false
    while waiting.isEmpty {
      if ended { return nil }
      if let document = try next() {
        documents += 1
        waiting = (isCutAtLines() ? lines(of: document) : cut(document)).reversed()
      } else {
        passes += 1
        if passes == passLimit || emptyPass {
          ended = true
        } else if try !restart() {
          ended = true
        }
        emptyPass = true
      }
    }
    return waiting.popLast()
  }

  /// Whether the document that was read last is cut at lines.
  private func isCutAtLines() -> Bool {
    guard lineShare > 0 else { return false }
    let number = source.index(source.key(0xC2, UInt64(documents), UInt64(passes)), below: 1 << 20)
    return Float(number) < lineShare * Float(1 << 20)
  }

  /// The lines of a document as documents of their own: people send lines.
  private func lines(of document: [UInt8]) -> [Crop] {
    document.split(separator: UInt8(ascii: "\n")).flatMap { cut(Array($0)) }
  }

  /// Crops that tile the document, the first one of random length, cut between UTF-8 characters.
  private func cut(_ document: [UInt8]) -> [Crop] {
    guard !document.isEmpty else { return [] }
    var crops: [Crop] = []
    var start = 0
    var end = document.count
    if document.count > cropLength {
      let key = source.key(0xC1, UInt64(documents), UInt64(passes))
      end = 1 + source.index(key, below: cropLength)
    }
    while start < document.count {
      var stop = min(end, document.count)
      let wanted = stop
      while stop > start && !isBorder(stop, of: document) { stop -= 1 }
      if stop == start {
        // A character longer than the crop is taken whole; bytes that are no text are just cut.
        stop = wanted
        while stop - start < 4 && !isBorder(stop, of: document) { stop += 1 }
      }
      crops.append(
        Crop(
          bytes: Array(document[start..<stop]), begins: start == 0,
          complete: stop == document.count))
      start = stop
      end = start + cropLength
    }
    return crops
  }

  /// Whether a character begins or the document ends at a place.
  private func isBorder(_ place: Int, of document: [UInt8]) -> Bool {
    place >= document.count || !document[place].isUTF8Continuation
  }
}
