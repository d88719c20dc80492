import TestSupport
import Testing
import ZonkeyCore
import ZonkeyPlatform

/// Damage in the frame and outside of it: a checkpoint with a changed byte is refused, or it is the
/// same checkpoint.
@Suite struct CheckpointFlipTests {
  private func smallest(isTraining: Bool) throws -> Checkpoint {
    var configuration = try #require(Configuration.preset("tiny"))
    try configuration.apply(
      JSONValue(
        parsing: """
          {"levels": [{"width": 4, "compressionVectors": 1, "segmentLength": 4, "heads": 1,
            "compressorLayers": 1, "decompressorLayers": 1, "denoiserLayers": 1,
            "documentLength": 16}], "feedForwardRatio": 1}
          """))
    let model = try ZonkeyModel(configuration)
    func store(_ seed: UInt64) -> ParameterStore {
      let store = ParameterStore(count: model.parameters.count)
      model.initialize(store, random: RandomSource(seed: seed))
      return store
    }
    var state = TrainingState(seed: 7)
    (state.step, state.bytes, state.elapsedSeconds, state.decay) = (12, 3456, 7.5, 9..<20)
    let checkpoint = Checkpoint(
      model: model, state: state, weights: store(1), average: store(2),
      moments: (store(3), store(4)),
      calibrations: [Calibration(thresholds: [0.5, 0.25], expectedRate: 0.2)])
    return isTraining ? checkpoint : Checkpoint(exporting: checkpoint)
  }

  private func read(_ bytes: [UInt8]) throws(ZonkeyError) -> Checkpoint {
    var place = 0
    return try Checkpoint(
      SafetensorsReader(path: "m", fileBytes: bytes.count) { target in
        let count = min(target.count, bytes.count - place)
        target.copyBytes(from: bytes[place..<place + count])
        place += count
        return count
      }, .everything)
  }

  private func values(_ store: ParameterStore?) -> [UInt8] {
    store.map { Array(UnsafeRawBufferPointer(start: $0.values, count: 4 * $0.count)) } ?? []
  }

  private func isSame(_ one: Checkpoint, _ other: Checkpoint) -> Bool {
    one.model.configuration == other.model.configuration && one.state == other.state
      && one.calibrations == other.calibrations && one.id == other.id
      && values(one.average) == values(other.average)
      && values(one.weights) == values(other.weights)
      && values(one.first) == values(other.first) && values(one.second) == values(other.second)
  }

  /// Changes one bit of bytes, the lowest, that of case and the highest by turns; returns how many
  /// changes were refused.
  private func flipAll(
    _ bytes: [UInt8], at indices: some Sequence<Int>, of whole: Checkpoint
  ) throws -> Int {
    var refused = 0
    for index in indices {
      let mask: UInt8 = [1, 0x20, 0x80][index % 3]
      var damaged = bytes
      damaged[index] ^= mask
      do {
        let found = try read(damaged)
        if !isSame(found, whole) { Issue.record("byte \(index) ^ \(mask) changes what is read") }
      } catch {
        guard case .badModel = error else {
          Issue.record("byte \(index) ^ \(mask): \(error)")
          continue
        }
        refused += 1
      }
    }
    return refused
  }

  @Test(arguments: [false, true])
  func everyByteOfAFrame(isTraining: Bool) throws {
    try withTemporaryFolder { folder in
      let whole = try smallest(isTraining: isTraining)
      try whole.write(to: "\(folder)/m")
      let bytes = try #require(try? readBytes("\(folder)/m"))
      #expect(try isSame(read(bytes), whole))
      #expect(try read(bytes).isChecked)
      let indices = stride(from: 0, to: bytes.count, by: isTraining ? 29 : 1)
      #expect(try flipAll(bytes, at: indices, of: whole) > bytes.count / 40)
    }
  }

  /// Behind the header is nothing but numbers, whose checksum needs not each of them.
  @Test(arguments: [false, true])
  func everyByteOfAPlainHeader(isTraining: Bool) throws {
    try withTemporaryFolder { folder in
      let whole = try smallest(isTraining: isTraining)
      try whole.write(to: "\(folder)/m")
      let bytes = try CheckpointFile.read("\(folder)/m").serialised()
      #expect(try isSame(read(bytes), whole))
      #expect(try read(bytes).isChecked)
      let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
      let indices = [
        stride(from: 0, to: header, by: isTraining ? 29 : 1),
        stride(from: header, to: bytes.count, by: 29),
      ]
      #expect(try flipAll(bytes, at: indices.joined(), of: whole) > bytes.count / 40)
    }
  }

  /// Files of before the checksum are read; those of a newer format are refused with its number.
  @Test func formats() throws {
    try withTemporaryFolder { folder in
      let whole = try smallest(isTraining: true)
      try whole.write(to: "\(folder)/m")
      var file = try CheckpointFile.read("\(folder)/m")
      file.metadata["checksum"] = nil
      let old = try read(file.serialised())
      #expect(isSame(old, whole) && !old.isChecked)
      for (format, words) in [
        ("zk-checkpoint-2", "format 2"), ("zk-checkpoint-10", "format 10"), ("other", "no zk"),
      ] {
        file.metadata["format"] = format
        let error = #expect(throws: ZonkeyError.self) { try read(file.serialised()) }
        #expect(error?.description.contains(words) == true)
      }
    }
  }
}
