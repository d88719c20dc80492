import TestSupport
import Testing
import ZonkeyCore

@Suite struct SymbolSplitterTests {
  /// Looking up is computing, whatever the splitter's width and that of its heads.
  @Test(arguments: [
    (heads: 2, width: 0), (2, 8), (2, 16), (4, 8), (4, 16), (4, 32), (4, 64), (2, 12),
  ])
  func isThatOfTheLevel(heads: Int, width: Int) throws {
    let zonkey = try randomZonkey(["levels.0.heads=\(heads)", "levels.0.splitterWidth=\(width)"])
    let (level, tape) = (zonkey.model.levels[0], zonkey.tape())
    #expect(level.configuration.splitterWidth == (width > 0 ? width : 16))
    #expect((level.splitter.input == nil) == (width == 0))
    let offsets: ContiguousArray<Int32> = [0, 1, 1, 30, 90]
    let symbols = ContiguousArray((0..<90).map { (place: Int) -> Int32 in Int32(place * 37 % 258) })
    let embedding = tape.use(zonkey.model.embedding)
    let wanted = level.boundaryProbability(
      tape.gather(embedding, symbols), offsets: offsets, on: tape
    ).array
    let found = zonkey.symbolTables.splitter.boundaryProbability(
      symbols, offsets: offsets, on: tape
    ).array
    #expect(found.count == 90 && worstDifference(found, doubles(wanted)) <= 2e-6)
    let spread = (wanted.max() ?? 0) - (wanted.min() ?? 0)
    #expect(spread > 1e-3, "such a spread would hide a difference")
  }

  /// In use the splitter of a document is the same whatever stands beside it, at every level.
  @Test func narrowSplittersTakeDocumentsApart() throws {
    let zonkey = try randomZonkey(["levels.0.splitterWidth=8", "levels.1.splitterWidth=4"])
    let encoder = try DocumentEncoder(
      zonkey, options: SplitOptions(rule: .sample(seed: 2), topLevel: 1))
    let texts = ["some text", "", "and more of it, with a comma", "x"].map { Array($0.utf8) }
    let together = encoder.encode(texts, withLatents: true)
    for (index, text) in texts.enumerated() {
      let alone = encoder.encode([text], firstNumber: index + 1, withLatents: true)[0]
      #expect(alone == together[index])
      #expect(Array(encoder.parts(of: text, number: index + 1, withLatents: true)).count <= 1)
    }
  }
}
