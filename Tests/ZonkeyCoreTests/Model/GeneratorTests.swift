import TestSupport
import Testing
import ZonkeyCore

/// Documents from noise, several drawn together.
@Suite struct GeneratorTests {
  /// More than are drawn together, of different numbers of segments: places are taken again.
  @Test(arguments: [0, 1]) func documentsDoNotDependOnThoseBesideThem(level: Int) throws {
    var options = GenerationOptions()
    (options.steps, options.level, options.maxBytes) = (2, level, 120)
    let numbers = (1...2 * Generator.together + 3).map { $0 * 7 % 100 }
    let zonkey = try randomZonkey()
    let endless = try Generator(zonkey, options: options).documents(numbers)
    // What was drawn now and then ends documents from here on.
    let counts = Dictionary(grouping: endless.joined()) { $0 }.mapValues(\.count)
    let rare = try #require(
      counts.filter { $0.value > numbers.count / 2 }.min { $0.value < $1.value })
    let symbols = zonkey.model.embedding
    let width = symbols.columns
    for column in 0..<width {
      let values = zonkey.weights.values + symbols.offset + column
      values[256 * width] = values[Int(rare.key) * width]
      values[Int(rare.key) * width] *= -1
    }
    let ending = Zonkey(
      model: zonkey.model, weights: zonkey.weights, calibrations: zonkey.calibrations,
      state: zonkey.state, id: "ending")
    let generator = try Generator(ending, options: options)
    let together = generator.documents(numbers)
    #expect(together == numbers.map { generator.document($0) })
    var segments: Set<Int> = []
    for (number, text) in zip(numbers, together) {
      var pieces: [[UInt8]] = []
      generator.document(number) { pieces.append($0) }
      #expect(Array(pieces.joined()) == text)
      segments.insert(pieces.count)
    }
    #expect(segments.count > 1)
  }

  @Test func noDocumentsAreNone() throws {
    #expect(try Generator(randomZonkey(), options: GenerationOptions()).documents([]).isEmpty)
  }
}
