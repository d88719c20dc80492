import TestSupport
import Testing
import ZonkeyCore

@Suite struct CheckpointSafetensorsTests {
  /// Counted out by hand from the description of the format.
  @Test func tinyFileHasItsExactBytes() throws {
    let file = SafetensorsFile(
      metadata: ["k": "v"], tensors: [NamedArray(name: "a", shape: [1, 2], floats: [1, -2])])
    let header =
      #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"#
    let expected =
      [0x58, 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [UInt8](repeating: 0x20, count: 7)
      + [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]
    #expect(file.serialised() == expected)
    #expect(try SafetensorsFile(parsing: expected, path: "t") == file)
  }

  @Test func emptyFile() throws {
    let bytes = SafetensorsFile().serialised()
    #expect(bytes == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
    #expect(try SafetensorsFile(parsing: bytes, path: "t") == SafetensorsFile())
  }

  /// Written by version 0.8.0 of the Python package `safetensors` with `save`.
  private static let fromPython = bytes(
    hex: """
      98010000000000007b225f5f6d657461646174615f5f223a7b22c3a95c225c6e223a22785c5c79222c22666f
      726d6174223a226e70227d2c22696473223a7b226474797065223a22493634222c227368617065223a5b325d
      2c22646174615f6f666673657473223a5b302c31365d7d2c22656d707479223a7b226474797065223a224633
      32222c227368617065223a5b302c335d2c22646174615f6f666673657473223a5b31362c31365d7d2c227765
      69676874223a7b226474797065223a22463332222c227368617065223a5b322c325d2c22646174615f6f6666
      73657473223a5b31362c33325d7d2c227363616c6172223a7b226474797065223a22493332222c2273686170
      65223a5b5d2c22646174615f6f666673657473223a5b33322c33365d7d2c2268616c66223a7b226474797065
      223a22463136222c227368617065223a5b335d2c22646174615f6f666673657473223a5b33362c34325d7d2c
      226279746573223a7b226474797065223a225538222c227368617065223a5b335d2c22646174615f6f666673
      657473223a5b34322c34355d7d7d202020202020ffffffffffffffff00000000000100000000803f000020c0
      0000404008e53c1f070000000038ff7b00800102ff
      """)

  @Test func opensWhatPythonWrites() throws {
    let file = try SafetensorsFile(parsing: Self.fromPython, path: "t")
    #expect(file.metadata == ["format": "np", "é\"\n": "x\\y"])
    #expect(
      file.tensors.map(\.name) == ["ids", "empty", "weight", "scalar", "half", "bytes"])
    #expect(file.tensors.map(\.shape) == [[2], [0, 3], [2, 2], [], [3], [3]])
    #expect(try file["ids"]?.int64s() == [-1, 1 << 40])
    #expect(try file["empty"]?.floats() == [])
    #expect(try file["weight"]?.floats() == [1, -2.5, 3, 4e-20])
    #expect(try file["scalar"]?.int32s() == [7])
    #expect(try file["half"]?.floats() == [0.5, 65504, -0.0])
    #expect(try file["bytes"]?.uint8s() == [1, 2, 255])
    #expect(file["none"] == nil)
    #expect(try SafetensorsFile(parsing: file.serialised(), path: "u") == file)
  }

  @Test func anyFileReadsBackAsItself() throws {
    var random = SeededNumbers(7)
    for _ in 0..<300 {
      let file = randomFile(&random)
      let bytes = file.serialised()
      #expect(try SafetensorsFile(parsing: bytes, path: "t") == file)
      #expect(try SafetensorsFile(parsing: bytes, path: "t").serialised() == bytes)
    }
  }

  @Test func everyArrayLiesAligned() throws {
    var random = SeededNumbers(8)
    for _ in 0..<50 {
      let file = try SafetensorsFile(parsing: randomFile(&random).serialised(), path: "t")
      for array in file.tensors {
        #expect(array.bytes.startIndex.isMultiple(of: array.type.byteCount))
      }
    }
  }

