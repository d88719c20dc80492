import TestSupport
import Testing
import ZonkeyCore

/// Crops tile the corpus, respect characters and are a function of the seed.
@Suite struct TrainingCropTests {
  /// Documents of many lengths (one empty) in which every byte of ASCII and of two to four bytes.
  private static let corpus: [[UInt8]] = {
    var numbers = SeededNumbers(2)
    let characters = ["a", "b", " ", "é", "ß", "漢", "字", "🦓", "\n"]
    return [0, 1, 3, 17, 16, 15, 40, 200, 73].map { length in
      (0..<length).flatMap { _ in
        Array(characters[Int(numbers.uniform() * Double(characters.count))].utf8)
      }
    }
  }()

  private func buffer(
    _ documents: [[UInt8]] = corpus, seed: UInt64 = 1, cropLength: Int = 16, capacity: Int = 8,
    passes: Int? = 1, restarts: Bool = true, lineShare: Float = 0
  ) -> CropBuffer {
    var index = 0
    return CropBuffer(
      source: RandomSource(seed: seed), cropLength: cropLength, capacity: capacity,
      passLimit: passes, lineShare: lineShare,
      next: {
        guard index < documents.count else { return nil }
        index += 1
        return documents[index - 1]
      },
      restart: {
        index = 0
        return restarts
      })
  }

  private func all(_ buffer: CropBuffer) throws -> [Crop] {
    var crops: [Crop] = []
    while let crop = try buffer.draw() { crops.append(crop) }
    return crops
  }

  /// Documents that are cut at lines give their lines as documents, without the newlines.
  @Test func linesAreDocuments() throws {
    let lines = try all(buffer(lineShare: 1))
    let newline = UInt8(ascii: "\n")
    #expect(lines.allSatisfy { !$0.bytes.contains(newline) && !$0.bytes.isEmpty })
    let wanted = Self.corpus.reduce(0) { $0 + $1.count { $0 != newline } }
    #expect(lines.reduce(0) { $0 + $1.bytes.count } == wanted)
    let count = Self.corpus.reduce(0) { $0 + $1.split(separator: newline).count }
    #expect(lines.count { $0.complete } == count)
    #expect(try all(buffer(lineShare: 1)) == lines)
  }

  /// A space stands for newlines between lines, and the places are told.
  @Test func hiddenLines() throws {
    let configuration = try #require(Configuration.preset("tiny"))
    let crop = Crop(bytes: Array("ab\n\nc\n".utf8), complete: true)
    let symbols = crop.symbols(configuration, hidesLines: true)
    #expect(symbols.symbols == [97, 98, 32, 99, 32, 257, 256] && symbols.real == 6)
    // No line begins at the end.
    #expect(symbols.lineStarts == [2])
    #expect(crop.symbols(configuration).lineStarts.isEmpty)
  }

  /// Whether some order of the crops gives exactly the documents, by trying to lay them.
  private func tiles(_ crops: [Crop], _ documents: [[UInt8]]) -> Bool {
    var counts: [Crop.Key: Int] = [:]
    for crop in crops { counts[Crop.Key(crop), default: 0] += 1 }
    func lay(_ document: Int, _ position: Int) -> Bool {
      guard document < documents.count else { return counts.values.allSatisfy { $0 == 0 } }
      let bytes = documents[document]
      if position == bytes.count { return lay(document + 1, 0) }
      for (key, count) in counts where count > 0 {
        let end = position + key.bytes.count
        guard end <= bytes.count, key.complete == (end == bytes.count),
          bytes[position..<end].elementsEqual(key.bytes)
        else { continue }
        counts[key] = count - 1
        if lay(document, end) { return true }
        counts[key] = count
      }
      return false
    }
    return lay(0, 0)
  }

