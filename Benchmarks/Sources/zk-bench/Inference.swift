import ZonkeyCore

extension Bench {
  private static let length = 1024

  /// The splitter's probabilities of documents of 1024 characters.
  func split(
    _ name: String = "split", in arithmetic: Arithmetic = .float32,
    remarks: [(String, JSONValue)] = []
  ) throws {
    let load = try Workload(.dense)
    let (level, crops) = (load.model.levels[0], Workload.crops(64, length: Bench.length))
    let tapes = tapes(load, arithmetic)
    // As the encoder does it, with tables made once for all documents.
    let tableTape = self.tapes(load, arithmetic)[0]
    let splitter = SymbolSplitter(
      level, embedding: tableTape.use(load.model.embedding), on: tableTape)
    let sample = sample {
      workers.run(crops.count) { worker, crop in
        let (tape, symbols) = (tapes[worker], ContiguousArray(crops[crop].symbols))
        tape.reset()
        let offsets: ContiguousArray<Int32> = [0, Int32(symbols.count)]
        _ = splitter.boundaryProbability(symbols, offsets: offsets, on: tape)
      }
    }
    let rows = crops.count * Bench.length
    report(
      name, sample, amount: Double(rows), unit: "characters/s", reference: .splitting,
      operations: operations(tapes), remarks: remarks)
  }

  /// Splitting and compressing as `zk encode --level 0` does it of segments that it has not met, two
  /// documents of 1024 characters at a time, with starts drawn by their probability as in training.
  func encode(_ name: String = "encode", in arithmetic: Arithmetic = .float32) throws {
    let zonkey = try Workload(.sharp).zonkey(arithmetic)
    let (pieces, together) = (64, 2)
    let texts = Workload.crops(pieces * together, length: Bench.length).map(\.bytes)
    let encoders = try (0..<workers.count).map { _ in
      try DocumentEncoder(zonkey, options: SplitOptions(rule: .sample(seed: 5)), looksUp: false)
    }
    let sample = sample {
      workers.run(pieces) { worker, piece in
        let first = piece * together
        _ = encoders[worker].encode(
          Array(texts[first..<first + together]), firstNumber: first + 1, withLatents: true)
      }
    }
    let count = encoders[0].encode(texts).reduce(0) { $0 + $1.segments[0].count }
    let characters = texts.count * Bench.length
    report(
      name, sample, amount: Double(characters), unit: "characters/s",
      reference: .encoding,
      operations: operations(encoders.map(\.tape)),
      remarks: [("mean_length", rounded(Double(characters) / Double(count)))])
  }

  /// Decoding latents to the living positions of windows over the benchmark's text, as many
  /// segments in a piece as `zk decode` takes; of dense segments all positions live.
  func decode(
    _ name: String, _ segments: Workload.Segments, in arithmetic: Arithmetic = .float32
  ) throws {
    let load = try Workload(segments)
    let level = load.model.levels[0]
    let (pieces, together) = (128, LatentExpander.groupSegments)
    let windows = try livingWindows(
      Workload.crops(1, length: 32 * 1024)[0].bytes, of: load.zonkey())
    let offsets = (0..<pieces).map {
      windows.localOffsets($0 * together..<($0 + 1) * together)
    }
    let tapes = tapes(load, arithmetic)
    let (source, width) = (RandomSource(seed: 3), level.configuration.latentWidth)
    let latents = source.normal(source.key(1), count: together * width)
    let sample = sample {
      workers.run(pieces) { worker, piece in
        let tape = tapes[worker]
        tape.reset()
        _ = level.decode(
          tape.normalized(tape.constant(latents, columns: width)),
          noiseLevels: [Float](repeating: 0, count: together), offsets: offsets[piece], on: tape)
      }
    }
    let (count, rows) = (pieces * together, windows.rows(0..<pieces * together).count)
    report(
      name, sample, amount: Double(count), unit: "segments/s",
      reference: .decoding,
      operations: operations(tapes),
      remarks: [("mean_rows", rounded(Double(rows) / Double(count)))])
  }

  /// Tapes that record nothing, one for each worker and used again for every piece: what a piece
  /// needs stays in the cache.
  private func tapes(_ load: Workload, _ arithmetic: Arithmetic) -> [Tape] {
    let packed = PackedWeights(load.weights, arithmetic: arithmetic)
    return (0..<workers.count).map { _ in Tape(weights: load.weights, packed: packed) }
  }

  /// Floating-point operations of each run, when all runs so far, two for warming up among them,
  /// were on these tapes.
  private func operations(_ tapes: [Tape]) -> Double {
    2 * Double(tapes.reduce(0) { $0 + $1.multiplyAdds }) / Double(runs + 2)
  }

  /// The windows over an ASCII text with the rows that live by the probabilities.
  private func livingWindows(_ text: [UInt8], of zonkey: Zonkey) throws -> Segmentation {
    let encoder = try DocumentEncoder(zonkey, options: SplitOptions(rule: .sample(seed: 5)))
    let segments = encoder.encode([text])[0].segments[0]
    // The first position is not among them: a segment begins there in any case.
    let p = [1] + encoder.probabilities(of: text)[0].allowed
    return Segmentation(
      starts: [segments.map(\.start)],
      documents: [DocumentExtent(offset: 0, rows: text.count, real: text.count)], p: p,
      segmentLength: zonkey.configuration.levels[0].segmentLength,
      bound: zonkey.configuration.livingBound)
  }
}
