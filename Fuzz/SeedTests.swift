import TestSupport
import Testing

/// The readers that `make fuzz` tries, with its seeds and with what is easily made of them.
@Suite struct FuzzSeedTests {
  private static let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    .joined(separator: "/") + "/Tests/Fixtures/fuzz"

  @Test(arguments: Formats.all.keys.sorted())
  func seedsAndTheirBeginnings(format: String) throws {
    let read = try #require(Formats.all[format])
    let seeds = try names(in: "\(Self.folder)/\(format)")
    #expect(!seeds.isEmpty)
    for seed in seeds {
      let bytes = try readBytes("\(Self.folder)/\(format)/\(seed)")
      // Those that are small in all their places, the others in some of them.
      let step = max(1, bytes.count / 400)
      for count in stride(from: 0, through: bytes.count, by: step) {
        try read(Array(bytes[..<count]))
      }
      var random = SeededNumbers(UInt64(bytes.count))
      for place in stride(from: 0, to: bytes.count, by: step) {
        var changed = bytes
        changed[place] = UInt8.random(in: 0...255, using: &random)
        try read(changed)
      }
      try read(bytes)
    }
  }
}
