import Testing
import ZonkeyCore

/// Work that must grow no faster than its input, counted and not timed.
@Suite struct GrowthTests {
  @Test(arguments: [0, 1]) func infillingGrowsWithTheGaps(level: Int) throws {
    let zonkey = try randomZonkey()
    var options = GenerationOptions()
    (options.steps, options.level) = (1, level)
    func work(_ gaps: Int) throws -> Int {
      let infiller = try Infiller(zonkey, options: options)
      let known = (0...gaps).map { Array("the known text number \($0) of many ".utf8) }
      _ = infiller.fill(
        GappedDocument(known: known, gaps: Array(repeating: 2, count: gaps)), number: 1)
      return infiller.multiplyAdds
    }
    // From where the text is longer than a window reaches.
    let (some, more) = (try work(40) - work(20), try work(160) - work(140))
    #expect(more < some + some / 4, "\(some) for 20 gaps, \(more) for as many later ones")
  }

  @Test(arguments: [false, true]) func attributesAreBounded(isWide: Bool) throws {
    func dump(_ count: Int) -> [UInt8] {
      let attributes = (0..<count).map { " a\($0)='1'" }.joined()
      let text =
        "<mediawiki\(attributes)><page><title>T</title><ns>0</ns><revision>"
        + "<text>a = b &lt; c = d</text></revision></page></mediawiki>"
      return isWide ? [0xFF, 0xFE] + text.utf8.flatMap { [$0, 0] } : Array(text.utf8)
    }
    func read(_ bytes: [UInt8], step: Int) throws -> Int {
      var place = 0
      let reader = MediaWikiReader(
        ByteStream(source: "-") { target in
          let count = min(target.count, step, bytes.count - place)
          target.copyBytes(from: bytes[place..<place + count])
          place += count
          return count
        })
      var count = 0
      while try reader.next() != nil { count += 1 }
      return count
    }
    for step in [1, 7, 1 << 16] {
      #expect(try read(dump(900), step: step) == 1)
      let error = #expect(throws: ZonkeyError.self) { try read(dump(300_000), step: max(step, 7)) }
      #expect(error?.description.contains("attributes") == true)
    }
  }
}
