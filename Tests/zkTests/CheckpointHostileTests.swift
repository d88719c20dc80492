import TestSupport
import Testing
import ZonkeyCore
import ZonkeyPlatform

/// Files that were made to fill the memory or to trap: each is refused with status 65, in 1 GB of
/// address space and two seconds of processor time.
@Suite struct CheckpointHostileTests {
  /// The header of a checkpoint with these settings; `change` alters metadata and arrays.
  private func header(
    _ settings: String, isTraining: Bool = false,
    state: String = #"{"step":1,"bytes":100,"seed":"1","elapsed_seconds":1}"#,
    change: (inout [String: String], inout [(String, ElementType, [Int])]) -> Void = { _, _ in }
  ) throws -> SafetensorsHeader {
    var configuration = try #require(Configuration.preset("tiny"))
    try configuration.apply(JSONValue(parsing: settings))
    let model = try? ZonkeyModel(configuration)
    let prefixes = isTraining ? ["average.", "", "adam.first.", "adam.second."] : ["average."]
    var arrays = prefixes.flatMap { prefix in
      (model?.parameters.entries ?? []).map {
        (prefix + $0.name, ElementType.float32, [$0.parameter.rows, $0.parameter.columns])
      }
    }
    let calibration = #"{"expected_rate":0.2,"thresholds":[0.5,0.4]}"#
    let calibrations = configuration.levels.map { _ in calibration }.joined(separator: ",")
    var metadata = [
      "format": "zk-checkpoint-1", "id": "0123456789abcdef", "state": state,
      "configuration": String(decoding: configuration.json.serialised(), as: UTF8.self),
      "calibration": "[\(calibrations)]",
    ]
    change(&metadata, &arrays)
    return SafetensorsHeader(metadata: metadata, arrays: arrays.map { ($0.0, $0.1, $0.2) })
  }

  private static let nano =
    #"{"levels":[{"width":16,"heads":2,"compressorLayers":1,"documentLength":64}]}"#

  /// A frame of a header and zeros, which is a small file whatever the zeros are.
  private func write(_ header: SafetensorsHeader, zeros: Int? = nil, to path: String) throws {
    let output = try AtomicFile(path: path)
    let encoder = try ZstdEncoder(level: 1)
    func write(_ bytes: [UInt8]) throws {
      try bytes.withUnsafeBytes { try encoder.write($0) { try output.write($0) } }
    }
    try write(header.serialised())
    let piece = [UInt8](repeating: 0, count: 1 << 20)
    var left = zeros ?? header.dataBytes
    while left > 0 {
      try write(Array(piece.prefix(left)))
      left -= piece.count
    }
    try encoder.finish { try output.write($0) }
    try output.commit()
  }

  private func expectRefused(
    _ command: String, in folder: String, status: Int32 = 65,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try runShell(
      "cd '\(folder)'; ulimit -v 1048576; ulimit -t 2; echo text > in; \(command)")
    #expect(result.status == status, "\(result.stderr.prefix(500))", sourceLocation: location)
    #expect(result.stderr.contains("zk ") || status == 0, sourceLocation: location)
  }

  @Test(arguments: [
    #"{"levels":[{"width":8192,"heads":8}]}"#,
    #"{"levels":[{"width":4096,"heads":8,"compressorLayers":64,"denoiserLayers":64}]}"#,
  ])
  func aWideModelOfFewBytes(settings: String) throws {
    try withTemporaryFolder { folder in
      // Only the first array is there; and all of them, each of one number.
      try write(header(settings) { $1 = [$1[0]] }, zeros: 100_000, to: "\(folder)/a")
      try write(header(settings) { $1 = $1.map { ($0.0, $0.1, [1, 1]) } }, to: "\(folder)/b")
      try write(header(settings), zeros: 100_000, to: "\(folder)/c")
      for name in ["a", "b", "c"] {
        for verb in ["split -m \(name) in", "info \(name)", "info --check \(name)"] {
          try expectRefused("zk \(verb)", in: folder)
        }
      }
    }
  }

