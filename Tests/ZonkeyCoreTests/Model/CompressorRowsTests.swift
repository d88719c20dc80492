import TestSupport
import Testing
import ZonkeyCore

@Suite struct CompressorRowsTests {
  private let zonkey: Zonkey

  init() throws { zonkey = try randomZonkey() }

  /// Looking rows up is computing them, but for the order in which positions are added.
  @Test func areThoseThatAreComputed() throws {
    let (level, tape) = (zonkey.model.levels[0], zonkey.tape())
    let vectors = tape.normalized(tape.use(zonkey.model.embedding))
    let taps = level.compressorTaps(vectors, on: tape)
    let lookup = try #require(
      CompressorRows(zonkey, symbolVectors: vectors, symbolTaps: taps, rows: 64))
    let offsets: ContiguousArray<Int32> = [0, 1, 1, 3, 15, 20]
    let symbols = ContiguousArray(
      (0..<20).map { (place: Int) -> Int32 in place % 3 == 0 ? 257 : Int32(place % 7 * 40) })
    let existence = tape.constant(
      (0..<20).map { (place: Int) -> Float in 1 / Float(1 + place % 5) })
    let wanted = level.compress(
      tape.gather(vectors, symbols), existence: existence, offsets: offsets, on: tape)
    for _ in 0..<2 {
      let rows = lookup.rows(symbols, offsets: offsets, on: tape)
      let found = level.compress(rows, existence: existence, offsets: offsets, on: tape)
      #expect(found.array.count == wanted.array.count)
      #expect(worstDifference(found.array, doubles(wanted.array)) <= 2e-6)
      let computed = tape.prefixed(
        level.compressorInput(tape.gather(vectors, symbols), offsets: offsets, on: tape),
        prefix: tape.use(level.compressor.learned), offsets: offsets)
      #expect(tape.gather(rows.table, rows.rows).array == computed.array)
    }
  }

  /// More triples than the table holds, and a document that was seen before and after.
  @Test func nothingDependsOnWhatTheTableHolds() throws {
    let options = SplitOptions(rule: .sample(seed: 3))
    let used = try DocumentEncoder(zonkey, options: options)
    var state: UInt32 = 1
    let noise = (0..<12_000).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 25)
    }
    let text = Array("seen before, and seen again behind much else".utf8)
    let first = used.encode([text], withLatents: true)
    let fresh = try DocumentEncoder(zonkey, options: options)
    #expect(used.encode([noise], withLatents: true) == fresh.encode([noise], withLatents: true))
    #expect(used.encode([text], withLatents: true) == first)
    let last = Array(noise.suffix(3000))
    #expect(
      used.encode([last], withLatents: true)
        == (try DocumentEncoder(zonkey, options: options).encode([last], withLatents: true)))
  }
}