  @Test func everyHalfPrecisionNumberIsExact() {
    for bits in UInt16.min...UInt16.max {
      let (ours, theirs) = (Float(half: bits), Float(Float16(bitPattern: bits)))
      #expect(ours.bitPattern == theirs.bitPattern || ours.isNaN && theirs.isNaN)
    }
  }

  /// Every number of half precision, what lies half-way between two of them, and what is next to that.
  @Test func halfPrecisionIsTheNearest() {
    for bits in UInt16.min..<0x7C01 {
      let (low, high) = (Float(half: bits), Float(half: bits + 1))
      let middle = low + (high.isFinite ? high - low : 32) / 2
      for value in [low, middle, middle.nextUp, middle.nextDown] {
        for signed in [value, -value] {
          let (ours, theirs) = (signed.halfBits, Float16(signed).bitPattern)
          let isSame = ours == theirs || signed.isNaN && Float16(bitPattern: ours).isNaN
          if !isSame { Issue.record("\(signed): \(ours), \(theirs)") }
        }
      }
    }
    #expect(Float.greatestFiniteMagnitude.halfBits == Float16.infinity.bitPattern)
    #expect(Float.leastNonzeroMagnitude.halfBits == 0)
  }

  @Test func typesAreConverted() throws {
    let values: [Float] = [0, -0.0, 1, 3.14159265, 1e30, .infinity, -1e-30]
    let brain = NamedArray(name: "b", shape: [7], floats: values, type: .bfloat16)
    for (read, value) in zip(try brain.floats(), values) {
      #expect(read == value || abs(read - value) <= abs(value) / 256)
    }
    let nan = NamedArray(name: "n", shape: [1], floats: [.nan], type: .bfloat16)
    #expect(try nan.floats()[0].isNaN)
    let half = NamedArray(name: "h", shape: [2], floats: [1.0009766, 1e6], type: .float16)
    #expect(try half.floats() == [1.0009766, .infinity])
    let double = NamedArray(
      name: "d", shape: [1], type: .float64, bytes: [0, 0, 0, 0, 0, 0, 0xF8, 0x3F])
    #expect(try double.floats() == [1.5])
    let whole = NamedArray(name: "w", shape: [2], int32s: [-1, 5])
    #expect(try whole.int32s() == [-1, 5])
    #expect(throws: ZonkeyError.self) { try whole.floats() }
    #expect(throws: ZonkeyError.self) { try whole.int64s() }
    #expect(throws: ZonkeyError.self) { try whole.uint8s() }
    #expect(throws: ZonkeyError.self) { try double.int32s() }
  }

  @Test func fingerprintIsOfTheArraysAlone() {
    var file = sampleFile
    let before = file.fingerprint()
    file.metadata = [:]
    file.tensors.reverse()
    #expect(file.fingerprint() == before)
    file.tensors[0] = NamedArray(name: "step", shape: [1], int64s: [1 << 40])
    #expect(file.fingerprint() != before)
    #expect(
      file.fingerprint { $0.name != "step" } == sampleFile.fingerprint { $0.name != "step" })
  }

  private func randomFile(_ random: inout SeededNumbers) -> SafetensorsFile {
    var file = SafetensorsFile()
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      file.metadata[randomText(&random)] = randomText(&random)
    }
    for index in 0..<Int.random(in: 0...8, using: &random) {
      let rank = Int.random(in: 0...3, using: &random)
      let shape = (0..<rank).map { _ in Int.random(in: 0...5, using: &random) }
      let type = ElementType.allCases.randomElement(using: &random) ?? .uint8
      let count = shape.reduce(type.byteCount, *)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      file.tensors.append(
        NamedArray(
          name: randomText(&random) + "\(index)", shape: shape, type: type, bytes: bytes[...]))
    }
    return file
  }

  private func randomText(_ random: inout SeededNumbers) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...9, using: &random) {
      let limits: [UInt32] = [0x20, 0x80, 0x800, 0x110000]
      let limit = limits.randomElement(using: &random) ?? 0x80
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) {
        text.append(scalar)
      }
    }
    return String(text)
  }
}
