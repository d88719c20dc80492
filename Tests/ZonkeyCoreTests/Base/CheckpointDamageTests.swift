import TestSupport
import Testing
import ZonkeyCore

/// Whatever is wrong with a file, reading it throws `badModel` and never traps.
@Suite struct CheckpointDamageTests {
  @Test(arguments: [
    ("", "header is not JSON"),
    ("{", "header is not JSON"),
    (" {}", "not a JSON object"),
    ("[]", "not a JSON object"),
    (#"{"__metadata__":[]}"#, "metadata is not an object"),
    (#"{"__metadata__":{"a":1}}"#, "metadata 'a' is not a string"),
    (#"{"__metadata__":{"a":"","a":""}}"#, "twice"),
    ("{\"__metadata__\":{\"\u{E9}\":\"\",\"e\u{301}\":\"\"}}", "twice"),
    (#"{"a":1}"#, "no dtype"),
    (#"{"a":{"dtype":"F4","shape":[8],"data_offsets":[0,4]}}"#, "'F4', which zk does not read"),
    (#"{"a":{"dtype":"U8","shape":4,"data_offsets":[0,4]}}"#, "not a list of sizes"),
    (#"{"a":{"dtype":"U8","data_offsets":[0,4]}}"#, "not a list of sizes"),
    (#"{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}"#, "not a list of sizes"),
    (#"{"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}"#, "not a list of sizes"),
    (
      #"{"a":{"dtype":"U8","shape":[18446744073709551620],"data_offsets":[0,4]}}"#,
      "not a list of sizes"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4294967296,4294967297],"data_offsets":[0,4]}}"#,
      "too large"
    ),
    (
      #"{"a":{"dtype":"I64","shape":[2305843009213693953],"data_offsets":[0,4]}}"#,
      "too large"
    ),
    (#"{"a":{"dtype":"U8","shape":[4]}}"#, "not a start and an end"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4]}}"#, "not a start and an end"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,2,4]}}"#, "not a start and an end"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}"#, "not a start and an end"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[-4,0]}}"#, "not a start and an end"),
    (#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,4]}}"#, "needs 16 bytes"),
    (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#, "file has 4"),
    (#"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}"#, "file has 4"),
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775806,9223372036854775807]}}"#,
      "should begin at byte 0"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
        + #""b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#, "should begin at byte 2"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"#
        + #""b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, "should begin at byte 3"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
        + #""a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, "appears twice"
    ),
    (#"{"a":[[[[[[[[[[]]]]]]]]]]}"#, "nested deeper"),
  ])
  func badHeader(header: String, reason: String) {
    expectBad(safetensors(header, data: [1, 2, 3, 4]), reason)
  }

  @Test func badLength() {
    expectBad([], "is empty")
    expectBad([1, 2, 3], "under 8 bytes")
    expectBad([UInt8](repeating: 0xFF, count: 100), "neither as zstd nor as safetensors")
    expectBad([1, 0xE1, 0xF5, 5, 0, 0, 0, 0], "neither as zstd nor as safetensors")
    expectBad([0, 0xE1, 0xF5, 5, 0, 0, 0, 0], "file ends before")
    expectBad([3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], "file ends before")
  }

  @Test func offsetsMayBeOutOfOrderInTheHeader() throws {
    let file = try SafetensorsFile(
      parsing: safetensors(
        #"{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2],"more":0},"#
          + #""a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: [1, 2]), path: "t")
    #expect(file.tensors.map(\.name) == ["b", "a"])
    #expect(try file["b"]?.uint8s() == [2])
  }

  @Test func everyTruncationIsAnError() throws {
    let plain = sampleFile.serialised()
    for count in 0..<plain.count { expectBad(Array(plain[..<count]), "") }
    let frame = try ZstdFrame.compress(plain)
    for count in 0..<frame.count { expectBadFrame(Array(frame[..<count])) }
  }

  @Test func everyFlippedByteIsAnErrorOrSound() throws {
    let plain = sampleFile.serialised()
    for index in plain.indices {
      for mask: UInt8 in [1, 0x80, 0xFF] {
        var bytes = plain
        bytes[index] ^= mask
        // A changed name or number can be as good as the old one; then it must be usable.
        guard let file = try? SafetensorsFile(parsing: bytes, path: "t") else { continue }
        for array in file.tensors { _ = try? array.floats() }
        let again = try SafetensorsFile(parsing: file.serialised(), path: "t")
        #expect(again == file)
      }
    }
  }

  @Test func everyFlippedBitOfAFrameIsFound() throws {
    let plain = sampleFile.serialised()
    let frame = try ZstdFrame.compress(plain)
    for index in frame.indices {
      for bit in 0..<8 {
        var bytes = frame
        bytes[index] ^= 1 << bit
        guard ZstdFrame.isZstd(bytes) else { continue }
        do {
          // Some bits of a frame mean nothing; the content is what counts.
          #expect(try ZstdFrame.decompress(bytes, limit: 1 << 30) == plain)
        } catch {
          guard case .badModel = error else {
            Issue.record("\(error)")
            return
          }
        }
      }
    }
  }

  @Test func randomBytesAreAnError() {
    var random = SeededNumbers(3)
    for _ in 0..<3000 {
      let count = Int.random(in: 0...60, using: &random)
      var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      if Bool.random(using: &random) {
        bytes = [0x28, 0xB5, 0x2F, 0xFD] + bytes
        expectBadFrame(bytes)
      } else {
        expectBad(safetensors(String(decoding: bytes, as: UTF8.self)), "")
      }
    }
  }

  private func expectBad(
    _ bytes: [UInt8], _ reason: String, location: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: ZonkeyError.self, sourceLocation: location) {
      try SafetensorsFile(parsing: bytes, path: "m.zk")
    }
    guard case .badModel(let path, let text)? = error else {
      Issue.record("\(String(describing: error)) is not badModel", sourceLocation: location)
      return
    }
    #expect(path == "m.zk" && (reason.isEmpty || text.contains(reason)), "\(text)")
  }

  private func expectBadFrame(
    _ bytes: [UInt8], location: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: ZonkeyError.self, sourceLocation: location) {
      try ZstdFrame.decompress(bytes, limit: 1 << 20, path: "m.zk")
    }
    guard case .badModel? = error else {
      Issue.record("\(String(describing: error)) is not badModel", sourceLocation: location)
      return
    }
  }
}