  @Test(arguments: [2, 5, 16, 1000], [1, 3, 100])
  func everyByteOncePerPass(cropLength: Int, capacity: Int) throws {
    let buffer = buffer(cropLength: cropLength, capacity: capacity)
    let crops = try all(buffer)
    let size = Self.corpus.reduce(0) { $0 + $1.count }
    #expect(crops.reduce(0) { $0 + $1.bytes.count } == size)
    #expect(buffer.bytes == size && buffer.passes == 1)
    #expect(buffer.documentsRead == Self.corpus.count)
    #expect(crops.allSatisfy { !$0.bytes.isEmpty })
    let documents = Self.corpus.filter { !$0.isEmpty }
    #expect(crops.filter(\.complete).count == documents.count)
    let beginnings = crops.filter(\.begins).map(\.bytes)
    #expect(beginnings.count == documents.count)
    #expect(documents.allSatisfy { document in beginnings.contains { document.starts(with: $0) } })
    #expect(crops.flatMap(\.bytes).sorted() == Self.corpus.flatMap { $0 }.sorted())
  }

  @Test func cropsTileDocuments() throws {
    #expect(tiles(try all(buffer(cropLength: 40)), Self.corpus))
    // Bytes that tell their place: laid side by side, crops must give the document again.
    let document = (0..<250).map { UInt8($0 % 128) }
    for capacity in [1, 4, 50] {
      let crops = try all(buffer([document], capacity: capacity))
      #expect(tiles(crops, [document]))
      #expect(crops.allSatisfy { $0.bytes.count <= 16 })
    }
  }

  @Test(arguments: [4, 5, 7, 16, 64]) func cropsBeginBetweenCharacters(cropLength: Int) throws {
    for seed in 0..<20 {
      let crops = try all(buffer(seed: UInt64(seed), cropLength: cropLength))
      #expect(crops.allSatisfy { $0.bytes.first.map { $0 & 0xC0 != 0x80 } ?? false })
      #expect(crops.allSatisfy { String(validating: $0.bytes, as: UTF8.self) != nil })
    }
  }

  /// Bytes that are no text (a run of continuation bytes) still are cut into crops.
  @Test func bytesThatAreNoText() throws {
    let document = [UInt8](repeating: 0x80, count: 50)
    let crops = try all(buffer([document], cropLength: 7))
    #expect(crops.reduce(0) { $0 + $1.bytes.count } == 50)
    #expect(crops.allSatisfy { !$0.bytes.isEmpty })
  }

  @Test func seedsDecideCrops() throws {
    let first = try all(buffer(seed: 5))
    #expect(try all(buffer(seed: 5)) == first)
    #expect(try all(buffer(seed: 6)) != first)
  }

  @Test func passesCutElsewhere() throws {
    let document = (0..<250).map { UInt8($0 % 128) }
    let crops = try all(buffer([document], capacity: 1, passes: 2))
    let firstEnd = try #require(crops.firstIndex { $0.complete })
    let (first, second) = (crops[...firstEnd], crops[(firstEnd + 1)...])
    #expect(first.flatMap { $0.bytes } == document && second.flatMap { $0.bytes } == document)
    #expect(first.map { $0.bytes.count } != second.map { $0.bytes.count })
  }

  @Test func endlessAndEmpty() throws {
    let endless = buffer(passes: nil)
    for _ in 0..<500 { #expect(try endless.draw() != nil) }
    #expect(endless.passes > 3)
    // A corpus that cannot be read twice is drawn from again and again.
    let once = buffer(passes: nil, restarts: false)
    for _ in 0..<500 { #expect(try once.draw() != nil) }
    #expect(once.passes == 1)
    for documents in [[], [[]], [[], []]] as [[[UInt8]]] {
      #expect(try buffer(documents, passes: nil).draw() == nil)
      #expect(try buffer(documents, passes: 3).draw() == nil)
    }
  }

  @Test func symbolsOfCrops() throws {
    let configuration = try #require(Configuration.preset("tiny"))
    let cut = Crop(bytes: [1, 255], complete: false).symbols(configuration)
    #expect(cut == DocumentSymbols(symbols: [1, 255], real: 2, complete: false))
    let whole = Crop(bytes: [1], complete: true).symbols(configuration)
    #expect(whole == DocumentSymbols(symbols: [1, 257, 256], real: 2, complete: true))
  }
}

extension Crop {
  fileprivate struct Key: Hashable {
    let bytes: [UInt8]
    let complete: Bool
    init(_ crop: Crop) { (bytes, complete) = (crop.bytes, crop.complete) }
  }
}