  @Test func aFrameOfZeros() throws {
    try withTemporaryFolder { folder in
      let header = try self.header(#"{"levels":[{"width":1024,"heads":8,"compressorLayers":12}]}"#)
      #expect(header.dataBytes > 1_000_000_000)
      try write(header, to: "\(folder)/zeros")
      #expect(try readBytes("\(folder)/zeros").count < 1 << 20)
      try expectRefused("zk split -m zeros in", in: folder)
      try expectRefused("cat zeros | zk info -", in: folder)
    }
  }

  @Test func devicesAndPipesWithoutAnEnd() throws {
    try withTemporaryFolder { folder in
      try expectRefused("zk split -m /dev/zero in", in: folder)
      try expectRefused("yes | zk split -m /dev/stdin in", in: folder)
      try expectRefused("cat /dev/zero | zk split -m /dev/stdin in", in: folder)
      try expectRefused("zk info /dev/zero", in: folder)
      try expectRefused("yes | zk info -", in: folder)
      // A small part of what is compressed is much of what is not.
      try expectRefused("yes | gzip | zk info -", in: folder)
      try expectRefused("yes '{' | gzip | zk info -", in: folder)
      try expectRefused("yes '{}' | xz -0 | zk info -", in: folder)
      #expect(entries(folder) == ["in"])
    }
  }

  /// What follows the end of a checkpoint is not copied.
  @Test func checkpointsWithoutAnEnd() throws {
    try withTemporaryFolder { folder in
      let plain = try CheckpointFile.read(NanoModel.path()).serialised()
      try writeBytes(plain, to: "\(folder)/plain")
      try expectRefused("(cat plain; yes) | zk info -", in: folder)
      try expectRefused("(cat plain; yes) | gzip | zk info -", in: folder)
      try expectRefused("cat plain | gzip | zk info -", in: folder, status: 0)
      #expect(entries(folder) == ["in", "plain"])
    }
  }

  @Test(arguments: [90_000_000, 8_000_000])
  func aHeaderOfNothing(count: Int) throws {
    try withTemporaryFolder { folder in
      var bytes = (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
      bytes += Array(("{\"a\":[" + String(repeating: "0,", count: count / 2)).utf8)
      try writeBytes(bytes, to: "\(folder)/m")
      try expectRefused("zk split -m m in", in: folder)
      try expectRefused("zk info m", in: folder)
    }
  }

  @Test(arguments: [
    #"{"step":4611686018427387904,"bytes":100,"seed":"1","elapsed_seconds":1}"#,
    #"{"step":1125899906842624,"bytes":100,"seed":"1","elapsed_seconds":1}"#,
    #"{"step":1,"bytes":9223372036854775807,"seed":"1","elapsed_seconds":1}"#,
    #"{"step":1,"bytes":1,"seed":"1","elapsed_seconds":1e300}"#,
    #"{"step":1,"bytes":1,"seed":"1","elapsed_seconds":1,"decay_first":0,"decay_end":9223372036854775807}"#,
    #"{"step":1,"bytes":1,"seed":"1","elapsed_seconds":1,"decay_first":9,"decay_end":1}"#,
    #"{"step":1,"bytes":1,"seed":"1","elapsed_seconds":1,"validation":{"step":-1,"clean":[],"dirty":[]}}"#,
    #"{"step":1,"bytes":1,"seed":"1","elapsed_seconds":1,"validation":{"step":1,"clean":[1e300],"dirty":[1]}}"#,
  ])
  func aStateOutOfRange(state: String) throws {
    try withTemporaryFolder { folder in
      try write(header(Self.nano, isTraining: true, state: state), to: "\(folder)/m")
      try expectRefused("zk info m", in: folder)
      try expectRefused("zk train --corpus in --resume=m -o out --steps 5", in: folder)
    }
  }

  @Test func largeNumbersThatAreAllowed() throws {
    try withTemporaryFolder { folder in
      let state =
        #"{"step":9,"bytes":9,"seed":"1","elapsed_seconds":1e10,"#
        + #""validation":{"step":1,"clean":[1e30],"dirty":[3e38]}}"#
      try write(header(Self.nano, state: state), to: "\(folder)/m")
      try expectRefused("zk info m; zk info --json m", in: folder, status: 0)
    }
  }

  @Test func settingsAndOptionsOutOfRange() throws {
    try withTemporaryFolder { folder in
      try write(
        header(Self.nano) { metadata, _ in
          metadata["configuration"]?.replace("\"vocabulary\":258", with: "\"vocabulary\":65536")
        }, to: "\(folder)/m")
      try expectRefused("zk split -m m in", in: folder)
      for options in [
        "--set decayShare=1 --steps 9223372036854775807", "--time 1e30d", "--time nan",
        "--time 1e308s", "--set batch=1e30", "--set warmupSteps=9223372036854775807 --steps 1",
      ] {
        try expectRefused("zk train --corpus in -o out \(options)", in: folder, status: 64)
      }
    }
  }

  @Test(arguments: [
    "[]", "{", #"{"segments":[],"counts":[]}"#, #"{"segments":["ab"],"counts":[0]}"#,
    #"{"segments":["longer than any segment"],"counts":[1]}"#,
    #"{"segments":["ab"],"counts":[9223372036854775807]}"#,
  ])
  func aLexiconThatIsNone(text: String) throws {
    try withTemporaryFolder { folder in
      try write(header(Self.nano) { metadata, _ in metadata["lexicon"] = text }, to: "\(folder)/m")
      try expectRefused("zk info m", in: folder)
      try expectRefused("zk generate -m m", in: folder)
    }
  }

  @Test func rowsThatUnpackToGigabytes() throws {
    try withTemporaryFolder { folder in
      for (name, start, piece) in [
        ("blank", "{", "  "), ("list", "{\"starts\":[", "0,"), ("text", "{\"latents\":\"", "AA"),
      ] {
        let output = try AtomicFile(path: "\(folder)/\(name)")
        let encoder = try ZstdEncoder(level: 1)
        try Array(start.utf8).withUnsafeBytes { try encoder.write($0) { try output.write($0) } }
        let mebibyte = [UInt8](Array(repeating: Array(piece.utf8), count: 1 << 19).joined())
        for _ in 0..<1500 {
          try mebibyte.withUnsafeBytes { try encoder.write($0) { try output.write($0) } }
        }
        try encoder.finish { try output.write($0) }
        try output.commit()
        try expectRefused("zk info \(name)", in: folder)
        try expectRefused("zk decode -m '\(NanoModel.path())' \(name)", in: folder)
      }
    }
  }
}
