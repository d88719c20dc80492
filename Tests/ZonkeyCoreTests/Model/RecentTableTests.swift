import Synchronization
import TestSupport
import Testing
import ZonkeyCore

@Suite struct RecentTableTests {
  private static let capacity = 4096

  /// A row that every number of a key goes into.
  private func row(_ keys: LookupKeys, _ key: Int) -> [Float] {
    let numbers = keys.numbers(key)
    let sum = numbers.reduce(0) { ($0 * 31 + Int($1)) % 65_521 }
    return [Float(sum), Float(numbers.count), Float(keys.tag(key))]
  }

  /// Keys of which few are met often; some differ in their tag alone.
  private func keys(_ random: inout SeededNumbers) -> LookupKeys {
    var keys = LookupKeys()
    for _ in 0..<Int.random(in: 0...Self.capacity, using: &random) {
      let draw = Double.random(in: 0..<1, using: &random)
      let word = Int(20_000 * draw * draw * draw * draw)
      keys.append(
        (0..<2 + word % 7).map { Int32($0 == 1 ? word / 258 : word % 258) }, tag: word / 7 % 2)
    }
    return keys
  }

  /// Looks keys up that are computed in two runs; how many were, nil when something wrong was found.
  private func computed(_ keys: LookupKeys, by table: RecentTable, on zonkey: Zonkey) -> Int? {
    let (tape, results) = (zonkey.tape(), zonkey.tape())
    let out = results.empty(keys.count, 3)
    var computed = 0
    table.look(up: keys, into: out) { unknown, found in
      computed += unknown.count
      let half = unknown.count / 2
      for run in [unknown[..<half], unknown[half...]] where !run.isEmpty {
        found(tape.constant(run.flatMap { row(keys, $0) }, columns: 3))
      }
    }
    return out.array == (0..<keys.count).flatMap { row(keys, $0) } ? computed : nil
  }

  /// Through several generations: what is found is what is computed, and seldom computed twice.
  @Test func whatIsFoundIsWhatIsComputed() throws {
    let (zonkey, table) = (try randomZonkey(), RecentTable(capacity: Self.capacity, width: 3))
    var (random, sum, asked) = (SeededNumbers(7), 0, 0)
    for _ in 0..<20 {
      let keys = keys(&random)
      sum += try #require(computed(keys, by: table, on: zonkey))
      asked += keys.count
    }
    #expect(sum < asked * 3 / 4 && sum > Self.capacity)
  }

  @Test func oneKeyIsComputedOnce() throws {
    let (zonkey, table) = (try randomZonkey(), RecentTable(capacity: Self.capacity, width: 3))
    var keys = LookupKeys()
    for place in 0..<100 { keys.append([7, Int32(place % 2)], tag: 0) }
    #expect(computed(keys, by: table, on: zonkey) == 2)
    #expect(computed(keys, by: table, on: zonkey) == 0)
  }

  /// Threads that look up much the same, in a table that is full all the time.
  @Test func threadsShareOne() throws {
    let (zonkey, table) = (try randomZonkey(), RecentTable(capacity: 256, width: 3))
    let wrong = Mutex(0)
    Workers(count: 4).run(64) { _, round in
      var random = SeededNumbers(UInt64(round % 8))
      if computed(keys(&random), by: table, on: zonkey) == nil { wrong.withLock { $0 += 1 } }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  /// A segment's latent is the same wherever it stands, before the same unit.
  @Test func aLatentIsAFunctionOfTheSegment() throws {
    let zonkey = try randomZonkey()
    let text = Array(String(repeating: "one and two and ", count: 60).utf8)
    let encoded = try DocumentEncoder(zonkey, options: SplitOptions(rule: .sample(seed: 5)))
      .encode([text, Array(text.reversed())], withLatents: true)
    var known: [[UInt8]: [Float]] = [:]
    var repeated = 0
    for (document, bytes) in zip(encoded, [text, text.reversed()]) {
      let width = document.latents.count / document.segments[0].count
      for (row, segment) in document.segments[0].enumerated() where segment.end < bytes.count {
        let latent = Array(document.latents[row * width..<(row + 1) * width])
        let key = Array(bytes[segment.start...segment.end]) + [UInt8(segment.end - segment.start)]
        if let before = known[key] {
          repeated += 1
          #expect(before == latent)
        }
        known[key] = latent
      }
    }
    #expect(repeated > 0)
  }

  /// More segments than the table holds, and a document that was seen before and after.
  @Test func nothingDependsOnWhatTheEncoderHolds() throws {
    let zonkey = try randomZonkey()
    let options = SplitOptions(rule: .sample(seed: 3))
    let used = try DocumentEncoder(zonkey, options: options)
    let plain = try DocumentEncoder(zonkey, options: options, looksUp: false)
    var state: UInt32 = 1
    let noise = (0..<60_000).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 25)
    }
    let text = Array("seen before, and seen again behind much else".utf8)
    for document in [text, noise, text, noise.suffix(3000)] {
      let isSame =
        used.encode([document], withLatents: true) == plain.encode([document], withLatents: true)
      #expect(isSame)
    }
  }

  /// Segments decoded with a table are those that are decoded without one.
  @Test func nothingDependsOnWhatTheDecoderHolds() throws {
    let zonkey = try randomZonkey()
    let level = zonkey.model.levels[0]
    let width = level.configuration.latentWidth
    let source = RandomSource(seed: 2)
    let few = (0..<5).map { source.normal(source.key(UInt64($0)), count: width) }
    let count = 60
    let latents = (0..<count).flatMap { few[$0 * $0 % 5] }
    let starts = (0..<count).map { $0 * 3 + $0 % 2 }
    let table = RecentTable(width: LatentExpander.tableWidth(level))
    for starts in [starts, nil, starts] {
      let sequence = LatentSequence(
        latents: latents, count: count, starts: starts, length: starts.map { _ in 3 * count + 2 })
      let units = [nil, table].map { table in
        var all: [Float] = []
        LatentExpander(
          model: zonkey.model, level: level, tape: zonkey.tape(), existenceCutoff: 0.2,
          table: table
        ).expand([sequence]) { all += $1.array }
        return all
      }
      #expect(!units[0].isEmpty)
      let isSame = units[0] == units[1]
      #expect(isSame)
    }
  }
}
